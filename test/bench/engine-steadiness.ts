import { openBenchBrowser, openBenchPage } from './bench-page.ts';
import type { ObjectCounts } from './browser/messages.ts';
import { ours } from './contestants.ts';
import type { EngineBench } from './engine.ts';
import { workerHeap } from './worker-heap.ts';
import type { BenchModel } from './peers/bench-model.ts';

export interface SteadinessResult {
  /** After each lost context: time until WebGL answered again, ms, and whether the answers in between and after were the oracle's. */
  readonly losses: readonly { readonly milliseconds: number; readonly right: boolean; readonly during?: string }[];
  readonly calls: number;
  /** WebGL objects in the Worker, and its heap in bytes after a collection: before the calls and after. */
  readonly before: ObjectCounts & { readonly heap: number };
  readonly after: ObjectCounts & { readonly heap: number };
}

/** What our WebGL engine does when its context is lost, and what a thousand calls leave behind. */
export async function measureSteadiness(bench: EngineBench, model: BenchModel): Promise<SteadinessResult> {
  const { server, smoke, note } = bench;
  const calls = smoke ? 20 : 1_000;
  const { browser } = await openBenchBrowser(server.origin);
  try {
    const contestant = ours(bench, model, 'webgl');
    const { name } = contestant;
    const losses: { milliseconds: number; right: boolean; during?: string }[] = [];
    note('lost contexts');
    for (let time = 0; time < (smoke ? 1 : 5); time++) { // each in a page of its own: an engine gives WebGL up when it is lost often
      const page = await openBenchPage(browser, server.origin);
      await page.evaluate((contestant) => benchPage.open(contestant), contestant);
      const request = model.requests[time];
      const { during, after, rebuilt } = await page.evaluate(({ name, request }) => benchPage.loseContext(name, request), { name, request });
      losses.push({ milliseconds: rebuilt, right: [during, after].every(({ items }) => items.map(({ id }) => id).join() === model.expected[time].join()), during: during.backend });
      await page.context().close();
    }
    note(`${calls} calls`);
    const page = await openBenchPage(browser, server.origin);
    await page.evaluate((contestant) => benchPage.open(contestant), contestant);
    const recommend = (times: number) => page.evaluate(({ name, requests, times }) => benchPage.measure(name, requests, { calls: times, budget: Infinity, least: times }), { name, requests: model.requests, times });
    const look = async () => ({ ...(await page.evaluate(() => benchPage.askInstruments('count-objects'))), heap: await workerHeap(page) });
    await recommend(smoke ? 5 : 100); // what is made once is made now
    const before = await look();
    await recommend(calls);
    return { losses, calls, before, after: await look() };
  } finally {
    await browser.close();
  }
}
