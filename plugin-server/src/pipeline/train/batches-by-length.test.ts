import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createRandom } from '../dataset/random.ts';
import { batchesByLength } from './batches-by-length.ts';

test('every example comes once, in batches of the size asked for, with little padding', () => {
  fc.assert(fc.property(fc.array(fc.integer({ min: 1, max: 50 }), { maxLength: 400 }), fc.integer({ min: 1, max: 20 }), fc.integer(), (lengths, size, seed) => {
    const examples = lengths.map((length, i) => ({ goal: 1, items: Array<number>(length).fill(i), kinds: Array<number>(length).fill(0), targets: [i] }));
    const batches = [...batchesByLength(examples, size, createRandom(seed))];
    assert.deepEqual(batches.flat().map(({ targets }) => targets[0]).sort((a, b) => a - b), lengths.map((_, i) => i));
    assert.ok(batches.every((batch) => batch.length > 0 && batch.length <= size));
    assert.ok(batches.length <= Math.ceil(lengths.length / size));
    for (const batch of batches) {
      const own = batch.map(({ items }) => items.length);
      // Within one pool of twelve batches, no other example would have fitted between the shortest and the longest.
      if (lengths.length <= size * 12) {
        const between = lengths.filter((length) => length > Math.min(...own) && length < Math.max(...own)).length;
        assert.ok(between <= batch.length);
      }
    }
  }));
});
