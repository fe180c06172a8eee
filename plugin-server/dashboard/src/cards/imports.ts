import type { ImportReport } from '../../../src/pipeline/ingest/report.ts';
import type { Overview } from '../../../src/services/overview.ts';
import { type Card, createCard } from '../card.ts';
import { element } from '../element.ts';
import { formatCount, formatDay, formatDuration, formatMoment, formatPlural } from '../format.ts';

type Import = Overview['imports'][number];

/** A report as stored: whole when the import is done, part of it before, `error` when it failed. */
type StoredReport = Partial<ImportReport> & { readonly error?: string; readonly stage?: keyof typeof STAGES; readonly done?: number };

/** Where a running import from Shopify stands. */
const STAGES = { wait: 'Shopify prepares the file', read: 'reading', store: 'storing' } as const;

const KINDS: Readonly<Record<string, string>> = {
  orders: 'Orders', 'order-lines': 'Order lines', products: 'Products', events: 'Events', 'bulk-products': 'Products from Shopify', 'bulk-orders': 'Orders from Shopify',
};

const STATES: Readonly<Record<Import['status'], string>> = { running: 'Running', done: 'Done', failed: 'Failed' };

/** The latest imports with their reports: read, kept, left out and why. */
export function createImportsCard(): Card {
  return createCard({
    id: 'imports', title: 'Imports',
    slice: ({ imports, shop }) => [imports, shop.source],
    draw({ imports, shop }) {
      if (imports.length === 0) {
        return [
          element('p', { class: 'empty' }, shop.source === 'shopify'
            ? 'Nothing imported yet. The import from Shopify starts by itself after the installation; a file with older orders can follow:'
            : 'Nothing imported yet. Start with a file of orders, as CSV or JSONL, plain or gzip:'),
          element('code', { class: 'command' }, `npx vitrine import FILE --shop ${shop.domain}`),
        ];
      }
      return [element('ul', { class: 'imports' }, ...imports.map(drawImport))];
    },
  });
}

/** A file's name as it is; of an id of Shopify its last two parts. */
const nameOf = (source: string): string => (source.startsWith('gid://') ? source.split('/').slice(-2).join(' ') : source);

function drawImport({ id, kind, source, status, report: stored, startedAt }: Import): HTMLElement {
  const report = stored as StoredReport;
  const left = report.dropped?.reduce((sum, drop) => sum + drop.rows, 0) ?? 0;
  return element('li', { class: 'import' },
    element('div', { class: 'import-head' },
      element('div', { class: 'import-name' }, element('strong', {}, KINDS[kind] ?? kind), ' ', element('span', { class: 'quiet import-source' }, nameOf(source))),
      element('span', { class: `badge badge-${status}` }, STATES[status])),
    report.error ? element('p', { class: 'note note-failed' }, report.error) : null,
    element('p', { class: 'import-rows' }, formatMoment(startedAt),
      status === 'running' && report.stage ? ` · ${STAGES[report.stage]}${report.done ? `: ${formatCount(report.done)} so far` : ''}` : '',
      report.rows ? ` · ${formatPlural(report.rows.read, 'row')} read, ${formatCount(report.rows.kept)} kept${left > 0 ? `, ${formatCount(left)} left out` : ''}` : '',
      report.seconds === undefined ? '' : ` in ${formatDuration(report.seconds)}`,
      report.from && report.to ? ` · ${formatDay(Date.parse(report.from))} to ${formatDay(Date.parse(report.to))}` : '', report.currency ? ` · ${report.currency}` : ''),
    left === 0 ? null : element('details', { class: 'table-details', 'data-keep': `import-${id}` },
      element('summary', { 'data-keep': `import-summary-${id}` }, 'What was left out, and why'),
      element('dl', { class: 'facts' }, ...report.dropped!.map((drop) => element('div', {},
        element('dt', {}, drop.text), element('dd', {}, formatCount(drop.rows), element('span', { class: 'quiet' }, ` e.g. line ${drop.lines.slice(0, 3).map(formatCount).join('; ')}`)))))));
}
