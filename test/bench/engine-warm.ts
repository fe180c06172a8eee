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
  readonly contestants: Readonly<Record<string, WarmContestant>>;
}

export interface WarmContestant extends Agreement {
  /** Ours only: which backend answered, after its choice. */
  readonly backend?: string;
  readonly rounds: readonly (readonly Sample[])[];
}

/** How it ranked, as shares of all requests and of all items. */
export interface Agreement {
  /** Requests answered in exactly the int8 oracle's order. */
  readonly same: number;
  /** Requests answered in exactly the order that a session vector in float32 gives. */
  readonly sameAsFloat: number;
  /** Items of the int8 oracle's answers that are in its own, in whatever order. */
  readonly shared: number;
}

const ROUNDS = 5;
const REPEAT: Repeat = { calls: 40, budget: 1_000, least: 5 };
const SMOKE: Repeat = { calls: 2, budget: 100, least: 1 };
/** On the page itself tfjs does what it does in a Worker, while nothing else can happen: shown where it is bearable. */
const ON_PAGE: PeerName = 'tfjs webgl, naive, on the page';
const LARGEST_ON_PAGE = 10_000;
/** Calls before anything is measured: shaders, code, and our choice of a backend. */
const WARM_UP: Repeat = { calls: 300, budget: 1_000, least: 5 };

/**
 * All contestants side by side in one page, each loaded once. A round takes them in turn, in an order that moves on by one
 * each round, for so many calls each.
 */
export async function measureWarm(bench: EngineBench, model: BenchModel): Promise<WarmResult> {
  const { server, smoke, note } = bench;
  const { requests } = model;
  const { browser, renderer } = await openBenchBrowser(server.origin);
  try {
    note(`${model.items} items: loading`);
    const page = await openBenchPage(browser, server.origin);
    const contestants = [
      ...(['webgl', 'wasm', 'js', 'auto'] as const).map((backend) => ours(bench, model, backend)),
      ...(Object.keys(PEERS) as PeerName[]).filter((name) => name !== ON_PAGE || model.items <= LARGEST_ON_PAGE).map((name) => peer(name, model)),
    ];
    const results: Record<string, WarmContestant & { rounds: Sample[][] }> = {};
    for (const contestant of contestants) {
      await page.evaluate((contestant) => benchPage.open(contestant), contestant);
      const repeat = smoke ? SMOKE : WARM_UP;
      const answers = await page.evaluate(async ({ name, requests, repeat }) => {
        await benchPage.measure(name, requests, repeat);
        const answers: Answer[] = [];
        for (const request of requests) answers.push(await benchPage.recommend(name, request));
        return answers;
      }, { name: contestant.name, requests, repeat });
      results[contestant.name] = { backend: answers.at(-1)!.backend, rounds: [], ...compare(answers, model) };
    }
    for (let round = 0; round < (smoke ? 2 : ROUNDS); round++) {
      note(`${model.items} items: round ${round + 1} of ${smoke ? 2 : ROUNDS}`);
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

export function compare(answers: readonly Answer[], { expected, expectedFloat }: Pick<BenchModel, 'expected' | 'expectedFloat'>): Agreement {
  const ids = answers.map(({ items }) => items.map(({ id }) => id));
  const share = (right: (at: number) => number) => ids.reduce((sum, _, at) => sum + right(at), 0) / ids.length;
  return {
    same: share((at) => Number(ids[at].join() === expected[at].join())),
    sameAsFloat: share((at) => Number(ids[at].join() === expectedFloat[at].join())),
    shared: share((at) => expected[at].filter((id) => ids[at].includes(id)).length / expected[at].length),
  };
}
