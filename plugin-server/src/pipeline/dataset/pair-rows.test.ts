import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Cooccurrence, countCooccurrence } from './cooccurrence.ts';
import { createRandom } from './random.ts';
import { buildSequences } from './sequences.ts';

const ITEMS = 40;

/** Visits to items of which the first are looked at most. */
function visits(seed: number, groups: number) {
  const random = createRandom(seed);
  const rows = Array.from({ length: groups }, (_, group) => Array.from({ length: 2 + Math.floor(random() * 6) }, () => ({ group, item: Math.floor(ITEMS * random() ** 2) }))).flat();
  return buildSequences({
    itemIds: Array.from({ length: ITEMS }, (_, i) => `p${i}`), item: Int32Array.from(rows, ({ item }) => item), kind: new Uint8Array(rows.length),
    group: Int32Array.from(rows, ({ group }) => group), actor: new Int32Array(rows.length).fill(-1), time: Float64Array.from(rows, ({ group }) => group),
  }, { validationFrom: Infinity, testFrom: Infinity });
}

function entries({ start, column, count, after, before, items }: Cooccurrence) {
  const all = new Map<string, readonly [count: number, after: number, before: number]>();
  for (let row = 0; row < items; row++) for (let at = start[row]; at < start[row + 1]; at++) all.set(`${row} ${column[at]}`, [count[at], after[at], before[at]]);
  return all;
}

test('a shop with more pairs than fit keeps those that satisfy its rule, all of them, exactly', () => {
  const used = new Set<string>();
  fc.assert(fc.property(fc.integer(), fc.integer({ min: 5, max: 300 }), fc.double({ min: 0.02, max: 1.2, noNaN: true }), (seed, groups, share) => {
    const sequences = visits(seed, groups);
    const whole = countCooccurrence(sequences);
    const most = Math.ceil(whole.column.length * share);
    const few = countCooccurrence(sequences, sequences.train, undefined, most);
    const { count: seen, lift } = few.least;
    const wanted = new Map([...entries(whole)].filter(([key, [count]]) => {
      const [row, column] = key.split(' ').map(Number);
      return count >= seen || count * whole.groups >= lift * (whole.occurrences[row] * whole.occurrences[column]);
    }));
    assert.deepEqual(entries(few), wanted);
    assert.ok(few.column.length <= most);
    assert.deepEqual(few.occurrences, whole.occurrences);
    used.add(lift === 0 ? 'all' : lift === Infinity ? 'counts' : 'lift');
  }), { numRuns: 150, seed: 11 });
  assert.deepEqual([...used].sort(), ['all', 'counts', 'lift']);
});

test('the first pairs to go are those that nothing is trained on', () => {
  const whole = countCooccurrence(visits(3, 300));
  const few = countCooccurrence(visits(3, 300), 300, undefined, whole.column.length - 1);
  const gone = [...entries(whole)].filter(([key]) => !entries(few).has(key));
  assert.ok(gone.length > 0 && gone.every(([, [count]]) => count < 2));
  if (few.least.lift === 1) {
    for (const [key, [count]] of gone) {
      const [row, column] = key.split(' ').map(Number);
      assert.ok(Math.log(count * whole.groups / (whole.occurrences[row] * whole.occurrences[column])) < 0);
    }
  }
  assert.equal(few.least.count, 2);
});
