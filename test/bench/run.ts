import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { exitCode, VitrineError } from '@vitrine/sdk/core';
import { formatTable } from '../../plugin-server/src/cli/table.ts';
import type { BenchOptions, Row } from './row.ts';

interface Bench {
  run(options: BenchOptions): Promise<Row[]>;
}

/** Benchmarks by name. */
const NAMES: ReadonlyMap<string, () => Promise<Bench>> = new Map<string, () => Promise<Bench>>([
  ['start', () => import('./start.ts')],
  ['import', () => import('./import.ts')],
  ['size', () => import('./size.ts')],
]);

/** `npm run bench -- NAME [--json] [--smoke]` */
async function main(): Promise<void> {
  const { positionals: [name = ''], values } = parseArgs({ allowPositionals: true, options: { json: { type: 'boolean' }, smoke: { type: 'boolean' } } });
  const load = NAMES.get(name);
  if (!load) throw new VitrineError('bad_usage', `usage: npm run bench -- NAME [--json], where NAME is ${[...NAMES.keys()].join(' or ')}`);
  const { run } = await load();
  const rows = await run({ smoke: values.smoke, note: (line) => console.error(line) });
  console.log(formatTable(
    [{ heading: 'Subject' }, { heading: 'Metric' }, { heading: 'Value', align: 'right' }, { heading: 'Unit' }],
    rows.map(({ subject, metric, value, unit }) => [subject, metric, value.toLocaleString('en-US', { maximumFractionDigits: 2 }), unit])));
  if (values.json) console.log(JSON.stringify({ name, machine: machine(), rows }));
}

/** What the figures depend on, in words; nothing that names the machine. */
function machine(): string {
  const processors = cpus();
  return `${processors.length} × ${processors[0]?.model.trim() ?? 'unknown processor'}, ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.versions.node}`;
}

await main().catch((error: Error & { code?: string }) => {
  console.error(error.message.split('\n')[0]);
  process.exitCode = error instanceof VitrineError ? exitCode(error) : error.code?.startsWith('ERR_PARSE_ARGS') ? 2 : 1;
});
