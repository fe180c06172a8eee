import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createRandom } from '../../dataset/random.ts';
import type { Baseline } from '../baselines/baseline.ts';
import { chooseSettings, samplePredictions } from './choose-settings.ts';
import type { Predictions } from './problem.ts';

/** Predictions of given numbers for each cluster, from one item to the next. */
function predictionsOf(sizes: readonly number[]): Predictions {
  const cluster = Int32Array.from(sizes.flatMap((size, at) => Array.from({ length: size }, () => at)));
  const from = cluster.map((_, p) => p);
  return { item: cluster.map(() => 1), from, to: from.map((at) => at + 1), target: cluster.map(() => 2), cluster };
}

/** Finds the target (row 2 of 30, the last by popularity of those that get a score) when both settings are right. */
const toy: Baseline<{ readonly left: number; readonly right: number }> = {
  name: 'toy', choices: { left: [0, 1, 2], right: [0, 1, 2] },
  prepare: () => ({ left, right }) => ({ bytes: 0, score: (_, best) => { for (let row = 3; row < 6 - left - (left > 0 ? right : 0); row++) best.add(row, 1); best.add(2, 0); } }),
};

test('the best settings of each round are kept, also those that help only together', async () => {
  const options = { withoutSeen: false };
  assert.deepEqual(await chooseSettings(toy, toy.prepare({ start: new Int32Array(1), item: new Int32Array(0) }, 30), predictionsOf([1, 1]), 30, options), { left: 2, right: 1 });
  assert.deepEqual(await chooseSettings(toy, toy.prepare({ start: new Int32Array(1), item: new Int32Array(0) }, 30), predictionsOf([]), 30, options), { left: 0, right: 0 }, 'nothing to choose by');
  await assert.rejects(chooseSettings(toy, toy.prepare({ start: new Int32Array(1), item: new Int32Array(0) }, 30), predictionsOf([1]), 30, { ...options, signal: AbortSignal.abort() }), { code: 'cancelled' });
});

test('a sample holds whole clusters, as many as the limit asks for and no more', () => {
  fc.assert(fc.property(fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 20 }), fc.integer({ min: 1, max: 40 }), fc.nat(), (sizes, limit, seed) => {
    const all = predictionsOf(sizes);
    const sample = samplePredictions(all, createRandom(seed), limit);
    const counts = Map.groupBy(sample.cluster, (cluster) => cluster);
    for (const [cluster, own] of counts) assert.equal(own.length, sizes[cluster], 'whole');
    assert.ok(sample.target.length >= Math.min(limit, all.target.length));
    assert.ok(sample.target.length < limit + 5 || sample.target.length === all.target.length);
    assert.deepEqual([...sample.from], [...sample.from].sort((a, b) => a - b), 'in their order');
    assert.deepEqual(samplePredictions(all, createRandom(seed), limit).from, sample.from, 'the same seed, the same sample');
  }));
});
