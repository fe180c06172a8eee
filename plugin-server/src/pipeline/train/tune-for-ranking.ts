import { GOALS, KINDS, MIX_SIZE, mixIndex, POSITION_BUCKETS } from '@vitrine/sdk/core';
import { CART, type Case, PURCHASE, type Task, VIEW } from '../dataset/cases.ts';
import { scoreCheckpoint } from '../evaluate/score-checkpoint.ts';
import type { Checkpoint } from '../types.ts';
import type { NeighbourLists } from './neighbours.ts';

/** Weights of the companions that are tried, in units of the model's score. */
const WEIGHTS = [0, 1, 3, 10, 20, 40, 80];
/** Additions to the repeat bonus that are tried; the first of equals is kept. */
const SHIFTS = [0, 0.5, 1, 2, 4, -1, -2, -4, -8];
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

/**
 * Settings that the training loss cannot choose, because it counts every probability and a widget only shows the top:
 * which companions ship and how much they count beside the session's direction, and how readily items of the session
 * come again. For each goal and kind, the values with the best NDCG@20 of the int8 model on the validation cases of the
 * task that uses them.
 *
 * @param lists companions to choose from
 */
export function tuneForRanking(checkpoint: Checkpoint, cases: ReadonlyMap<Task, readonly Case[]>, lists: readonly NeighbourLists[]): Checkpoint {
  const mix = new Float32Array(MIX_SIZE);
  const learned = checkpoint.params.get('bonus')!;
  const bonus = learned.data.slice();
  let tuned: Checkpoint = { ...checkpoint, params: new Map([...checkpoint.params, ['bonus', { ...learned, data: bonus }]]) };
  const use = (list: NeighbourLists) => { tuned = { ...tuned, neighbours: { ...list, mix } }; };
  const score = (questions: readonly Case[]) => () => scoreCheckpoint(tuned, questions);
  const enough = (task: Task) => (cases.get(task)?.length ?? 0) >= FEWEST_CASES;

  // Carts first: they decide which companions ship.
  use(lists[0]);
  if (enough('rest-of-basket')) {
    const tries = lists.flatMap((list) => WEIGHTS.map((weight) => ({ list, weight })));
    choose(tries, ({ list, weight }) => {
      use(list);
      for (const at of DECIDES['rest-of-basket']) mix[at] = weight;
    }, score(cases.get('rest-of-basket')!));
  }
  for (const task of ['next-basket', 'next-view'] as const) {
    const setMix = (weight: number) => { for (const at of DECIDES[task]) mix[at] = weight; };
    const setShift = (shift: number) => {
      // `bonusIndex` lays out [goal, kind, position]: the entries of one (goal, kind) are contiguous.
      for (const first of DECIDES[task]) {
        for (let at = first * POSITION_BUCKETS; at < (first + 1) * POSITION_BUCKETS; at++) bonus[at] = learned.data[at] + shift;
      }
    };
    if (!enough(task)) {
      setMix(mix[ON_CART]);
      continue;
    }
    choose(WEIGHTS, setMix, score(cases.get(task)!));
    choose(SHIFTS, setShift, score(cases.get(task)!));
  }
  return tuned;
}

/** Sets the value with the best score; the first of equals. */
function choose<T>(values: readonly T[], set: (value: T) => void, score: () => number): void {
  let best = { value: values[0], score: -1 };
  for (const value of values) {
    set(value);
    const reached = score();
    if (reached > best.score) best = { value, score: reached };
  }
  set(best.value);
}
