import { mkdir, writeFile } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { exitCode, VitrineError } from '@vitrine/sdk/core';
import { formatTable } from '../../plugin-server/src/cli/table.ts';
import type { BenchOptions, Report, Row } from './row.ts';

interface Bench {
  run(options: BenchOptions): Promise<Row[] | Report>;
}

/** Benchmarks by name. */
const NAMES: ReadonlyMap<string, () => Promise<Bench>> = new Map<string, () => Promise<Bench>>([
  ['start', () => import('./start.ts')],
  ['import', () => import('./import.ts')],
  ['size', () => import('./size.ts')],
  ['artifact', () => import('./artifact.ts')],
  ['engine', () => import('./engine.ts')],
  ['lighthouse', () => import('./lighthouse.ts')],
  ['longtask', () => import('./longtask.ts')],
  ['answering', () => import('./answering.ts')],
  ['growth', () => import('./growth.ts')],
  ['train', () => import('./train.ts')],
]);

const DOCS = fileURLToPath(new URL('../../docs/', import.meta.url));

/** `npm run bench -- NAME [--json] [--smoke]`; a full run renews docs/benchmarks/NAME.json and its pictures. */
async function main(): Promise<void> {
  const { positionals: [name = ''], values } = parseArgs({ allowPositionals: true, options: { json: { type: 'boolean' }, smoke: { type: 'boolean' } } });
  const load = NAMES.get(name);
  if (!load) throw new VitrineError('bad_usage', `usage: npm run bench -- NAME [--json], where NAME is ${[...NAMES.keys()].join(' or ')}`);
  const { run } = await load();
  const result = await run({ smoke: values.smoke, note: (line) => console.error(line) });
  const { rows, markdown, setting, raw, images = {} } = Array.isArray(result) ? { rows: result } as Report : result as Report;
  console.log(markdown ?? plainTable(rows));
  const printed = { name, machine: machine(), ...(setting && { setting }), rows };
  if (setting) console.log(`\n${[printed.machine, ...Object.values(setting)].join('; ')}`);
  if (values.json) console.log(JSON.stringify(printed));
  if (values.smoke) return;
  await mkdir(`${DOCS}benchmarks`, { recursive: true });
  await writeFile(`${DOCS}benchmarks/${name}.json`, `${JSON.stringify({ ...printed, raw }, rounded, 1)}\n`);
  for (const [file, content] of Object.entries(images)) await writeFile(`${DOCS}images/${file}`, content);
}

function plainTable(rows: readonly Row[]): string {
  return formatTable(
    [{ heading: 'Subject' }, { heading: 'Metric' }, { heading: 'Value', align: 'right' }, { heading: 'Unit' }],
    rows.map(({ subject, metric, value, unit }) => [subject, metric, value.toLocaleString('en-US', { maximumFractionDigits: 2 }), unit]));
}

/** A clock's noise is not worth a file's length. */
const rounded = (_: string, value: unknown): unknown => (typeof value === 'number' ? Math.round(value * 10_000) / 10_000 : value);

/** What the figures depend on, in words; nothing that names the machine. */
function machine(): string {
  const processors = cpus();
  return `${processors.length} × ${processors[0]?.model.trim() ?? 'unknown processor'}, ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.versions.node}`;
}

await main().catch((error: Error & { code?: string }) => {
  console.error(error.message.split('\n')[0]);
  process.exitCode = error instanceof VitrineError ? exitCode(error) : error.code?.startsWith('ERR_PARSE_ARGS') ? 2 : 1;
});
