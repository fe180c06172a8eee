import { promisify } from 'node:util';
import { brotliCompress, constants } from 'node:zlib';
import { build, type BuiltFile } from '../../build.ts';
import { markdownTable } from './markdown-table.ts';
import { PEER_FILES, peerBundles } from './peers/peer-bundles.ts';
import type { BenchOptions, Report, Row } from './row.ts';

const brotli = promisify(brotliCompress);

interface Subject {
  readonly role: BuiltFile['role'];
  readonly subject: string;
  /** Bytes after brotli that it may have. */
  readonly budget?: number;
}

const OURS: readonly Subject[] = [
  { role: 'style', subject: 'style sheet (vitrine.css)' },
  { role: 'loader', subject: 'loader (vitrine.js)', budget: 4_000 },
  { role: 'widgets', subject: 'widgets, and what ranks for them', budget: 8_000 },
  { role: 'events', subject: 'event queue (with consent)' },
  { role: 'worker', subject: 'Worker with the fallback engine (WASM, JavaScript)', budget: 4_000 },
  { role: 'webgl', subject: 'WebGL engine', budget: 36_000 },
  { role: 'rules', subject: 'filters and rules (with the first)' },
  { role: 'lists', subject: 'lists that are not the model\'s (with the first)' },
];

const PEERS: readonly (readonly [name: keyof typeof PEER_FILES, subject: string])[] = [
  ['tfjs-webgl', 'tfjs: core and WebGL backend with its kernels'],
  ['tfjs-wasm', 'tfjs: core and WASM backend, SIMD'],
  ['onnx', 'ONNX Runtime Web, WASM'],
];

/**
 * `npm run bench -- size`: bytes of a first visit, by file, as built and compressed with brotli at its highest level,
 * without the artifact; and what a page fetches that ranks with one of the peers, bundled and compressed likewise.
 */
export async function run({ smoke = false, note }: BenchOptions): Promise<Report> {
  const { files } = await build();
  const rows: Row[] = [];
  const lines: string[][] = [];
  const add = (subject: string, raw: number, compressed: number, budget?: number) => {
    rows.push({ subject, metric: 'raw', value: raw, unit: 'B' }, { subject, metric: 'brotli', value: compressed, unit: 'B' });
    if (budget !== undefined) rows.push({ subject, metric: 'budget', value: budget, unit: 'B' });
    lines.push([subject, count(raw), count(compressed), budget === undefined ? '' : `${count(budget)}${compressed > budget ? ', exceeded' : ''}`]);
  };

  const visit = { raw: 0, brotli: 0 };
  for (const { role, subject, budget } of OURS) {
    const parts = files.filter((file) => file.role === role);
    const raw = parts.reduce((sum, file) => sum + file.bytes, 0);
    const compressed = parts.reduce((sum, file) => sum + file.brotli, 0);
    add(subject, raw, compressed, budget);
    if (role === 'webgl' || role === 'rules' || role === 'lists') continue; // not what every visit fetches
    visit.raw += raw;
    visit.brotli += compressed;
  }
  add('first visit, fallback engine, without artifact', visit.raw, visit.brotli);

  const bundles = await peerBundles();
  for (const [name, subject] of PEERS) {
    if (!smoke) note(`compressing ${subject}`);
    const contents = PEER_FILES[name].map((file) => bundles.get(file)!);
    const compressed = await Promise.all(contents.map((content) => brotli(content, {
      params: { [constants.BROTLI_PARAM_QUALITY]: smoke ? 1 : constants.BROTLI_MAX_QUALITY, [constants.BROTLI_PARAM_SIZE_HINT]: content.length },
    })));
    add(subject, contents.reduce((sum, { length }) => sum + length, 0), compressed.reduce((sum, { length }) => sum + length, 0));
  }
  return { rows, markdown: markdownTable(['', '>raw, B', '>brotli, B', '>budget'], lines) };
}

const count = (value: number) => value.toLocaleString('en-US');
