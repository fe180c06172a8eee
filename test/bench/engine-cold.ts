import { openBenchBrowser, openBenchPage } from './bench-page.ts';
import { ours, peer } from './contestants.ts';
import type { EngineBench } from './engine.ts';
import type { BenchModel } from './peers/bench-model.ts';

/** One cold start, milliseconds. */
export interface ColdSample {
  readonly milliseconds: number;
  /** Longest time in which the page could do nothing else. */
  readonly blocked: number;
  readonly backend?: string;
}

export interface ColdResult {
  readonly items: number;
  /** By contestant, one a round. */
  readonly contestants: Readonly<Record<string, readonly ColdSample[]>>;
}

const ROUNDS = 7;

/**
 * From nothing to the first answer: script, model, set-up and first call, fetched from this machine with one compression.
 * Each round starts a new browser, because the GPU process keeps compiled shaders; each contestant gets a page of its own.
 */
export async function measureCold(bench: EngineBench, model: BenchModel): Promise<ColdResult> {
  const { server, smoke, note } = bench;
  const contestants = [
    ours(bench, model, 'js'), ours(bench, model, 'wasm'), ours(bench, model, 'auto'), ours(bench, model, 'webgl'),
    peer('tfjs webgl, naive', model), peer('tfjs webgl, naive, on the page', model), peer('tfjs wasm', model), peer('onnxruntime-web wasm', model),
  ];
  for (const { script, file } of contestants) await Promise.all([server.transferred(script), server.transferred(file)]); // compressed before anyone waits
  await server.transferred('/bench/ort-wasm-simd-threaded.wasm');
  const results: Record<string, ColdSample[]> = Object.fromEntries(contestants.map(({ name }) => [name, []]));
  for (let round = 0; round < (smoke ? 1 : ROUNDS); round++) {
    note(`cold start: round ${round + 1}`);
    const { browser } = await openBenchBrowser(server.origin);
    try {
      for (let turn = 0; turn < contestants.length; turn++) {
        const contestant = contestants[(turn + round) % contestants.length];
        const page = await openBenchPage(browser, server.origin);
        const { milliseconds, blocked, answer } = await page.evaluate(
          ({ contestant, request }) => benchPage.cold(contestant, request), { contestant: { ...contestant, plain: true }, request: model.requests[0] });
        results[contestant.name].push({ milliseconds, blocked, backend: answer.backend });
        await page.context().close();
      }
    } finally {
      await browser.close();
    }
  }
  return { items: model.items, contestants: results };
}
