import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LEVELS, MIX_SIZE } from '@vitrine/sdk/core';
import fc from 'fast-check';
import { createRandom } from '../dataset/random.ts';
import { previewModel, compressRecommendation } from './compress-recommendation.ts';
import { toLevels } from './pack-neighbours.ts';
import { randomCheckpoint } from './random-checkpoint.ts';

const values = fc.array(fc.double({ min: 1e-6, max: 1e3, noNaN: true }), { minLength: 1, maxLength: 100 }).map((list) => Float64Array.from(list));

test('every value gets its nearest level, and up to sixteen distinct values come back exactly', () => {
  fc.assert(fc.property(values, (list) => {
    const { levels, level } = toLevels(list, LEVELS);
    list.forEach((value, i) => {
      const off = Math.abs(levels[level[i]] - value);
      for (const other of levels) assert.ok(off <= Math.abs(other - value) * (1 + 1e-6) + 1e-9);
    });
  }));
  const random = createRandom(3);
  const few = Float64Array.from({ length: 500 }, () => 2 ** -Math.floor(random() * 6));
  const { levels, level } = toLevels(few, LEVELS);
  few.forEach((value, i) => assert.equal(levels[level[i]], value));
});

test('the levels are no worse than evenly spaced ones', () => {
  fc.assert(fc.property(values, (list) => {
    const { levels, level } = toLevels(list, LEVELS);
    const [least, largest] = [Math.min(...list), Math.max(...list)];
    const geometric = Array.from({ length: LEVELS }, (_, k) => least * (largest / least) ** (k / (LEVELS - 1)));
    const error = (given: ArrayLike<number>) => list.reduce((sum, value) => sum + Math.min(...Array.from(given, (one) => (one - value) ** 2)), 0);
    assert.ok(list.reduce((sum, value, i) => sum + (levels[level[i]] - value) ** 2, 0) <= error(geometric) * (1 + 1e-6) + 1e-9);
  }));
});

test('the strongest companions come back with their weights, in the order of their rows', () => {
  fc.assert(fc.property(fc.integer({ min: 2, max: 300 }), fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 10 }), (items, count, most) => {
    const checkpoint = randomCheckpoint(items, count);
    const { row, weight } = checkpoint.neighbours;
    const { neighbours } = previewModel(compressRecommendation(checkpoint, { neighbours: most }));
    for (let item = 0; item < items; item++) {
      const given = new Map<number, number>();
      for (let at = item * count; at < (item + 1) * count; at++) if (weight[at] > 0) given.set(row[at], Math.max(weight[at], given.get(row[at]) ?? 0));
      const wanted = [...given].sort((a, b) => b[1] - a[1]).slice(0, most).sort((a, b) => a[0] - b[0]);
      const read = Array.from({ length: neighbours.count }, (_, k) => [neighbours.row[item * neighbours.count + k], neighbours.weight[item * neighbours.count + k]]).filter(([, value]) => value > 0);
      assert.deepEqual(read.map(([one]) => one), wanted.map(([one]) => one));
      read.forEach(([, value], k) => assert.ok(Math.abs(value - wanted[k][1]) < 0.1, 'sixteen levels between 0 and 0.8'));
    }
    assert.equal(neighbours.mix.length, MIX_SIZE);
    assert.equal(neighbours.sums, undefined);
  }), { numRuns: 60 });
});

test('how companions are summed up comes back as it was chosen', () => {
  const checkpoint = randomCheckpoint(20, 3);
  const sums = Array.from({ length: MIX_SIZE }, (_, at) => ({ decay: at / 8, root: at % 2 === 1 }));
  const { neighbours } = previewModel(compressRecommendation({ ...checkpoint, neighbours: { ...checkpoint.neighbours, sums } }));
  assert.deepEqual(neighbours.sums, sums);
});
