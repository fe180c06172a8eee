import { readFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { promisify } from 'node:util';
import { brotliCompress, constants } from 'node:zlib';
import { build, type BuiltFile } from '../../build.ts';

const brotli = promisify(brotliCompress);

interface Row {
  readonly subject: string;
  readonly metric: 'raw' | 'brotli';
  readonly value: number;
  readonly unit: 'B';
}

const SUBJECTS: readonly [role: BuiltFile['role'], subject: string][] = [
  ['style', 'style sheet (vitrine.css)'],
  ['loader', 'loader (vitrine.js)'],
  ['widgets', 'widgets'],
  ['worker', 'Worker with the JavaScript engine'],
  ['webgl', 'WebGL engine'],
];

/**
 * Bytes of a first visit, by file, as built and compressed with brotli at its highest level.
 *
 * @param options.artifact a published artifact's file, to count it too
 */
export async function run(options: { json?: boolean; artifact?: string } = {}): Promise<{ name: string; machine: string; rows: Row[] }> {
  const { files } = await build();
  const rows: Row[] = [];
  const add = (subject: string, raw: number, compressed: number) =>
    rows.push({ subject, metric: 'raw', value: raw, unit: 'B' }, { subject, metric: 'brotli', value: compressed, unit: 'B' });

  let raw = 0;
  let compressed = 0;
  for (const [role, subject] of SUBJECTS) {
    const parts = files.filter((file) => file.role === role);
    const bytes = parts.reduce((sum, file) => sum + file.bytes, 0);
    const packed = parts.reduce((sum, file) => sum + file.brotli, 0);
    add(subject, bytes, packed);
    if (role === 'webgl') continue;
    raw += bytes;
    compressed += packed;
  }
  add('first visit, JavaScript engine, without artifact', raw, compressed);
  if (options.artifact) {
    const bytes = await readFile(options.artifact);
    add('artifact', bytes.length, (await brotli(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24 } })).length);
  }

  const result = { name: 'size', machine: `${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.versions.node}`, rows };
  if (options.json) console.log(JSON.stringify(result));
  else for (const { subject, metric, value, unit } of rows) console.log(`${subject.padEnd(50)} ${metric.padEnd(7)} ${String(value).padStart(9)} ${unit}`);
  return result;
}
