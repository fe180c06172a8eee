import assert from 'node:assert/strict';
import { test } from 'node:test';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { bonusIndex, GOALS, KINDS, MIX_SIZE, paramShapes, positionBucket, POSITION_BUCKETS } from './config.ts';
import { encodeSession } from './encode-session.ts';
import type { RecommendationModel } from './load.ts';
import { encode, normaliseRows, type Params } from './model.ts';

/** A model with random int8 items and random encoder parameters. */
function randomModel(items: number, dim: number, seed: number): RecommendationModel {
  let state = seed;
  const random = () => ((state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0) / 2 ** 32) * 2 - 1;
  const config = { items, dim, maxLength: 12, scale: 10, goals: 3, neighbours: 0 };
  const params = new Map<string, Float32Array>();
  for (const [name, shape] of paramShapes(config)) {
    params.set(name, Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random() * 0.5));
  }
  const itemIds = Array.from({ length: items }, (_, row) => `p${row}`);
  return {
    config, version: 'test', itemIds, rowOf: new Map(itemIds.map((id, row) => [id, row])), params,
    table: Int8Array.from({ length: items * dim }, () => Math.round(random() * 127)), tableScale: 1 / 127,
    neighbours: { count: 0, row: new Int32Array(0), weight: new Float32Array(0), mix: new Float32Array(MIX_SIZE) },
  };
}

test('the plain encoder points where the tfjs model points', async () => {
  await tf.setBackend('cpu');
  fc.assert(fc.property(
    fc.array(fc.record({ row: fc.nat(29), kind: fc.nat(KINDS.length - 1) }), { minLength: 1, maxLength: 12 }),
    fc.nat(GOALS.length - 1), fc.integer({ min: 1, max: 1000 }),
    (session, goal, seed) => {
      const model = randomModel(30, 16, seed);
      const { query } = encodeSession(model, { rows: session.map(({ row }) => row), kinds: session.map(({ kind }) => kind) }, goal);
      const reference = tf.tidy(() => {
        const params = Object.fromEntries([...model.params].map(([name, data]) =>
          [name, tf.tensor(data, [...paramShapes(model.config).get(name)!])])) as Params;
        const table = tf.tensor2d(Float32Array.from(model.table, (value) => value / 127), [30, 16]);
        const pad = 3; // padding on the left must change nothing
        const column = (values: number[]) => [...Array<number>(pad).fill(0), ...values];
        const t = pad + session.length;
        return encode(params, table, {
          items: tf.tensor2d(column(session.map(({ row }) => row)), [1, t], 'int32'),
          kinds: tf.tensor2d(column(session.map(({ kind }) => kind)), [1, t], 'int32'),
          positions: tf.tensor2d(column(session.map((_, i) => positionBucket(session.length - 1 - i))), [1, t], 'int32'),
          mask: tf.tensor3d([...Array<number>(pad).fill(0), ...session.map(() => 1)], [1, t, 1]),
          goals: tf.tensor1d([goal], 'int32'),
        }).dataSync() as Float32Array;
      });
      const largest = reference.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      reference.forEach((value, j) => {
        assert.ok(Math.abs((value / largest) * 127 - query[j]) <= 0.5 + 1e-3, `entry ${j}: ${(value / largest) * 127} against ${query[j]}`);
      });
    }), { numRuns: 60 });
});

test('rows are scaled to unit length; a zero row stays zero', async () => {
  await tf.setBackend('cpu');
  const rows = normaliseRows(tf.tensor2d([[3, 4], [0, 0]])).dataSync();
  [0.6, 0.8, 0, 0].forEach((wanted, i) => assert.ok(Math.abs(rows[i] - wanted) < 1e-6));
});

test('the repeat bonus adds up over the places an item stands at, its own bias once', () => {
  const model = randomModel(10, 8, 5);
  const goal = GOALS.indexOf('purchase');
  const { bonus } = encodeSession(model, { rows: [4, 7, 4], kinds: [2, 0, 1] }, goal);
  const table = model.params.get('bonus')!;
  const own = model.params.get('repeat_bias')![4];
  const wanted = own + table[bonusIndex(goal, 2, 2)] + table[bonusIndex(goal, 1, 0)];
  assert.ok(Math.abs(bonus.get(4)! - wanted) < 1e-12);
  assert.deepEqual([...bonus.keys()].sort(), [4, 7]);
});

test('companions are added by goal, kind and distance', () => {
  const base = randomModel(6, 8, 9);
  const mix = new Float32Array(MIX_SIZE);
  mix[1 * KINDS.length + 1] = 2; // goal purchase, kind cart
  const model = {
    ...base,
    neighbours: { count: 2, row: Int32Array.from([1, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]), weight: Float32Array.from([0.5, 0.25, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]), mix },
  };
  const cart = encodeSession(model, { rows: [0, 3], kinds: [1, 1] }, 1).bonus;
  assert.ok(Math.abs(cart.get(1)! - 2 * 0.97 * 0.5) < 1e-6);
  assert.ok(Math.abs(cart.get(2)! - 2 * 0.97 * 0.25) < 1e-6);
  assert.equal(encodeSession(model, { rows: [0, 3], kinds: [0, 0] }, 1).bonus.has(1), false);
});

test('a companion of several items counts by the sum, or by its root, as its goal and kind say', () => {
  const base = randomModel(6, 8, 9);
  const neighbours = { count: 1, row: Int32Array.from([5, 5, 5, 5, 5, 5]), weight: Float32Array.from([0.5, 0.25, 0, 0, 0, 0]), mix: new Float32Array(MIX_SIZE).fill(3) };
  const sums = Array.from({ length: MIX_SIZE }, (_, at) => ({ decay: 0.5, root: at === 1 }));
  const model = { ...base, neighbours: { ...neighbours, sums } };
  const bonusOf = (kinds: number[]) => encodeSession(model, { rows: [0, 1, 2], kinds }, 0).bonus.get(5)!;
  const view = 0.25 * 0.5 + 0.5 * 0.25;
  assert.ok(Math.abs(bonusOf([0, 0, 0]) - 3 * view) < 1e-12);
  assert.ok(Math.abs(bonusOf([1, 1, 0]) - 3 * Math.sqrt(view)) < 1e-12);
  assert.ok(Math.abs(bonusOf([1, 0, 0]) - 3 * (Math.sqrt(0.5 * 0.25) + 0.25 * 0.5)) < 1e-12, 'each kind by its own rule');
});

test('position buckets grow with the distance and stay in range', () => {
  let before = 0;
  for (let distance = 0; distance < 1000; distance++) {
    const bucket = positionBucket(distance);
    assert.ok(bucket >= before && bucket < POSITION_BUCKETS);
    if (distance < 5) assert.equal(bucket, distance);
    before = bucket;
  }
});
