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
  ['shards', () => import('./shards.ts')],
  ['engine', () => import('./engine.ts')],
  ['lighthouse', () => import('./lighthouse.ts')],
  ['longtask', () => import('./longtask.ts')],
  ['answering', () => import('./answering.ts')],
  ['webhooks', () => import('./webhooks.ts')],
  ['collector', () => import('./collector.ts')],
  ['endpoints', () => import('./endpoints.ts')],
  ['fuzz', () => import('./fuzz.ts')],
  ['kill', () => import('./kill.ts')],
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
  await writeFile(`${DOCS}benchmarks/${name}.json`, fileText({ ...printed, raw }));
  for (const [file, content] of Object.entries(images)) await writeFile(`${DOCS}images/${file}`, content);
}

function plainTable(rows: readonly Row[]): string {
  return formatTable(
    [{ heading: 'Subject' }, { heading: 'Metric' }, { heading: 'Value', align: 'right' }, { heading: 'Unit' }],
    rows.map(({ subject, metric, value, unit }) => [subject, metric, value.toLocaleString('en-US', { maximumFractionDigits: value < 1 ? 4 : 2 }), unit]));
}

/** JSON with a line for each row, so that two runs can be compared. A clock's noise is not worth a file's length. */
function fileText({ rows, raw, ...head }: { readonly rows: readonly Row[]; readonly raw?: unknown }): string {
  const text = (value: unknown) => JSON.stringify(value, (_, inner: unknown) => (typeof inner === 'number' ? Math.round(inner * 1_000) / 1_000 : inner));
  const lines = Object.entries(head).map(([key, value]) => `${text(key)}: ${text(value)}`);
  lines.push(`"rows": [\n${rows.map(text).join(',\n')}\n]`);
  if (raw !== undefined) lines.push(`"raw": ${text(raw)}`);
  return `{\n${lines.join(',\n')}\n}\n`;
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
