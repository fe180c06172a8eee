import { GOALS, KINDS, MIX_SIZE, mixIndex, PLAIN_SUM, POSITION_BUCKETS } from '@vitrine/sdk/core';
import { compressRecommendation, previewModel } from '../compress/compress-recommendation.ts';
import { CART, type Case, PURCHASE, type Task, VIEW } from '../dataset/cases.ts';
import type { Checkpoint } from '../types.ts';
import type { NeighbourLists } from './neighbours.ts';
import { type Mixture, RankingQuestions } from './ranking-questions.ts';

/** How much companions count, in units of the model's score: of their sum, and of its square root. */
const STRENGTHS = [
  ...[0, 1, 3, 10, 20, 40, 80, 160, 320].map((strength) => ({ strength, root: false })),
  ...[2, 4, 8, 12, 16, 24, 32, 48, 64].map((strength) => ({ strength, root: true })),
];
const DECAYS = [PLAIN_SUM.decay, 0.8, 0.5];
/** Additions to the repeat bonus that are tried; the first of equals is kept. */
const SHIFTS = [0, 0.5, 1, 2, 3, 4, 6, 9, -1, -2, -4, -8];
/** Enough of them to compare one set of companions with another. */
const FEW_SHIFTS = [0, 3];
/** With fewer cases a task decides nothing: its goal follows the cart. */
const FEWEST_CASES = 50;

const entry = (goal: 'view' | 'purchase', kind: number) => mixIndex(GOALS.indexOf(goal), kind);
const ON_CART = entry('purchase', CART);

/** Entries (goal, kind) that each task decides. Product pages know views only, so views follow the cart's weight. */
const DECIDES: Record<Task, readonly number[]> = {
  'rest-of-basket': [ON_CART, entry('purchase', VIEW)],
  'next-basket': [entry('purchase', PURCHASE)],
  'next-view': KINDS.map((_, kind) => entry('view', kind)),
};
/** A cart's items are left out of what is suggested beside it, so their bonus decides nothing there. */
const REPEATS: Record<Task, boolean> = { 'rest-of-basket': false, 'next-basket': true, 'next-view': true };

/**
 * Settings that the training loss cannot choose, because it counts every probability and a widget only shows the top:
 * which companions ship, how they are summed up and how much they count beside the session's direction, and how readily
 * items of the session come again. For each goal and kind, the values with the best NDCG@20 of the int8 model on the
 * validation cases of the task that uses them.
 *
 * @param lists companions to choose from; those ship that do best over all tasks
 */
export function tuneForRanking(checkpoint: Checkpoint, cases: ReadonlyMap<Task, readonly Case[]>, lists: readonly NeighbourLists[]): Checkpoint {
  const { list, mixture } = chooseMixture(checkpoint, cases, lists);
  return withMixture(checkpoint, list, mixture);
}

/** What `tuneForRanking` chooses. */
export function chooseMixture(
  checkpoint: Checkpoint, cases: ReadonlyMap<Task, readonly Case[]>, lists: readonly NeighbourLists[],
): { readonly list: NeighbourLists; readonly mixture: Mixture } {
  const none: NeighbourLists = { count: 0, row: new Int32Array(0), weight: new Float32Array(0) };
  const model = previewModel(compressRecommendation({ ...checkpoint, neighbours: { ...none, mix: new Float32Array(MIX_SIZE) } }));
  const questions = new Map([...cases].filter(([, list]) => list.length >= FEWEST_CASES).map(([task, list]) => [task, new RankingQuestions(model, list, lists)]));

  const tune = (list: NeighbourLists, shifts: readonly number[]) => {
    const mixture = emptyMixture();
    let total = 0;
    // Carts first: a task without cases of its own follows them.
    for (const task of ['rest-of-basket', 'next-basket', 'next-view'] as const) {
      const asked = questions.get(task);
      const entries = DECIDES[task];
      if (asked) total += tuneTask(entries, REPEATS[task] ? shifts : [0], mixture, () => asked.score(list, lists.indexOf(list), mixture));
      else if (task !== 'rest-of-basket') for (const at of entries) copyEntry(mixture, ON_CART, at);
    }
    return { list, mixture, total };
  };
  const chosen = lists.map((list) => tune(list, FEW_SHIFTS)).reduce((best, one) => (one.total > best.total ? one : best));
  return tune(chosen.list, SHIFTS);
}

/** A checkpoint with these companions, summed up and weighed like this, and its repeat bonus shifted. */
export function withMixture(checkpoint: Checkpoint, list: NeighbourLists, mixture: Mixture): Checkpoint {
  const bonus = checkpoint.params.get('bonus')!;
  // `bonusIndex` lays out [goal, kind, position]: the entries of one (goal, kind) are contiguous.
  const shifted = bonus.data.map((value, at) => value + mixture.shift[Math.floor(at / POSITION_BUCKETS)]);
  return {
    ...checkpoint,
    params: new Map([...checkpoint.params, ['bonus', { ...bonus, data: shifted }]]),
    neighbours: { count: list.count, row: list.row, weight: list.weight, mix: mixture.strength, sums: Array.from(mixture.decay, (decay, at) => ({ decay, root: mixture.root[at] })) },
  };
}

function emptyMixture(): { -readonly [Part in keyof Mixture]: Mixture[Part] } & { root: boolean[] } {
  return {
    strength: new Float32Array(MIX_SIZE), decay: new Float32Array(MIX_SIZE).fill(PLAIN_SUM.decay),
    root: Array.from({ length: MIX_SIZE }, () => false), shift: new Float32Array(MIX_SIZE),
  };
}

/** Strength and repeats together, because companions push repeats down; then the decay, then the strength again. */
function tuneTask(entries: readonly number[], shifts: readonly number[], mixture: ReturnType<typeof emptyMixture>, score: () => number): number {
  const setStrength = ({ strength, root }: (typeof STRENGTHS)[number]) => {
    for (const at of entries) {
      mixture.strength[at] = strength;
      mixture.root[at] = root;
    }
  };
  const setShift = (shift: number) => { for (const at of entries) mixture.shift[at] = shift; };
  const setDecay = (decay: number) => { for (const at of entries) mixture.decay[at] = decay; };
  setDecay(DECAYS[1]);
  choose(shifts.flatMap((shift) => STRENGTHS.map((strength) => ({ strength, shift }))), ({ strength, shift }) => {
    setStrength(strength);
    setShift(shift);
  }, score);
  choose(DECAYS, setDecay, score);
  return choose(STRENGTHS, setStrength, score);
}

function copyEntry(mixture: ReturnType<typeof emptyMixture>, from: number, to: number): void {
  mixture.strength[to] = mixture.strength[from];
  mixture.decay[to] = mixture.decay[from];
  mixture.root[to] = mixture.root[from];
}

/** Sets the value with the best score, the first of equals. @returns that score */
function choose<T>(values: readonly T[], set: (value: T) => void, score: () => number): number {
  let best = { value: values[0], score: -1 };
  for (const value of values) {
    set(value);
    const reached = score();
    if (reached > best.score) best = { value, score: reached };
  }
  set(best.value);
  return best.score;
}
