import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { searchSpace } from './search-space.ts';
import { successiveHalving, type Trial } from './successive-halving.ts';

/** A search over numbers whose score is the number itself, on a clock that only trainings move: `cost` seconds for a full one. */
async function search(candidates: number[], seconds: number, cost = 9) {
  let now = 0;
  const reported: Trial<number>[] = [];
  const found = await successiveHalving<number, string>({
    candidates, seconds, clock: () => now,
    async train(settings, share, left) {
      now += Math.min(cost * share, Math.max(0, left)) * 1000;
      return { score: settings, result: `${settings} at ${share}` };
    },
    onTrial: (trial) => reported.push(trial),
  });
  assert.deepEqual(reported, found.trials);
  return { ...found, spent: now / 1000 };
}

test('with time enough all are tried, a third goes on each time, and the best is trained in full', async () => {
  const { settings, result, trials } = await search([1, 5, 3, 9, 2, 7, 4, 8, 6], 1000);
  assert.deepEqual([settings, result], [9, '9 at 1']);
  const at = (share: number) => trials.filter((trial) => trial.share === share).map((trial) => trial.settings);
  assert.deepEqual([at(1 / 9), at(1 / 3), at(1)], [[1, 5, 3, 9, 2, 7, 4, 8, 6], [9, 8, 7], [9]]);
});

test('with little time fewer are tried; without any the first is trained as it would be without a search', async () => {
  const few = await search([1, 5, 3, 9, 2, 7, 4, 8, 6], 15);
  assert.ok(few.trials.filter(({ share }) => share < 1 / 3).length < 9);
  assert.deepEqual(few.trials.filter(({ share }) => share === 1).length, 1);
  const none = await search([1, 5], 5);
  assert.deepEqual(none.trials.map(({ settings, share }) => [settings, share]), [[1, 1 / 9], [1, 1]]);
});

test('whatever the time, it ends within it, with a full training of the best that was tried', async () => {
  await fc.assert(fc.asyncProperty(fc.uniqueArray(fc.nat(1000), { minLength: 1, maxLength: 27 }), fc.integer({ min: 0, max: 200 }), async (candidates, seconds) => {
    const { settings, trials, spent } = await search(candidates, seconds);
    assert.ok(spent <= Math.max(seconds, 9 / 9) + 1e-6, `${spent} s of ${seconds}`);
    const tried = trials.filter(({ share }) => share < 1 / 3).map((trial) => trial.settings);
    assert.equal(settings, Math.max(...tried));
    assert.equal(trials.at(-1)!.share, 1);
    assert.deepEqual(tried, candidates.slice(0, tried.length), 'in the order of the list');
  }));
});

test('the space begins with the defaults and is the same for the same seed', () => {
  const defaults = { learningRate: 0.002, dropout: 0.35, batchSize: 256, scale: 12, length: 1 };
  const space = searchSpace(defaults, 7);
  assert.equal(space[0], defaults);
  assert.deepEqual(searchSpace(defaults, 7), space);
  assert.notDeepEqual(searchSpace(defaults, 8), space);
  for (const { learningRate, dropout } of space) assert.ok(learningRate >= 0.0005 && learningRate <= 0.008 && dropout >= 0.05 && dropout <= 0.65);
});
