import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countCooccurrence } from '../dataset/cooccurrence.ts';
import { createRandom } from '../dataset/random.ts';
import { buildSequences, type Sequences } from '../dataset/sequences.ts';
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

const withCounts = (sequences: Sequences) => ({ sequences, counts: countCooccurrence(sequences) });

test('a pair bought together in fewer than three orders is no neighbour', () => {
  const dataset = withCounts(themedShop(12));
  const { counts } = dataset;
  const { count, row, weight } = strongestNeighbours(dataset, { count: 8, damping: 0.4, before: 0.5 });
  for (let i = 0; i < counts.items; i++) {
    for (let k = i * count; k < (i + 1) * count; k++) {
      if (weight[k] === 0) continue;
      const at = Array.from({ length: counts.start[i + 1] - counts.start[i] }, (_, n) => counts.start[i] + n).find((n) => counts.column[n] === row[k])!;
      assert.ok(counts.count[at] >= 3);
    }
  }
  assert.equal(strongestNeighbours(withCounts(themedShop(1)), { count: 8, damping: 0.4, before: 0.5 }).count, 0);
});

test('a pair looked at twice is a neighbour when two visitors did, and a third group makes it one in any case', () => {
  /** Groups of [visitor, kind, items], the kind the same for all items or one for each. */
  const neighbours = (groups: ReadonlyArray<readonly [visitor: number, kind: number | readonly number[], items: readonly number[]]>) => {
    const flat = groups.flatMap(([visitor, kind, items], group) => items.map((item, at) => ({ visitor, group, item, kind: typeof kind === 'number' ? kind : kind[at] })));
    const dataset = withCounts(buildSequences({
      itemIds: ['a', 'b', 'c'], item: Int32Array.from(flat, ({ item }) => item), group: Int32Array.from(flat, ({ group }) => group), kind: Uint8Array.from(flat, ({ kind }) => kind),
      actor: Int32Array.from(flat, ({ visitor }) => visitor), time: Float64Array.from(flat, ({ group }) => group),
    }, { validationFrom: Infinity, testFrom: Infinity }));
    const { count, row, weight } = strongestNeighbours(dataset, { count: 2, damping: 0, before: 1 });
    const ids = dataset.sequences.itemIds;
    return ids.flatMap((id, i) => Array.from({ length: count }, (_, k) => i * count + k).filter((at) => weight[at] > 0).map((at) => `${id}${ids[row[at]]}`)).toSorted();
  };
  assert.deepEqual(neighbours([[0, 0, [0, 1]], [1, 0, [0, 2, 1]]]), ['ab', 'ba']);
  assert.deepEqual(neighbours([[-1, 0, [0, 1]], [-1, 0, [0, 1]]]), ['ab', 'ba'], 'unknown visitors are different ones');
  assert.deepEqual(neighbours([[0, 0, [0, 1]], [0, 0, [0, 1]]]), [], 'one visitor, twice');
  assert.deepEqual(neighbours([[0, 2, [0, 1]], [1, 2, [0, 1]]]), [], 'two orders');
  assert.deepEqual(neighbours([[0, 2, [0, 1]], [1, 0, [0, 1]]]), [], 'an order and a visit');
  assert.deepEqual(neighbours([[0, [0, 2], [0, 1]], [1, [2, 0], [0, 1]]]), ['ab', 'ba'], 'one looked at, the other bought');
  assert.deepEqual(neighbours([[0, 0, [0, 1]], [0, 0, [0, 1]], [0, 0, [0, 1]]]), ['ab', 'ba'], 'three visits');
});

test('companions of orders have no direction to choose, those of visits have', () => {
  const orders = themedShop(50);
  assert.equal(neighbourChoices(withCounts(orders)).length, 2);
  assert.equal(neighbourChoices(withCounts({ ...orders, kind: new Uint8Array(orders.kind.length) })).length, 4);
});
