import assert from 'node:assert/strict';
import { test } from 'node:test';
import './tfjs-resolution.ts';
import { madeUpInteractions } from '../../../../test/made-up-interactions.ts';
import { buildDataset } from '../dataset/build-dataset.ts';
import { buildCases } from '../dataset/cases.ts';
import { createRandom } from '../dataset/random.ts';
import type { TrainingPath } from './choose-device.ts';

const { startTfjs } = await import('./start-tfjs.ts');
const { trainAgain, trainRecommendation } = await import('./train-recommendation.ts');
const { previewModel, compressRecommendation } = await import('../compress/compress-recommendation.ts');
const { shippedRecommender } = await import('../evaluate/recommenders.ts');

const dataset = buildDataset(madeUpInteractions({ events: 1500, items: 100 }));

async function train(path: TrainingPath) {
  if (path === 'wasm') await startTfjs('wasm');
  if (path === 'reference') await startTfjs('cpu');
  // Without dropout, whose numbers the SIMD trainer draws in its kernels.
  return (await trainRecommendation(dataset, { path, seed: 2, epochs: 2, dim: 16, batchSize: 64, dropout: 0 })).checkpoint;
}

test('every path gives the same losses within a ten-thousandth and the same shipped ranking, but for a few items', async () => {
  const reference = await train('reference');
  const losses = reference.history.map(({ loss }) => loss);
  const questions = buildCases(dataset.sequences, 'next-view', dataset.sequences.validation, dataset.sequences.time.length, createRandom(1), 100);
  const rank = (checkpoint: typeof reference) => {
    const recommend = shippedRecommender(previewModel(compressRecommendation(checkpoint)));
    return questions.map((question) => new Set(recommend(question, 20)));
  };
  const wanted = rank(reference);
  for (const path of ['wasm', 'simd'] as const) {
    const checkpoint = await train(path);
    checkpoint.history.forEach(({ loss }, epoch) => assert.ok(Math.abs(loss - losses[epoch]) < 1e-4 * losses[epoch], `${path}, epoch ${epoch + 1}: ${loss} against ${losses[epoch]}`));
    const shared = rank(checkpoint).map((ranked, at) => [...ranked].filter((row) => wanted[at].has(row)).length / wanted[at].size);
    const mean = shared.reduce((sum, share) => sum + share, 0) / shared.length;
    assert.ok(mean > 0.98, `${path}: ${mean} of the top 20 are the reference's`);
  }
});

test('a search ends with the full training of what it found best, and says what it tried', async () => {
  let now = 0;
  const seen: number[] = [];
  const { checkpoint } = await trainRecommendation(dataset, {
    seed: 2, epochs: 9, dim: 8, searchSeconds: 60, clock: () => (now += 50), onTrial: ({ share }) => seen.push(share),
  });
  const { search } = checkpoint;
  assert.ok(search!.length > 3 && search!.at(-1)!.share === 1);
  assert.deepEqual(search!.map(({ share }) => share), seen);
  assert.deepEqual(search![0].settings, { learningRate: 0.003, dropout: 0.3, batchSize: 256, scale: 12, length: 1 });
  const best = search!.filter(({ share }) => share === 1).toSorted((a, b) => b.score - a.score)[0];
  assert.equal(Math.max(...checkpoint.history.map(({ validation }) => validation!.value)), best.score);
});

test('a recipe makes the same model from the same data, and knows from more data what came after', async () => {
  const { checkpoint, recipe } = await trainRecommendation(dataset, { seed: 3, epochs: 3, dim: 8 });
  const again = await trainAgain(dataset, recipe);
  assert.deepEqual(again.params, checkpoint.params);
  assert.deepEqual(again.neighbours, checkpoint.neighbours);

  // Two items that only the newest visits hold.
  const { itemIds, item, kind, group, actor, time } = madeUpInteractions({ events: 1500, items: 100 });
  const newest = Array.from({ length: 40 }, (_, at) => ({ item: 100 + (at % 2), group: group.at(-1)! + 1 + (at >> 1), time: time.at(-1)! + 1 + (at >> 1) }));
  const more = buildDataset({
    itemIds: [...itemIds, 'x', 'y'], item: Int32Array.from([...item, ...newest.map((one) => one.item)]), kind: Uint8Array.from([...kind, ...newest.map(() => 0)]),
    group: Int32Array.from([...group, ...newest.map((one) => one.group)]), actor: Int32Array.from([...actor, ...newest.map(() => -1)]),
    time: Float64Array.from([...time, ...newest.map((one) => one.time)]),
  }, { validationFrom: Infinity, testFrom: Infinity });
  const grown = await trainAgain(more, recipe);
  assert.equal(grown.itemIds.length, 102);
  const [x, y] = ['x', 'y'].map((id) => grown.itemIds.indexOf(id));
  const ranked = shippedRecommender(previewModel(compressRecommendation(grown)))({ goal: 0, items: [x], kinds: [0], targets: [y], withoutSeen: true }, 3);
  assert.ok(ranked.includes(y), 'x leads to y');
});
