import { build, type BuiltFile } from '../../build.ts';
import type { Row } from './row.ts';

const SUBJECTS: readonly [role: BuiltFile['role'], subject: string][] = [
  ['style', 'style sheet (vitrine.css)'],
  ['loader', 'loader (vitrine.js)'],
  ['widgets', 'widgets, and what ranks for them'],
  ['events', 'event queue (with consent)'],
  ['worker', 'Worker with the JavaScript engine'],
  ['webgl', 'WebGL engine'],
];

/** Bytes of a first visit, by file, as built and compressed with brotli at its highest level; without the artifact. */
export async function run(): Promise<Row[]> {
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
  return rows;
}
