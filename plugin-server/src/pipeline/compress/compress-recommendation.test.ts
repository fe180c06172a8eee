import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeArtifact, encodeArtifact, loadRecommendation, MIX_SIZE, paramShapes } from '@vitrine/sdk/core';
import fc from 'fast-check';
import { createRandom } from '../dataset/random.ts';
import type { Checkpoint } from '../types.ts';
import { compressRecommendation, previewModel, quantise } from './compress-recommendation.ts';

test('quantising is off by at most half a step, uses the whole range and keeps zero', () => {
  fc.assert(fc.property(fc.float32Array({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6, minLength: 1, maxLength: 50 }), (values) => {
    const { data, scale } = quantise(values, [values.length]);
    const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    values.forEach((value, i) => assert.ok(Math.abs(data[i] * scale - value) <= scale * 0.5 * (1 + 1e-9)));
    if (largest > 0) assert.equal(data.reduce((most, value) => Math.max(most, Math.abs(value)), 0), 127);
    else assert.deepEqual([...data], Array(values.length).fill(0));
  }));
});

function checkpoint(items: number, count: number): Checkpoint {
  const random = createRandom(items);
  const params = new Map([...paramShapes({ items, dim: 8 })].map(([name, shape]) =>
    [name, { shape, data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random() * 4 - 2) }]));
  params.set('scale', { shape: [1], data: Float32Array.of(11.5) });
  return {
    config: { dim: 8, maxLength: 20, goals: 3 }, itemIds: Array.from({ length: items }, (_, i) => `${i}`), params, history: [],
    neighbours: {
      count, row: Int32Array.from({ length: items * count }, () => Math.floor(random() * items)),
      weight: Float32Array.from({ length: items * count }, () => Math.max(0, random() - 0.2)), mix: Float32Array.from({ length: MIX_SIZE }, () => random() * 10),
    },
  };
}

test('what is evaluated is what the file gives back: encode, decode, load equals the preview', async () => {
  for (const [items, count] of [[3, 2], [300, 5], [70_000, 1], [5, 0]]) {
    const packed = compressRecommendation(checkpoint(items, count));
    const file = await encodeArtifact({
      family: 'recommendation', audience: 'browser', shop: 's', version: 'v', createdAt: '2026-01-01T00:00:00.000Z', config: { ...packed.config }, metrics: [],
    }, packed.tensors, async () => new Uint8Array(64));
    const { version: _, ...loaded } = loadRecommendation(decodeArtifact(file));
    const { version: __, ...preview } = previewModel(packed);
    assert.deepEqual(loaded, preview, `${items} items`);
  }
});

test('item rows ship with unit length; companions survive to within a step', () => {
  const from = checkpoint(300, 5);
  const model = previewModel(compressRecommendation(from));
  for (let row = 0; row < 300; row++) {
    let squares = 0;
    for (let j = 0; j < 8; j++) squares += (model.table[row * 8 + j] * model.tableScale) ** 2;
    assert.ok(Math.abs(Math.sqrt(squares) - 1) < 0.02);
  }
  assert.deepEqual(model.neighbours.row, from.neighbours.row);
  model.neighbours.weight.forEach((weight, i) => assert.ok(Math.abs(weight - from.neighbours.weight[i]) <= 0.5 / 255));
});
