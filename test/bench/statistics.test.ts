import assert from 'node:assert/strict';
import { test } from 'node:test';
import { median, ratioOfRounds } from './statistics.ts';

test('median of odd, even and no counts, whatever their order', () => {
  assert.equal(median([9, 1, 5]), 5);
  assert.equal(median([10, 2, 4, 100]), 7);
  assert.ok(Number.isNaN(median([])));
});

test('a round that is slow for both does not move the ratio', () => {
  assert.deepEqual(ratioOfRounds([[4, 4, 4], [400, 400], [6, 6]], [[2], [200, 200, 1], [2]]), { ratio: 2, least: 2, most: 3 });
});
