import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findRepurchases } from './find-repurchases.ts';
import { type MadeUpGroup, madeUpSequences } from './made-up-sequences.ts';

const DAY = 86_400;

/** `customers` buy an item on these days. */
const buying = (row: number, customers: number, days: readonly number[]): MadeUpGroup[] =>
  Array.from({ length: customers }, (_, shopper) => days.map((day) => ({ time: 1_000_000_000 + day * DAY + shopper, shopper: row * 1_000 + shopper, rows: [row] }))).flat();

test('the median of the days between two purchases of a customer, item by item', () => {
  const { days, usual } = findRepurchases(madeUpSequences(6, [
    ...buying(0, 6, [0, 30, 60]), // every month
    ...buying(1, 6, [0, 7, 14, 100]), // every week, with one long break
    ...buying(2, 4, [0, 10, 20]), // too few customers
    ...buying(3, 50, [5]), // never again
    ...buying(4, 5, [0, 0.2, 0.4, 400]), // one day is one purchase; more than a byte holds
    ...Array.from({ length: 30 }, (_, day) => ({ time: 1_000_000_000 + day * DAY, rows: [5] })), // nobody known
  ]));
  assert.deepEqual([...days], [30, 7, 0, 0, 255, 0]);
  assert.equal(usual, 30);
});

test('looking at an item again is not buying it again', () => {
  const looks = buying(0, 9, [0, 5, 10]).map((group) => ({ ...group, kind: 0 }));
  assert.deepEqual([...findRepurchases(madeUpSequences(1, looks)).days], [0]);
});
