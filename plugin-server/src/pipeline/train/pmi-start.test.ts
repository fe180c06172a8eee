import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countCooccurrence } from '../dataset/cooccurrence.ts';
import { createRandom } from '../dataset/random.ts';
import { buildSequences } from '../dataset/sequences.ts';
import { neighbourChoices, strongestNeighbours } from './neighbours.ts';
import { pmiStart } from './pmi-start.ts';

/** Orders that each hold items of one of two themes (0–4 and 5–9) and never of both. */
function themedShop(orders: number) {
  const random = createRandom(2);
  const item: number[] = [];
  const group: number[] = [];
  for (let order = 0; order < orders; order++) {
    const theme = order % 2 === 0 ? 0 : 5;
    const chosen = new Set([0, 1, 2].map(() => theme + Math.floor(random() * 5)));
    for (const one of chosen) {
      item.push(one);
      group.push(order);
    }
  }
  return buildSequences({
    itemIds: Array.from({ length: 10 }, (_, i) => `p${i}`), item: Int32Array.from(item), group: Int32Array.from(group),
    kind: new Uint8Array(item.length).fill(2), actor: new Int32Array(item.length).fill(-1), time: Float64Array.from(group),
  });
}

test('items bought together start in the same direction, others apart', () => {
  const sequences = themedShop(600);
  const table = pmiStart(countCooccurrence(sequences), 4, createRandom(1));
  const themeOf = (row: number) => (Number(sequences.itemIds[row].slice(1)) < 5 ? 0 : 1);
  const cosine = (a: number, b: number) => [0, 1, 2, 3].reduce((sum, j) => sum + table[a * 4 + j] * table[b * 4 + j], 0);
  for (let a = 0; a < 10; a++) {
    assert.ok(Math.abs(cosine(a, a) - 1) < 1e-5, 'unit length');
    const mean = (same: boolean) => {
      const others = Array.from({ length: 10 }, (_, b) => b).filter((b) => b !== a && (themeOf(a) === themeOf(b)) === same);
      return others.reduce((sum, b) => sum + cosine(a, b), 0) / others.length;
    };
    assert.ok(mean(true) > mean(false) + 0.2, `row ${a}: ${mean(true)} against ${mean(false)}`);
  }
});

test('co-occurrence counts groups that hold both, and is symmetric', () => {
  const counts = countCooccurrence(themedShop(50));
  for (let i = 0; i < counts.items; i++) {
    for (let at = counts.start[i]; at < counts.start[i + 1]; at++) {
      const j = counts.column[at];
      const back = Array.from({ length: counts.start[j + 1] - counts.start[j] }, (_, k) => counts.start[j] + k).find((k) => counts.column[k] === i)!;
      assert.equal(counts.count[back], counts.count[at]);
      assert.ok(counts.count[at] <= Math.min(counts.occurrences[i], counts.occurrences[j]));
    }
  }
});

test('a pair seen in fewer than three groups is no neighbour', () => {
  const counts = countCooccurrence(themedShop(12));
  const { count, row, weight } = strongestNeighbours(counts, { count: 8, damping: 0.4, before: 0.5 });
  for (let i = 0; i < counts.items; i++) {
    for (let k = i * count; k < (i + 1) * count; k++) {
      if (weight[k] === 0) continue;
      const at = Array.from({ length: counts.start[i + 1] - counts.start[i] }, (_, n) => counts.start[i] + n).find((n) => counts.column[n] === row[k])!;
      assert.ok(counts.count[at] >= 3);
    }
  }
  assert.equal(strongestNeighbours(countCooccurrence(themedShop(1)), { count: 8, damping: 0.4, before: 0.5 }).count, 0);
});

test('companions of orders have no direction to choose, those of visits have', () => {
  const orders = themedShop(50);
  assert.equal(neighbourChoices(countCooccurrence(orders)).length, 2);
  assert.equal(neighbourChoices(countCooccurrence({ ...orders, kind: new Uint8Array(orders.kind.length) })).length, 4);
});
