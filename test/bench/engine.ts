import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VitrineError } from '@vitrine/sdk/core';
import { build } from '../../build.ts';
import { browserMissing } from '../browser.ts';
import { measureCold } from './engine-cold.ts';
import { engineReport } from './engine-report.ts';
import { measureSteadiness } from './engine-steadiness.ts';
import { measureWarm } from './engine-warm.ts';
import { readFolder, startBenchServer, type BenchServer } from './peers/bench-server.ts';
import { benchModel, type BenchModel } from './peers/bench-model.ts';
import { peerBundles } from './peers/peer-bundles.ts';
import type { BenchOptions, Report } from './row.ts';

/** What the parts of this benchmark share. */
export interface EngineBench {
  readonly server: BenchServer;
  /** Address of our built Worker. */
  readonly worker: string;
  readonly smoke: boolean;
  readonly note: (line: string) => void;
}

const SIZES = [1_000, 10_000, 50_000, 100_000, 200_000];
/** Catalogue of the cold starts, the lost context and the thousand calls. */
const MIDDLE = 10_000;

/**
 * `npm run bench -- engine`: our engine and its peers in one Chromium, each in a Worker of its own, in turn, on the same
 * model and the same sessions; warm, cold, after a lost context, and a thousand calls on end.
 */
export async function run({ smoke = false, note }: BenchOptions): Promise<Report> {
  const missing = browserMissing();
  if (missing) throw new VitrineError('bad_config', missing);
  const outdir = mkdtempSync(join(tmpdir(), 'vitrine-bench-'));
  const server = await startBenchServer({ quality: smoke ? 1 : 9 });
  try {
    const { browser: folder, files } = await build({ outdir });
    for (const [name, content] of await readFolder(folder)) server.set(`/assets/${name}`, content);
    for (const [name, content] of await peerBundles()) server.set(`/bench/${name}`, content);
    server.set('/page.html', '<!doctype html><title>bench</title><script type="module">globalThis.benchPage = await import("/bench/page.js");</script>');
    const worker = `/assets/${files.find(({ role, file }) => role === 'worker' && file.endsWith('.js'))!.file.split(/[\\/]/).at(-1)!}`;
    const bench: EngineBench = { server, worker, smoke, note };

    const middle = serveModel(server, await benchModel(smoke ? 1_000 : MIDDLE));
    const steadiness = await measureSteadiness(bench, middle);
    const cold = await measureCold(bench, middle);
    const warm = [];
    for (const items of smoke ? [1_000] : SIZES) warm.push(await measureWarm(bench, serveModel(server, await benchModel(items))));
    return engineReport({ warm, cold, steadiness });
  } finally {
    server.close();
    rmSync(outdir, { recursive: true, force: true });
  }
}

/** Puts a model's files where the contestants fetch them, in place of the last. */
function serveModel(server: BenchServer, model: BenchModel): BenchModel {
  server.set('/models/artifact', model.artifact);
  server.set('/models/tensors', model.tensors);
  server.set('/models/onnx', model.onnx);
  return model;
}
