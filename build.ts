import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, constants } from 'node:zlib';
import * as esbuild from 'esbuild';
import { slimTfjs } from './build/slim-tfjs.ts';

const ROOT = dirname(fileURLToPath(import.meta.url));
const brotli = promisify(brotliCompress);

/** What the Worker fetches when it is wanted: a GPU's scan, a request with a filter or rules, a list that is not the model's, a catalogue in parts. */
const LAZY = {
  webgl: 'sdk/src/engine/open-webgl.ts',
  rules: 'sdk/src/core/models/recommendation/apply-rules.ts',
  lists: 'sdk/src/core/models/recommendation/rank-origin.ts',
  shards: 'sdk/src/engine/open-shards.ts',
} as const;

/** Where Shopify's command line takes the theme extension's files from: all in one folder, nothing else in it. */
export const EXTENSION_ASSETS = 'plugin-server/extensions/theme-blocks/assets';

/** What each file is for. */
type Role = 'loader' | 'style' | 'widgets' | 'texts' | 'events' | 'worker' | keyof typeof LAZY | 'dashboard' | 'pixel';

export interface BuiltFile {
  readonly file: string;
  readonly role: Role;
  readonly bytes: number;
  /** Size compressed with brotli at its highest level. */
  readonly brotli: number;
}

export interface BuildResult {
  /** Folder of `vitrine.js` and its chunks, served under /assets. */
  readonly browser: string;
  /** Folder of the dashboard's files. */
  readonly dashboard: string;
  /** The web pixel as one script, as Shopify's command line makes it when it deploys: to measure and to test. */
  readonly pixel: string;
  readonly files: readonly BuiltFile[];
  /** False when nothing had changed. */
  readonly rebuilt: boolean;
}

/** Remembers what a build read and wrote. */
interface BuildRecord {
  readonly inputs: Readonly<Record<string, string>>;
  readonly files: readonly BuiltFile[];
}

const SHARED: esbuild.BuildOptions = {
  absWorkingDir: ROOT, bundle: true, format: 'esm', target: 'es2022', minify: true, splitting: true, write: false, metafile: true,
  sourcemap: 'external', legalComments: 'none', logLevel: 'silent', define: { 'process.env.NODE_ENV': '"production"' },
};

/**
 * Builds what browsers load: `vitrine.js` under a fixed name, everything it brings in under content hashes, each file
 * with a `.br` beside it; and the theme extension's assets from the same files. Does nothing when no input has changed since the last build into the same folder.
 *
 * @param options.outdir default `dist`
 *
 * @example
 * const { browser } = await build();
 */
