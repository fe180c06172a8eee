import { VitrineError } from '@vitrine/sdk/core';
import { ListBuilder, listAt, listCount, type Lists } from './lists.ts';

export const PROTOCOLS = ['next-item', 'leave-one-out', 'instances'] as const;
export type Protocol = (typeof PROTOCOLS)[number];

/** Predictions to make. Prediction p: from item[from[p]] … item[to[p] - 1], oldest first, to target[p]. */
export interface Predictions {
  /** Rows; items that training does not know are left out. */
  readonly item: Int32Array;
  readonly from: Int32Array;
  readonly to: Int32Array;
  /** Row that came; -1 for an item that training does not know: nobody can find it, so it is a miss for every model. */
  readonly target: Int32Array;
  /** Session or user of the prediction, not decreasing: predictions of one session are not independent of each other. */
  readonly cluster: Int32Array;
}

/** What is learned from, chosen by and asked. Rows number the items by popularity in `known`, the most popular first. */
export interface Problem {
  readonly protocol: Protocol;
  /** Product id of each row. All of them are ranked. */
  readonly itemIds: readonly string[];
  /** Learned from while settings are chosen. */
  readonly train: Lists;
  /** `train` and what chose the settings: every model learns from it in the end. */
  readonly known: Lists;
  readonly validation: Predictions;
  readonly test: Predictions;
}

/**
 * So many sessions choose, a tenth of them at most, spread over the newest so many: near the test in time, while nearly all
 * of the newest sessions are learned from. To hold back the newest two in a hundred as a whole cost co-occurrence 0.5
 * points of P@20 on diginetica, one in ten of the newest fifth 0.3.
 */
const CHOOSING = 1000;
const SPREAD_OVER = 20_000;

/**
 * Every position of every test session is predicted from what stands before it. Settings are chosen on some of the newest
 * training sessions.
 * @param ids vocabulary of `training`
 * @param testing the test sessions over the same vocabulary, -1 for items it does not have
 */
export function nextItemProblem(training: Lists, testing: Lists, ids: readonly string[]): Problem {
  return sessionProblem('next-item', training, everyPosition(testing), ids);
}

/** As `nextItemProblem`, but only the last item of each test list is predicted. */
export function instancesProblem(training: Lists, testing: Lists, ids: readonly string[]): Problem {
  return sessionProblem('instances', training, lastPosition(testing), ids);
}

function sessionProblem(protocol: Protocol, training: Lists, test: Predictions, ids: readonly string[]): Problem {
  const sessions = listCount(training);
  const choosing = Math.min(CHOOSING, Math.floor(sessions / 10));
  const oneIn = Math.floor(Math.min(SPREAD_OVER, sessions) / choosing);
  const { itemIds, row } = byPopularity(training, ids);
  const known = inRows(training, row);
  const parts = { train: new ListBuilder(), choosing: new ListBuilder() };
  for (let session = 0; session < sessions; session++) {
    const age = sessions - session; // 1 for the newest
    const part = age % oneIn === 0 && age <= choosing * oneIn ? parts.choosing : parts.train;
    for (const item of listAt(known, session)) part.push(item);
    part.end();
  }
  return checked({ protocol, itemIds, known, train: parts.train.build(), validation: everyPosition(parts.choosing.build()), test: renumbered(test, row) });
}

/**
 * The last item of each user is predicted from all before it; the one before chooses, the rest trains while settings are chosen.
 * A user with two items has no choosing item, with one item none to predict.
 */
export function leaveOneOutProblem(users: Lists, ids: readonly string[]): Problem {
  const train = new ListBuilder();
  const beforeTest = new ListBuilder();
  const choosing = new ListBuilder();
  for (let user = 0; user < listCount(users); user++) {
    const items = listAt(users, user);
    const n = items.length;
    const trained = n < 3 ? Math.min(n, 1) : n - 2;
    for (let i = 0; i < trained; i++) train.push(items[i]);
    train.end();
    for (let i = 0; i < Math.max(1, n - 1); i++) beforeTest.push(items[i]);
    beforeTest.end();
    if (n >= 3) for (let i = 0; i < n - 1; i++) choosing.push(items[i]);
    choosing.end();
  }
  // The catalogue is every item of the file; by popularity before the test, one that is somebody's last item only stands last.
  const known = beforeTest.build();
  const { itemIds, row } = byPopularity(known, ids);
  return checked({
    protocol: 'leave-one-out', itemIds, train: inRows(train.build(), row), known: inRows(known, row),
    validation: lastPosition(inRows(choosing.build(), row)), test: lastPosition(inRows(users, row)),
  });
}

function checked(problem: Problem): Problem {
  const { test, train, itemIds } = problem;
  if (test.target.length === 0) throw new VitrineError('not_enough_data', 'There is nothing to predict: no list of the test holds two items.');
  if (itemIds.length < 2 || listCount(train) === 0) throw new VitrineError('not_enough_data', `There is nothing to learn from: ${listCount(train)} training lists with ${itemIds.length} items.`);
  return problem;
}

/** Rows by falling number of occurrences, then by first appearance. */
function byPopularity({ item }: Lists, ids: readonly string[]): { itemIds: string[]; row: Int32Array } {
  const occurrences = new Float64Array(ids.length);
  for (const at of item) occurrences[at]++;
  const order = Array.from(ids.keys()).sort((a, b) => occurrences[b] - occurrences[a] || a - b);
  const row = new Int32Array(ids.length);
  order.forEach((at, place) => { row[at] = place; });
  return { itemIds: order.map((at) => ids[at]), row };
}

const inRows = ({ start, item }: Lists, row: Int32Array): Lists => ({ start, item: item.map((at) => (at < 0 ? -1 : row[at])) });

function renumbered(predictions: Predictions, row: Int32Array): Predictions {
  const number = (column: Int32Array) => column.map((at) => (at < 0 ? -1 : row[at]));
  return { ...predictions, item: number(predictions.item), target: number(predictions.target) };
}

/** A prediction for every item of every list but the first. */
export function everyPosition(lists: Lists): Predictions {
  return predictions(lists, () => 1);
}

/** A prediction for the last item of every list of two or more. */
export function lastPosition(lists: Lists): Predictions {
  return predictions(lists, (length) => Math.max(1, length - 1));
}

function predictions(lists: Lists, first: (length: number) => number): Predictions {
  const known: number[] = [];
  const columns = { from: new ListBuilder(), to: new ListBuilder(), target: new ListBuilder(), cluster: new ListBuilder() };
  for (let list = 0; list < listCount(lists); list++) {
    const items = listAt(lists, list);
    const from = known.length;
    items.forEach((item, position) => {
      if (position >= first(items.length)) {
        columns.from.push(from);
        columns.to.push(known.length);
        columns.target.push(item);
        columns.cluster.push(list);
      }
      if (item >= 0) known.push(item);
    });
  }
  const column = (name: keyof typeof columns) => columns[name].build().item;
  return { item: Int32Array.from(known), from: column('from'), to: column('to'), target: column('target'), cluster: column('cluster') };
}
