import { GOALS, KINDS, type Goal } from '@vitrine/sdk/core';
import { shuffle } from './random.ts';
import { historyBefore, type Sequences } from './sequences.ts';

export const VIEW = KINDS.indexOf('view');
export const CART = KINDS.indexOf('cart');
export const PURCHASE = KINDS.indexOf('purchase');

/** One prediction to make: what was seen, and what came. Rows of `Sequences`. */
export interface Case {
  readonly goal: number;
  readonly items: readonly number[];
  readonly kinds: readonly number[];
  /** Rows that count as right; at least one. */
  readonly targets: readonly number[];
  /** The items seen may not be suggested again (cart and product pages). */
  readonly withoutSeen: boolean;
}

/**
 * The questions the widgets answer, each with its own cases:
 * - `next-basket`: from a customer's history, any item of the next order (may repeat);
 * - `rest-of-basket`: from a random half of an order, the other half;
 * - `next-view`: from a visit so far, the next item looked at (may repeat).
 */
export const TASKS = ['next-basket', 'rest-of-basket', 'next-view'] as const;
export type Task = (typeof TASKS)[number];

export const TASK_GOAL: Record<Task, Goal> = { 'next-basket': 'purchase', 'rest-of-basket': 'purchase', 'next-view': 'view' };

/** Longest history given to any model. */
export const HISTORY = 200;

/** All cases of a task in groups [from, to), or a random `limit` of them. */
export function buildCases(sequences: Sequences, task: Task, from: number, to: number, random: () => number, limit = Infinity): Case[] {
  const cases: Case[] = [];
  const groups = shuffle(Int32Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i), random);
  for (const group of groups) {
    if (cases.length >= limit) break;
    const made = caseOf(sequences, task, group, random);
    if (made) cases.push(made);
  }
  return cases;
}

function caseOf(sequences: Sequences, task: Task, group: number, random: () => number): Case | undefined {
  const goal = GOALS.indexOf(TASK_GOAL[task]);
  const { items, kinds } = groupItems(sequences, group);
  if (task === 'next-view') {
    const cuts = Array.from(items.keys()).filter((i) => i > 0 && kinds[i] === VIEW);
    if (cuts.length === 0) return undefined;
    const at = cuts[Math.floor(random() * cuts.length)];
    return { goal, items: items.slice(0, at), kinds: kinds.slice(0, at), targets: [items[at]], withoutSeen: false };
  }
  const bought = items.filter((_, i) => kinds[i] === PURCHASE);
  if (bought.length === 0) return undefined;
  if (task === 'next-basket') {
    const history = historyBefore(sequences, group, HISTORY);
    if (history.items.length === 0) return undefined;
    return { goal, ...history, targets: bought, withoutSeen: false };
  }
  if (bought.length < 2) return undefined;
  const mixed = shuffle(bought.slice(), random);
  const part = mixed.slice(0, Math.ceil(mixed.length / 2));
  return { goal, items: part, kinds: part.map(() => CART), targets: mixed.slice(part.length), withoutSeen: true };
}

export function groupItems(sequences: Sequences, group: number): { items: number[]; kinds: number[] } {
  const from = sequences.start[group];
  const to = sequences.start[group + 1];
  return { items: Array.from(sequences.item.subarray(from, to)), kinds: Array.from(sequences.kind.subarray(from, to)) };
}