export async function build(options: { outdir?: string } = {}): Promise<BuildResult> {
  const outdir = resolve(ROOT, options.outdir ?? 'dist');
  const folders = { browser: join(outdir, 'browser'), dashboard: join(outdir, 'dashboard'), pixel: join(outdir, 'pixel', 'pixel.js') };
  const before = await readRecord(outdir);
  const forExtension = options.outdir === undefined;
  if (before) {
    if (forExtension) await fillExtension(folders.browser, before.files);
    return { ...folders, files: before.files, rebuilt: false };
  }

  // Innermost first: each file names the next by its content hash, so that a change reaches every name above it.
  const hashed = { ...SHARED, outdir: folders.browser, entryNames: '[name]-[hash]', chunkNames: '[name]-[hash]' };
  // What only some visits need, each built by itself: what it shares with the Worker would else become a file that every
  // visit has to fetch before the Worker can start.
  const lazy: esbuild.BuildResult[] = [];
  const links: esbuild.Plugin[] = [];
  for (const [name, source] of Object.entries(LAZY)) {
    const result = await esbuild.build({ ...hashed, entryPoints: { [name]: source }, plugins: [slimTfjs, ...links] });
    lazy.push(result);
    links.push(external(new RegExp(`/${basename(source, '.ts')}\\.ts$`), entryOf(result)));
  }
  const worker = await esbuild.build({ ...hashed, entryPoints: { worker: 'sdk/src/engine/worker.ts' }, plugins: links });
  // A page without Workers imports the engine from the Worker's file instead of carrying a copy.
  const onPage = external(/\/engine\/serve-engine\.ts$/, entryOf(worker));
  const events = await esbuild.build({ ...hashed, entryPoints: { events: 'sdk/src/client/event-queue.ts' } });
  // Elements and what ranks for them are wanted together: one file, one request.
  const widgets = await esbuild.build({
    ...hashed, entryNames: 'widgets-[hash]', plugins: [onPage],
    stdin: {
      contents: "export { defineElements } from './widgets/src/define-elements.ts'; export { createRecommender } from './sdk/src/client/recommender.ts';",
      resolveDir: ROOT, sourcefile: 'widgets.ts', loader: 'ts',
    },
  });
  const page = await esbuild.build({
    ...hashed, entryPoints: { vitrine: 'widgets/src/loader.ts' }, entryNames: '[name]',
    define: { ...SHARED.define, WORKER_FILE: JSON.stringify(entryOf(worker)) },
    plugins: [
      external(/\/event-queue\.ts$/, entryOf(events)),
      external(/\/(define-elements|recommender)\.ts$/, entryOf(widgets)),
    ],
  });
  const pixel = await esbuild.build({
    ...SHARED, entryPoints: { pixel: 'plugin-server/extensions/web-pixel/src/index.ts' }, outdir: join(outdir, 'pixel'), format: 'iife', splitting: false, target: 'es2020',
  });
  const results: esbuild.BuildResult[] = [...lazy, worker, events, widgets, page, pixel];
  if (existsSync(join(ROOT, 'plugin-server/dashboard/src/main.ts'))) {
    const entryPoints = ['main.ts', 'dashboard.css'].map((name) => ({ in: `plugin-server/dashboard/src/${name}`, out: 'dashboard' }));
    results.push(await esbuild.build({ ...SHARED, entryPoints, outdir: folders.dashboard, chunkNames: '[name]-[hash]' }));
  }

  const outputs = new Map<string, Uint8Array>();
  for (const { path, contents } of results.flatMap((result) => result.outputFiles!)) outputs.set(path, contents);
  const { RESERVE_CSS } = await import('./widgets/src/ui/reserve-css.ts');
  outputs.set(join(folders.browser, 'vitrine.css'), Buffer.from(RESERVE_CSS));

  const files: BuiltFile[] = [];
  for (const [path, contents] of outputs) {
    await write(path, contents);
    if (path.endsWith('.map')) continue;
    const compressed = await brotli(contents, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: contents.length } });
    await write(`${path}.br`, compressed);
    files.push({ file: relative(outdir, path), role: roleOf(relative(outdir, path)), bytes: contents.length, brotli: compressed.length });
  }
  files.sort((a, b) => a.file.localeCompare(b.file));
  await write(join(folders.browser, 'manifest.json'), `${JSON.stringify({ files: files.filter(isBrowsers) }, null, 2)}\n`);
  await removeOthers(folders.browser, new Set([...outputs.keys()].map((path) => basename(path))));

  const paths = [...new Set(['build.ts', 'widgets/src/ui/reserve-css.ts', 'widgets/src/ui/geometry.ts', ...results.flatMap((result) => Object.keys(result.metafile!.inputs))])]
    .filter((path) => existsSync(join(ROOT, path))); // not what a package has switched off for browsers
  const record: BuildRecord = { inputs: Object.fromEntries(await Promise.all(paths.map(async (path) => [path, await digest(path)]))), files };
  await write(join(outdir, '.build.json'), JSON.stringify(record));
  if (forExtension) await fillExtension(folders.browser, files);
  return { ...folders, files, rebuilt: true };
}

/** What storefronts load from us. */
const isBrowsers = ({ role }: BuiltFile): boolean => role !== 'dashboard' && role !== 'pixel';

