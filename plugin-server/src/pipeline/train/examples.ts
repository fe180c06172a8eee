import { GOALS } from '@vitrine/sdk/core';
import { CART, groupItems, PURCHASE, VIEW } from '../dataset/cases.ts';
import { shuffle } from '../dataset/random.ts';
import { historyBefore, type Sequences } from '../dataset/sequences.ts';

/** One training example: a session as the encoder sees it, and the items that came. */
export interface Example {
  readonly goal: number;
  readonly items: readonly number[];
  readonly kinds: readonly number[];
  readonly targets: readonly number[];
  /** What each target counts for, 1 together; all the same where it is absent. */
  readonly shares?: readonly number[];
}

const PURCHASE_GOAL = GOALS.indexOf('purchase');
const VIEW_GOAL = GOALS.indexOf('view');

/** Views of one visit used per epoch; the rest come up in other epochs. */
const VIEW_POSITIONS = 20;

/** Share of basket examples whose known part is marked as looked at, so that product pages work on order data alone. */
const AS_VIEW = 0.3;

/** Share of those that also stand for "looked at next": what is bought together is a start where few visits are known. */
const FOR_VIEW = 0.5;

/**
 * The examples of one epoch, in random order, made anew each time (random parts of baskets, random cuts of visits).
 * From an order: the rest of it from a random part, with and without the customer's history; the whole of it from the
 * history alone. From a visit: the next item looked at. Every goal gets examples from any kind of data.
 *
 * @param among groups to make examples of; all of the training part by default
 */
export function* epochExamples(sequences: Sequences, maxLength: number, random: () => number, among?: Int32Array): Generator<Example> {
  const groups = shuffle(among?.slice() ?? Int32Array.from({ length: sequences.train }, (_, g) => g), random);
  for (const group of groups) {
    const { items, kinds } = groupItems(sequences, group);
    const bought = items.filter((_, i) => kinds[i] === PURCHASE);
    if (bought.length > 0) yield* fromOrder(sequences, group, bought, maxLength, random);
    yield* fromVisit(items, kinds, maxLength, random);
  }
}

/** Upper bound of the examples in an epoch, for progress. */
export function countExamples(sequences: Sequences, among: Iterable<number> = Array(sequences.train).keys()): number {
  let count = 0;
  for (const g of among) {
    let bought = 0;
    let viewed = 0;
    for (let at = sequences.start[g]; at < sequences.start[g + 1]; at++) {
      if (sequences.kind[at] === PURCHASE) bought++;
      else if (sequences.kind[at] === VIEW) viewed++;
    }
    if (bought > 1) count++;
    if (bought > 0 && sequences.previous[g] >= 0) count++;
    count += Math.min(VIEW_POSITIONS, Math.max(0, viewed - 1));
  }
  return count;
}

function* fromOrder(sequences: Sequences, group: number, bought: number[], maxLength: number, random: () => number): Generator<Example> {
  const history = historyBefore(sequences, group, maxLength);
  if (history.items.length > 0) yield { goal: PURCHASE_GOAL, ...history, targets: bought };
  if (bought.length < 2) return;
  const mixed = shuffle(bought.slice(), random);
  const known = 1 + Math.floor(random() * Math.min(mixed.length - 1, maxLength));
  const part = mixed.slice(0, known);
  const kind = random() < AS_VIEW ? VIEW : CART;
  const goal = kind === VIEW && random() < FOR_VIEW ? VIEW_GOAL : PURCHASE_GOAL;
  const withHistory = history.items.length > 0 && random() < 0.5 ? history : { items: [], kinds: [] };
  yield {
    goal,
    items: [...withHistory.items, ...part].slice(-maxLength),
    kinds: [...withHistory.kinds, ...part.map(() => kind)].slice(-maxLength),
    targets: mixed.slice(known),
  };
}

function* fromVisit(items: readonly number[], kinds: readonly number[], maxLength: number, random: () => number): Generator<Example> {
  const cuts: number[] = [];
  for (let i = 1; i < items.length; i++) if (kinds[i] === VIEW) cuts.push(i);
  if (cuts.length > VIEW_POSITIONS) shuffle(cuts, random).length = VIEW_POSITIONS;
  for (const cut of cuts) {
    const from = Math.max(0, cut - maxLength);
    yield { goal: VIEW_GOAL, items: items.slice(from, cut), kinds: kinds.slice(from, cut), targets: [items[cut]] };
  }
}
