import { VitrineError } from '@vitrine/sdk/core';
import { parseMap } from '../pipeline/ingest/columns.ts';
import { FILE_KINDS } from '../pipeline/ingest/detect-kind.ts';
import type { ImportReport } from '../pipeline/ingest/report.ts';
import { importFile } from '../services/import-file.ts';
import { oneOf, optional, required } from './command.ts';
import type { Command } from './command.ts';
import { bytes, count, duration, formatTable, moment } from './table.ts';
import { progressLine } from './terminal.ts';

export const command: Command = {
  usage: `vitrine import FILE --shop NAME [options]

  FILE is Shopify's order or product export, a CSV of order lines or products, or events as JSONL or CSV;
  plain or gzip. Importing a file again changes nothing.

  --kind ${FILE_KINDS.join('|')}   what the file holds, when its columns do not say
  --map ROLE=COLUMN,…   which column is what, e.g. product=StockCode,time=InvoiceDate
                        roles: order, line, product, title, quantity, price, time, customer, currency
  --dates dmy|mdy       whether 01/02/2024 is 1 February or 2 January, when no date in the file settles it
  --currency GBP        keep this currency only; the shop's currency when the file names none
  --dry-run             read and report, store nothing`,
  arguments: ['FILE'],
  options: {
    shop: { type: 'string' }, kind: { type: 'string' }, map: { type: 'string' }, dates: { type: 'string' }, currency: { type: 'string' },
    'dry-run': { type: 'boolean' },
  },

  async run(invocation) {
    const { terminal, positionals } = invocation;
    const shop = required(invocation, 'shop', 'my-shop');
    const kind = oneOf(invocation, 'kind', FILE_KINDS);
    const dates = oneOf(invocation, 'dates', ['dmy', 'mdy'] as const);
    const map = parseMap(optional(invocation, 'map') ?? '');
    const currency = optional(invocation, 'currency')?.toUpperCase();
    if (currency !== undefined && !Intl.supportedValuesOf('currency').includes(currency)) {
      throw new VitrineError('bad_usage', `--currency must be a currency code such as GBP, not "${currency}".`);
    }
    const ctx = await invocation.openContext();
    const show = progressLine(terminal);
    const started = terminal.clock();
    const report = await importFile(ctx, {
      path: positionals[0], shop, kind, dates, map, currency, dryRun: invocation.values['dry-run'] === true, signal: invocation.signal,
      onProgress: ({ stage, done, fraction }) => show(() => {
        const rate = Math.round(done / Math.max(0.001, (terminal.clock() - started) / 1000));
        return `${stage === 'read' ? 'Reading' : 'Storing'}  ${Math.floor(fraction * 100)}%  ${count(done)} ${stage === 'read' ? `rows  ${count(rate)} rows/s` : 'stored'}`;
      }),
    });
    if (!invocation.values.json) terminal.out(formatReport(report));
    return report;
  },
};

const COUNTED = ['orders', 'products', 'events'] as const;

/** The report as a person reads it. */
export function formatReport(report: ImportReport): string {
  const { rows } = report;
  const facts: string[][] = [
    ['File', `${report.file} (${report.kind})`],
    ['Shop', report.shop],
    ['Rows read', count(rows.read)],
    ['Rows kept', `${count(rows.kept)} (${((100 * rows.kept) / rows.read).toFixed(1)}%)`],
  ];
  for (const what of COUNTED) {
    const counts = report[what];
    if (counts) facts.push([what[0].toUpperCase() + what.slice(1), `${count(counts.inserted)} new, ${count(counts.updated)} changed, ${count(counts.unchanged)} as before`]);
  }
  if (report.customers !== undefined) facts.push(['Customers', count(report.customers)]);
  if (report.from && report.to) facts.push(['From, to (UTC)', `${moment(report.from)}, ${moment(report.to)}`]);
  facts.push(['Currency', report.currency ?? 'not said (use --currency)']);
  facts.push(['Time', `${duration(report.seconds)}, ${count(report.rowsPerSecond)} rows/s, peak memory ${bytes(report.peakBytes)}`]);
  const parts = [formatTable([{ heading: '' }, { heading: '' }], facts)];
  if (report.dropped.length > 0) {
    parts.push(formatTable(
      [{ heading: 'Rows left out', align: 'right' }, { heading: 'Why' }, { heading: 'For example line' }],
      report.dropped.map((drop) => [count(drop.rows), drop.text, drop.lines.join(', ')])));
  }
  if (report.nonProducts && report.nonProducts.length > 0) {
    parts.push(`Taken as no products: ${report.nonProducts.map(({ code, rows: times }) => `${code} (${count(times)})`).join(', ')}`);
  }
  if (report.dryRun) parts.push('Dry run: nothing was stored.');
  return parts.join('\n\n');
}