/**
 * The storefront's files as the theme extension's assets. The platform's network compresses them and serves them from one
 * folder, so that a file finds the others beside itself.
 */
async function fillExtension(browser: string, files: readonly BuiltFile[]): Promise<void> {
  const folder = join(ROOT, EXTENSION_ASSETS);
  const names = files.filter(isBrowsers).map(({ file }) => basename(file));
  for (const name of names) {
    const contents = await readFile(join(browser, name));
    if (!contents.equals(await readFile(join(folder, name)).catch(() => Buffer.alloc(0)))) await write(join(folder, name), contents);
  }
  await removeOthers(folder, new Set(names));
}

/** Leaves an import to a file that another build has written. */
const external = (filter: RegExp, file: string): esbuild.Plugin => ({
  name: 'external',
  setup({ onResolve }) {
    onResolve({ filter }, () => ({ path: `./${file}`, external: true }));
  },
});

/** Name of a build's entry, which is its first output beside source maps. */
function entryOf(result: esbuild.BuildResult): string {
  const [path] = Object.entries(result.metafile!.outputs).find(([, output]) => output.entryPoint)!;
  return basename(path);
}

function roleOf(file: string): Role {
  if (file.startsWith('dashboard')) return 'dashboard';
  if (file.startsWith('pixel')) return 'pixel';
  const name = basename(file);
  if (name === 'vitrine.js') return 'loader';
  if (name.endsWith('.css')) return 'style';
  if (name.startsWith('worker-')) return 'worker';
  if (name.startsWith('widgets-')) return 'widgets';
  if (name.startsWith('events-')) return 'events';
  if (/^(de|en|es|fr|ja|zh-cn|zh-tw)-/.test(name)) return 'texts';
  return (Object.keys(LAZY) as (keyof typeof LAZY)[]).find((lazy) => name.startsWith(`${lazy}-`)) ?? 'webgl';
}

/** The last build's record, if every input is as it was and every file still there. */
async function readRecord(outdir: string): Promise<BuildRecord | null> {
  try {
    const record = JSON.parse(await readFile(join(outdir, '.build.json'), 'utf8')) as BuildRecord;
    if (existsSync(join(ROOT, 'plugin-server/dashboard/src/main.ts')) !== record.files.some(({ role }) => role === 'dashboard')) return null;
    if (!record.files.every(({ file }) => existsSync(join(outdir, file)))) return null;
    const same = await Promise.all(Object.entries(record.inputs).map(async ([path, hash]) => (await digest(path)) === hash));
    return same.every(Boolean) ? record : null;
  } catch {
    return null;
  }
}

async function digest(path: string): Promise<string> {
  return createHash('sha256').update(await readFile(join(ROOT, path))).digest('hex').slice(0, 16);
}

/** Whole or not at all: a server may be reading the folder. */
async function write(path: string, contents: string | Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const part = `${path}.${process.pid}.part`;
  await writeFile(part, contents);
  await rename(part, path);
}

/** Removes the files of earlier builds. */
async function removeOthers(folder: string, keep: ReadonlySet<string>): Promise<void> {
  for (const name of await readdir(folder)) {
    const isOurs = keep.has(name.replace(/\.br$/, '')) || name === 'manifest.json' || name.endsWith('.part');
    if (!isOurs) await rm(join(folder, name), { force: true });
  }
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const started = performance.now();
  try {
    const { files, rebuilt } = await build();
    for (const { file, bytes, brotli: compressed } of files) console.log(`${file.padEnd(44)} ${String(bytes).padStart(8)} B  ${String(compressed).padStart(7)} B brotli`);
    console.log(rebuilt ? `built in ${((performance.now() - started) / 1000).toFixed(1)} s` : 'nothing has changed');
  } catch (error) {
    const failure = error as Partial<esbuild.BuildFailure>;
    const first = failure.errors?.[0];
    console.error(`build: ${first ? `${first.location?.file}:${first.location?.line}: ${first.text}` : (error as Error).message}`);
    process.exitCode = 1;
  }
}
