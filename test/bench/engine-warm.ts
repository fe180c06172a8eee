import { openBenchBrowser, openBenchPage } from './bench-page.ts';
import type { Answer } from './browser/messages.ts';
import type { Repeat, Sample } from './browser/page.ts';
import { ours, peer, PEERS, type PeerName } from './contestants.ts';
import type { EngineBench } from './engine.ts';
import type { BenchModel } from './peers/bench-model.ts';

export interface WarmResult {
  readonly items: number;
  readonly renderer: string;
  readonly browser: string;
  /** By contestant: which backend answered at the end, its measurements by round, and how it ranked. */
  readonly contestants: Readonly<Record<string, { readonly backend?: string; readonly rounds: readonly (readonly Sample[])[]; readonly same: number; readonly shared: number }>>;
}

const ROUNDS = 5;
const REPEAT: Repeat = { calls: 20, budget: 700, least: 5 };
const SMOKE: Repeat = { calls: 2, budget: 100, least: 1 };
/** Calls before anything is measured: shaders, code, and our choice of a backend. */
const WARM_UP: Repeat = { calls: 30, budget: 1_500, least: 5 };

/**
 * All contestants side by side in one page, each loaded once. A round takes them in turn, in an order that moves on by one
 * each round, for so many calls each.
 */
export async function measureWarm(bench: EngineBench, model: BenchModel): Promise<WarmResult> {
  const { server, smoke, note } = bench;
  const { requests, expected } = model;
  const { browser, renderer } = await openBenchBrowser(server.origin);
  try {
    const page = await openBenchPage(browser, server.origin);
    const contestants = [
      ...(['webgl', 'wasm', 'js', 'auto'] as const).map((backend) => ours(bench, model, backend)),
      ...(Object.keys(PEERS) as PeerName[]).map((name) => peer(name, model)),
    ];
    const results: Record<string, { backend?: string; rounds: Sample[][]; same: number; shared: number }> = {};
    for (const contestant of contestants) {
      note(`${model.items} items: ${contestant.name} loads`);
      await page.evaluate((contestant) => benchPage.open(contestant), contestant);
      const repeat = smoke ? SMOKE : WARM_UP;
      const answers = await page.evaluate(async ({ name, requests, repeat }) => {
        await benchPage.measure(name, requests, repeat);
        const answers: Answer[] = [];
        for (const request of requests) answers.push(await benchPage.recommend(name, request));
        return answers;
      }, { name: contestant.name, requests, repeat });
      results[contestant.name] = { backend: answers.at(-1)!.backend, rounds: [], ...compare(answers, expected) };
    }
    for (let round = 0; round < (smoke ? 2 : ROUNDS); round++) {
      note(`${model.items} items: round ${round + 1}`);
      for (let turn = 0; turn < contestants.length; turn++) {
        const { name } = contestants[(turn + round) % contestants.length];
        const repeat = smoke ? SMOKE : REPEAT;
        results[name].rounds.push(await page.evaluate(({ name, requests, repeat }) => benchPage.measure(name, requests, repeat), { name, requests, repeat }));
      }
    }
    return { items: model.items, renderer, browser: `Chromium ${browser.version()}`, contestants: results };
  } finally {
    await browser.close();
  }
}

/** Share of requests answered in exactly the oracle's order, and share of the oracle's items that are in the answer. */
export function compare(answers: readonly Answer[], expected: readonly (readonly string[])[]): { same: number; shared: number } {
  let same = 0;
  let shared = 0;
  let all = 0;
  answers.forEach(({ items }, at) => {
    const ids = items.map(({ id }) => id);
    if (ids.join() === expected[at].join()) same++;
    const found = new Set(ids);
    shared += expected[at].filter((id) => found.has(id)).length;
    all += expected[at].length;
  });
  return { same: same / answers.length, shared: shared / all };
}
