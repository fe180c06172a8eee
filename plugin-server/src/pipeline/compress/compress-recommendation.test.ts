import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeArtifact, encodeArtifact, loadRecommendation } from '@vitrine/sdk/core';
import fc from 'fast-check';
import { compressRecommendation, previewModel, quantise } from './compress-recommendation.ts';
import { randomCheckpoint } from './random-checkpoint.ts';

test('quantising is off by at most half a step, uses the whole range and keeps zero', () => {
  fc.assert(fc.property(fc.float32Array({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6, minLength: 1, maxLength: 50 }), (values) => {
    const { data, scale } = quantise(values, [values.length]);
    const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    values.forEach((value, i) => assert.ok(Math.abs(data[i] * scale - value) <= scale * 0.5 * (1 + 1e-9)));
    if (largest > 0) assert.equal(data.reduce((most, value) => Math.max(most, Math.abs(value)), 0), 127);
    else assert.deepEqual([...data], Array(values.length).fill(0));
  }));
});

test('what is evaluated is what the file gives back: encode, decode, load equals the preview', async () => {
  const queries = { mean: new Float64Array(8).fill(0.3), covariance: Float64Array.from({ length: 64 }, (_, at) => (at % 9 === 0 ? 1 : 0.1)) };
  for (const [items, count] of [[3, 2], [301, 5], [70_000, 1], [5, 0]]) for (const options of [{}, { rounding: { type: 'int4' as const, step: 0.2, queries }, neighbours: 3 }]) {
    const packed = compressRecommendation(randomCheckpoint(items, count), options);
    const file = await encodeArtifact({
      family: 'recommendation', audience: 'browser', shop: 's', version: 'v', createdAt: '2026-01-01T00:00:00.000Z', config: { ...packed.config }, metrics: [],
    }, packed.tensors, async () => new Uint8Array(64));
    const { version: _, ...loaded } = loadRecommendation(decodeArtifact(file));
    const { version: __, ...preview } = previewModel(packed);
    assert.deepEqual(loaded, preview, `${items} items`);
  }
});

test('item rows ship with unit length, whichever way they lie', () => {
  const from = randomCheckpoint(301, 5);
  const flat = { mean: new Float64Array(8), covariance: Float64Array.from({ length: 64 }, (_, at) => (at % 9 === 0 ? 1 : 0)) };
  for (const [options, far] of [[{}, 0.02], [{ rounding: { type: 'int4', step: 0.14, queries: flat } }, 0.25]] as const) {
    const model = previewModel(compressRecommendation(from, options));
    for (let row = 0; row < 301; row++) {
      const given = from.params.get('item_table')!.data.subarray(row * 8, row * 8 + 8);
      const stored = Array.from(model.table.subarray(row * 8, row * 8 + 8), (step) => step * model.tableScale);
      assert.ok(Math.abs(Math.hypot(...stored) - 1) < far);
      const length = Math.hypot(...given);
      stored.forEach((value, j) => assert.ok(Math.abs(value - given[j] / length) <= model.tableScale * 0.5 + 1e-6, 'nothing to gain from another multiple where no direction counts more'));
    }
  }
});
