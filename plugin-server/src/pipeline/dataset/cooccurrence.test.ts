import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { countCooccurrence } from './cooccurrence.ts';
import { buildSequences } from './sequences.ts';

const touch = fc.record({ item: fc.nat(6), kind: fc.nat(2) });
const groupsOf = fc.array(fc.array(touch, { minLength: 1, maxLength: 9 }), { minLength: 1, maxLength: 12 });

function sequencesOf(groups: ReadonlyArray<ReadonlyArray<{ item: number; kind: number }>>) {
  const rows = groups.flatMap((touches, group) => touches.map((one) => ({ ...one, group })));
  return buildSequences({
    itemIds: Array.from({ length: 7 }, (_, i) => `p${i}`), item: Int32Array.from(rows, (row) => row.item), kind: Uint8Array.from(rows, (row) => row.kind),
    group: Int32Array.from(rows, (row) => row.group), actor: new Int32Array(rows.length).fill(-1), time: Float64Array.from(rows, (row) => row.group),
  }, { validationFrom: Infinity, testFrom: Infinity });
}

test('pairs are counted and weighed as their definition says', () => {
  fc.assert(fc.property(groupsOf, (groups) => {
    const sequences = sequencesOf(groups);
    const counts = countCooccurrence(sequences);
    for (let i = 0; i < 7; i++) {
      for (let j = 0; j < 7; j++) {
        if (i === j) continue;
        let [count, after, before] = [0, 0, 0];
        for (let g = 0; g < sequences.train; g++) {
          const places = Array.from({ length: sequences.start[g + 1] - sequences.start[g] }, (_, k) => sequences.start[g] + k);
          const of = (row: number) => places.filter((at) => sequences.item[at] === row);
          const pairs = of(i).flatMap((a) => of(j).map((b) => ({ distance: b - a, bought: sequences.kind[a] === 2 && sequences.kind[b] === 2 })));
          if (pairs.length === 0) continue;
          count++;
          const closest = (sign: number) => Math.max(0, ...pairs.map(({ distance, bought }) => (bought ? 1 : distance * sign > 0 ? 0.8 ** (distance * sign - 1) : 0)));
          after += closest(1);
          before += closest(-1);
        }
        const at = Array.from({ length: counts.start[i + 1] - counts.start[i] }, (_, k) => counts.start[i] + k).filter((entry) => counts.column[entry] === j);
        assert.equal(at.length, count > 0 ? 1 : 0);
        if (count === 0) continue;
        assert.equal(counts.count[at[0]], count);
        assert.ok(Math.abs(counts.after[at[0]] - after) < 1e-5 && Math.abs(counts.before[at[0]] - before) < 1e-5, `${i} ${j}`);
      }
      const holding = Array.from({ length: sequences.train }, (_, g) => g).filter((g) => sequences.item.subarray(sequences.start[g], sequences.start[g + 1]).includes(i));
      assert.equal(counts.occurrences[i], holding.length);
    }
  }));
});

test('a very large group counts by its first hundred items', () => {
  const sequences = buildSequences({
    itemIds: Array.from({ length: 150 }, (_, i) => `p${i}`), item: Int32Array.from({ length: 150 }, (_, i) => i), kind: new Uint8Array(150).fill(2),
    group: new Int32Array(150), actor: new Int32Array(150), time: new Float64Array(150),
  }, { validationFrom: Infinity, testFrom: Infinity });
  const counts = countCooccurrence(sequences);
  assert.equal(counts.column.length, 100 * 99);
  assert.equal(counts.occurrences.reduce((sum, value) => sum + value, 0), 100);
});

test('a visit that goes to and fro for ever counts by its first interactions', () => {
  const length = 20_000;
  const sequences = buildSequences({
    itemIds: ['a', 'b'], item: Int32Array.from({ length }, (_, i) => i % 2), kind: new Uint8Array(length),
    group: new Int32Array(length), actor: new Int32Array(length), time: new Float64Array(length),
  }, { validationFrom: Infinity, testFrom: Infinity });
  assert.deepEqual(Array.from(countCooccurrence(sequences).count), [1, 1]);
});
