import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { epochExamples } from '../train/examples.ts';
import type { Interactions } from '../types.ts';
import { buildDataset, buildWholeDataset } from './build-dataset.ts';
import { buildCases, TASKS } from './cases.ts';
import { createRandom } from './random.ts';
import { buildSequences, historyBefore, type Sequences } from './sequences.ts';

/** Interactions of random orders and visits, sorted by time as the store gives them. */
const interactions: fc.Arbitrary<Interactions> = fc
  .array(fc.record({ actor: fc.integer({ min: -1, max: 5 }), time: fc.nat(50), touches: fc.array(fc.record({ item: fc.nat(8), kind: fc.nat(2) }), { minLength: 1, maxLength: 6 }) }), { minLength: 1, maxLength: 40 })
  .map((groups) => {
    const sorted = groups.toSorted((a, b) => a.time - b.time);
    const rows = sorted.flatMap(({ actor, time, touches }, group) => touches.map((touch) => ({ ...touch, actor, time, group })));
    return {
      itemIds: Array.from({ length: 9 }, (_, i) => `p${i}`),
      item: Int32Array.from(rows, (row) => row.item), kind: Uint8Array.from(rows, (row) => row.kind),
      group: Int32Array.from(rows, (row) => row.group), actor: Int32Array.from(rows, (row) => row.actor), time: Float64Array.from(rows, (row) => row.time),
    };
  });

test('nothing is lost or invented; rows are numbered by popularity among training groups', () => {
  fc.assert(fc.property(interactions, (input) => {
    const sequences = buildSequences(input);
    const touches = (items: ArrayLike<number>, kinds: ArrayLike<number>, ids: readonly string[]) =>
      new Set(Array.from(items as Int32Array, (item, i) => `${ids[item]}:${kinds[i]}`));
    assert.deepEqual(touches(sequences.item, sequences.kind, sequences.itemIds), touches(input.item, input.kind, input.itemIds));
    const counts = new Float64Array(9);
    for (let at = 0; at < sequences.start[sequences.train]; at++) counts[sequences.item[at]]++;
    counts.forEach((count, row) => { if (row > 0) assert.ok(count <= counts[row - 1]); });
  }));
});

test('the split is chronological, and its times give it again', () => {
  fc.assert(fc.property(interactions, (input) => {
    const sequences = buildSequences(input);
    const { train, validation, time, split } = sequences;
    for (let g = 0; g < time.length; g++) {
      if (g < train) assert.ok(time[g] < split.validationFrom);
      else if (g < validation) assert.ok(time[g] >= split.validationFrom && time[g] < split.testFrom);
      else assert.ok(time[g] >= split.testFrom);
    }
    const again = buildSequences(input, split);
    assert.deepEqual([again.train, again.validation, again.itemIds], [train, validation, sequences.itemIds]);
  }));
});

test('history holds only the same customer, only earlier groups, oldest first', () => {
  fc.assert(fc.property(interactions, fc.nat(39), (input, pick) => {
    const sequences = buildSequences(input);
    const group = pick % sequences.time.length;
    const actor = input.actor[input.group.indexOf(group)];
    const earlier = Array.from({ length: group }, (_, g) => g).filter((g) => actor >= 0 && input.actor[input.group.indexOf(g)] === actor);
    const wanted = earlier.flatMap((g) => Array.from(sequences.item.subarray(sequences.start[g], sequences.start[g + 1])));
    assert.deepEqual(historyBefore(sequences, group, Infinity).items, wanted);
    assert.deepEqual(historyBefore(sequences, group, 3).items, wanted.slice(-3));
  }));
});

test('a target of a basket is never among the part given, and training reads training groups only', () => {
  fc.assert(fc.property(interactions, fc.integer(), (input, seed) => {
    const sequences = buildSequences(input);
    for (const task of TASKS) {
      for (const question of buildCases(sequences, task, 0, sequences.time.length, createRandom(seed))) {
        assert.ok(question.targets.length > 0);
        if (question.withoutSeen) assert.ok(question.targets.every((target) => !question.items.includes(target)));
      }
    }
    const trained = new Set(sequences.item.subarray(0, sequences.start[sequences.train]));
    for (const { items, kinds, targets } of epochExamples(sequences, 5, createRandom(seed))) {
      assert.ok(items.length > 0 && items.length <= 5 && items.length === kinds.length && targets.length > 0);
      for (const row of [...items, ...targets]) assert.ok(trained.has(row));
    }
  }));
});

test('a page looked at twice in a row counts once, or as often as it came', () => {
  const input: Interactions = {
    itemIds: ['a', 'b'], item: Int32Array.of(0, 0, 1, 0), kind: new Uint8Array(4), group: new Int32Array(4),
    actor: new Int32Array(4).fill(-1), time: Float64Array.of(1, 2, 3, 4),
  };
  const ids = (sequences: ReturnType<typeof buildSequences>) => Array.from(sequences.item, (row) => sequences.itemIds[row]).join('');
  assert.equal(ids(buildSequences(input)), 'aba');
  assert.equal(ids(buildSequences(input, undefined, { keepRepeats: true })), 'aaba');
});

test('without its split a dataset is what it would have been, but for the order of equally popular rows', () => {
  const WHOLE = { validationFrom: Infinity, testFrom: Infinity };
  fc.assert(fc.property(interactions, (input) => {
    const whole = buildWholeDataset(buildSequences(input));
    const expected = buildDataset(input, WHOLE);
    const plain = ({ item, itemIds, ...rest }: Sequences) => ({ ...rest, ids: Array.from(item, (row) => itemIds[row]) });
    assert.deepEqual(plain(whole.sequences), plain(expected.sequences));
    assert.deepEqual(whole.counts.occurrences.toSorted(), expected.counts.occurrences.toSorted());
    const popularity = new Float64Array(9);
    for (const row of whole.sequences.item) popularity[row]++;
    assert.deepEqual(popularity, popularity.toSorted().reverse());
  }));
});

test('a dataset that consumes the interactions frees them and is the same', () => {
  fc.assert(fc.property(interactions, (input) => {
    const kept = buildDataset(input);
    assert.deepEqual(buildDataset(input, undefined, { consume: true }), kept);
    assert.deepEqual([input.item, input.kind, input.group, input.actor, input.time].map((column) => column.buffer.byteLength), [0, 0, 0, 0, 0]);
  }));
});
