import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MIX_SIZE } from '@vitrine/sdk/core';
import { randomCheckpoint } from '../../compress/random-checkpoint.ts';
import { type LearnedModel, packLearnedModel, unpackLearnedModel } from './learned-model.ts';
import { alignRows } from './update-recommendation.ts';

const model: LearnedModel = {
  checkpoint: { ...randomCheckpoint(20, 3), placed: { from: 18, length: 0.6, shift: 1.5, companions: 5 } }, occurrences: Float32Array.from({ length: 20 }, (_, row) => 20 - row),
  recipe: {
    settings: { seed: 1, dim: 8, batchSize: 256, learningRate: 0.003, dropout: 0.3 }, epochs: 4, companions: { count: 20, damping: 0.1, before: 1 },
    mixture: { strength: new Float32Array(MIX_SIZE).fill(3), decay: new Float32Array(MIX_SIZE).fill(0.8), shift: new Float32Array(MIX_SIZE).fill(-1), root: Array.from({ length: MIX_SIZE }, (_, at) => at % 2 === 0) },
  },
  codec: { name: 'int4, step 1.2', neighbours: 4, rounding: { type: 'int4', factor: 1.2 }, scores: { codecNdcg: 0.2, int8Ndcg: 0.21 } },
  content: { tower: 'ridge', penalty: 3, length: 0.6, shift: 1.5, strength: 1 }, learnedTo: 1_700_000_000, full: { learnedTo: 1_600_000_000, lead: 1.3, split: { validationFrom: 1, testFrom: 2 } },
};

test('a learned model comes back from its bytes, all but the companions', () => {
  const back = unpackLearnedModel(packLearnedModel(model))!;
  const { neighbours, ...checkpoint } = back.checkpoint;
  const { neighbours: _, ...wanted } = model.checkpoint;
  assert.deepEqual({ ...back, checkpoint }, { ...model, checkpoint: wanted });
  assert.equal(neighbours.count, 0);
});

test('damaged bytes are no model', () => {
  const bytes = packLearnedModel(model);
  bytes[bytes.length >> 1] ^= 1;
  assert.equal(unpackLearnedModel(bytes), undefined);
  assert.equal(unpackLearnedModel(new Uint8Array(0)), undefined);
});

test('rows follow their items; an item that had none starts at zero', () => {
  const { params, itemIds } = model.checkpoint;
  const to = ['7', 'unknown', '0'];
  const aligned = alignRows(params, itemIds, to);
  const table = params.get('item_table')!.data;
  assert.deepEqual(aligned.get('item_table'), { shape: [3, 8], data: Float32Array.from([...table.subarray(56, 64), ...new Float32Array(8), ...table.subarray(0, 8)]) });
  assert.deepEqual(Array.from(aligned.get('item_bias')!.data), [params.get('item_bias')!.data[7], 0, params.get('item_bias')!.data[0]]);
  assert.deepEqual(aligned.get('project'), params.get('project'));
});
