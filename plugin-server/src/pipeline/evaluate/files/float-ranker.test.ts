import '../../train/tfjs-resolution.ts';
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { GOALS, MIX_SIZE, mixIndex } from '@vitrine/sdk/core';
import { compressRecommendation, previewModel } from '../../compress/compress-recommendation.ts';
import { VIEW } from '../../dataset/cases.ts';
import { createRandom, shuffle } from '../../dataset/random.ts';
import type { Checkpoint } from '../../types.ts';
import type { Predictions } from './problem.ts';
import { K } from './rank-metrics.ts';
import { shippedRanker } from './shipped-ranker.ts';

const [{ startTfjs }, { init }, { floatRanker }] = await Promise.all([
  import('../../train/start-tfjs.ts'), import('@vitrine/sdk/core/models/recommendation/model'), import('./float-ranker.ts'),
]);

before(() => startTfjs());

const ITEMS = 150;

/** A model at random with every term at work: biases, repeats, companions, a goal. */
function randomCheckpoint(random: () => number): Checkpoint {
  const config = { items: ITEMS, dim: 16, maxLength: 5, goals: 3, scale: 8, neighbours: 0 };
  const params = init(config, random);
  for (const name of ['item_bias', 'repeat_bias', 'bonus', 'position', 'kind', 'goal', 'attention_bias']) {
    params.get(name)!.data.forEach((_, at, data) => { data[at] = random() - 0.5; });
  }
  const count = 3;
  const mix = new Float32Array(MIX_SIZE);
  mix[mixIndex(GOALS.indexOf('view'), VIEW)] = 2;
  return {
    config, params, history: [], itemIds: shuffle(Array.from({ length: ITEMS }, (_, at) => ({ id: `p${at}` })), random).map(({ id }) => id),
    neighbours: {
      count, mix, row: Int32Array.from({ length: ITEMS * count }, () => Math.floor(random() * ITEMS)), weight: Float32Array.from({ length: ITEMS * count }, random),
    },
  };
}

/** Sessions of 0 to 9 items, longer than the encoder reads. */
function randomPredictions(random: () => number, count: number): Predictions {
  const lengths = Array.from({ length: count }, () => Math.floor(random() * 10));
  const to = Int32Array.from(lengths, (_, at) => lengths.slice(0, at + 1).reduce((a, b) => a + b, 0));
  return {
    item: Int32Array.from({ length: to.at(-1)! }, () => Math.floor(random() * ITEMS)), to, from: to.map((end, at) => end - lengths[at]),
    target: new Int32Array(count), cluster: new Int32Array(count),
  };
}

test('the reference in tfjs ops ranks as the shipped model does, up to what int8 rounds', async () => {
  for (const withoutSeen of [false, true]) {
    const random = createRandom(11);
    const checkpoint = randomCheckpoint(random);
    const itemIds = Array.from({ length: ITEMS }, (_, at) => `p${at}`);
    const predictions = randomPredictions(random, 130); // more than one batch
    const count = predictions.target.length;
    const [float, shipped] = [new Int32Array(count * K).fill(-1), new Int32Array(count * K).fill(-1)];
    const { rank, dispose } = floatRanker(checkpoint, itemIds, withoutSeen);
    rank(predictions, 0, count, float);
    dispose();
    await shippedRanker(previewModel(compressRecommendation(checkpoint)), itemIds, withoutSeen)(predictions, 0, count, shipped);
    let common = 0;
    let asked = 0;
    for (let p = 0; p < count; p++) {
      const own = float.subarray(p * K, (p + 1) * K);
      const seen = predictions.item.subarray(predictions.from[p], predictions.to[p]);
      assert.equal(new Set(own).size, K, 'no row twice');
      if (withoutSeen) assert.ok(!own.some((row) => seen.includes(row)));
      if (seen.length === 0) continue;
      asked += K;
      common += own.filter((row) => shipped.subarray(p * K, (p + 1) * K).includes(row)).length;
    }
    assert.ok(common / asked > 0.95, `${common} of ${asked} rows in common`);
  }
});
