import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import './tfjs-resolution.ts';
import { BONUS_SIZE, GOALS } from '@vitrine/sdk/core';
import { createRandom } from '../dataset/random.ts';

// tfjs only after the resolution hook.
const tf = await import('@tensorflow/tfjs-core');
const { startTfjs } = await import('./start-tfjs.ts');
const { crossEntropy } = await import('@vitrine/sdk/core/models/recommendation/loss');
const { encode, init, normaliseRows, score } = await import('@vitrine/sdk/core/models/recommendation/model');
const { CANDIDATES, createSampler, makeBatch } = await import('./batches.ts');

before(() => startTfjs());

const random = createRandom(3);
const filled = (shape: number[]) => tf.tensor(Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random() * 2 - 1), shape);

test('products with transposed operands equal the plain definition', () => {
  for (const [transposeA, transposeB] of [[false, false], [true, false], [false, true], [true, true]] as const) {
    for (const batch of [[], [3]]) {
      const a = filled([...batch, ...(transposeA ? [5, 4] : [4, 5])]);
      const b = filled([...batch, ...(transposeB ? [6, 5] : [5, 6])]);
      const product = tf.matMul(a, b, transposeA, transposeB).dataSync();
      const [x, y] = [a.dataSync(), b.dataSync()];
      for (let n = 0; n < (batch[0] ?? 1); n++) {
        for (let i = 0; i < 4; i++) for (let j = 0; j < 6; j++) {
          let sum = 0;
          for (let k = 0; k < 5; k++) sum += x[n * 20 + (transposeA ? k * 4 + i : i * 5 + k)] * y[n * 30 + (transposeB ? j * 5 + k : k * 6 + j)];
          assert.ok(Math.abs(product[n * 24 + i * 6 + j] - sum) < 1e-5);
        }
      }
    }
  }
});

test('gathering rows and summing by segment equal their definitions', () => {
  const x = filled([7, 3]);
  const index = [6, 0, 0, 3];
  const gathered = tf.gather(x, tf.tensor1d(index, 'int32')).dataSync();
  const values = x.dataSync();
  index.forEach((row, i) => { for (let j = 0; j < 3; j++) assert.equal(gathered[i * 3 + j], values[row * 3 + j]); });
  const sums = tf.unsortedSegmentSum(tf.tensor2d([[1, 2], [3, 4], [5, 6]]), tf.tensor1d([2, 0, 2], 'int32'), 4).dataSync();
  assert.deepEqual([...sums], [3, 4, 0, 0, 6, 8, 0, 0]);
});

test('cross-entropy equals its definition, and its gradient finite differences', () => {
  const logits = filled([3, 5]) as import('@tensorflow/tfjs-core').Tensor2D;
  const targets = tf.tensor2d([[1, 0, 0, 0, 0], [0, 0.5, 0.5, 0, 0], [0.2, 0.2, 0.2, 0.2, 0.2]]);
  const z = logits.dataSync() as Float32Array;
  const y = targets.dataSync();
  const loss = (values: ArrayLike<number>) => {
    let sum = 0;
    for (let b = 0; b < 3; b++) {
      let total = 0;
      for (let c = 0; c < 5; c++) total += Math.exp(values[b * 5 + c]);
      for (let c = 0; c < 5; c++) sum -= y[b * 5 + c] * (values[b * 5 + c] - Math.log(total));
    }
    return sum / 3;
  };
  assert.ok(Math.abs(crossEntropy(logits, targets).dataSync()[0] - loss(z)) < 1e-6);
  const gradient = tf.grad((x) => crossEntropy(x as typeof logits, targets))(logits).dataSync();
  z.forEach((value, at) => {
    const moved = (by: number) => loss(Array.from(z, (entry, i) => (i === at ? value + by : entry)));
    assert.ok(Math.abs((moved(1e-4) - moved(-1e-4)) / 2e-4 - gradient[at]) < 1e-5);
  });
});

test('the gradient of every parameter agrees with finite differences through the whole model', () => {
  const config = { items: 9, dim: 8, maxLength: 4, scale: 4, goals: 3, neighbours: 0 };
  const values = init(config, random);
  for (const { data } of values.values()) data.forEach((value, i) => { data[i] = value + (random() - 0.5) * 0.4; });
  const examples = [
    { goal: GOALS.indexOf('purchase'), items: [1, 2, 1], kinds: [2, 2, 1], targets: [1, 5] },
    { goal: GOALS.indexOf('view'), items: [8], kinds: [0], targets: [3] },
    { goal: GOALS.indexOf('view'), items: [0, 4, 6, 7], kinds: [0, 0, 1, 0], targets: [6] },
  ];
  const lossOf = (tensors: Record<string, import('@tensorflow/tfjs-core').Tensor>) => {
    const batch = makeBatch(examples, { items: 9, dim: 8, maxLength: 4, dropout: 0, random, sampler: createSampler(new Float64Array(9), random) });
    const table = normaliseRows(tensors.item_table as never);
    return crossEntropy(score(tensors, encode(tensors, table, batch.sessions), table, tensors.item_bias as never, batch.repeats), batch.targets);
  };
  const evaluate = () => tf.tidy(() => lossOf(Object.fromEntries([...values].map(([name, { shape, data }]) => [name, tf.tensor(data, [...shape])]))).dataSync()[0]);
  const variables = [...values].map(([name, { shape, data }]) => tf.variable(tf.tensor(data, [...shape]), true, `check:${name}`));
  const names = [...values.keys()];
  const { grads } = tf.variableGrads(() => lossOf(Object.fromEntries(variables.map((variable, i) => [names[i], variable]))), variables);
  for (const [name, { data }] of values) {
    const gradient = grads[`check:${name}`].dataSync();
    for (let check = 0; check < 6; check++) {
      const at = Math.floor(random() * data.length);
      const kept = data[at];
      const step = 5e-3;
      data[at] = kept + step;
      const above = evaluate();
      data[at] = kept - step;
      const below = evaluate();
      data[at] = kept;
      const numeric = (above - below) / (2 * step);
      assert.ok(Math.abs(numeric - gradient[at]) < 2e-4 + 0.02 * Math.abs(numeric), `${name}[${at}]: ${gradient[at]} against ${numeric}`);
    }
  }
});

test('the sampled correction is the log of the chance to be drawn', () => {
  const frequency = Float64Array.from({ length: 20_000 }, (_, i) => 20_000 - i);
  const sampler = createSampler(frequency, createRandom(1));
  const batch = makeBatch([{ goal: 1, items: [5], kinds: [2], targets: [7] }], { items: 20_000, dim: 4, maxLength: 3, dropout: 0, random, sampler });
  const rows = batch.rows!.dataSync();
  const correction = batch.correction!.dataSync();
  assert.equal(rows[0], 7); // targets come first
  const p = (frequency[7] + 1) ** 0.75 / frequency.reduce((sum, count) => sum + (count + 1) ** 0.75, 0);
  assert.ok(Math.abs(correction[0] - Math.log(1 - (1 - p) ** CANDIDATES)) < 1e-4);
  assert.equal(new Set(rows).size, rows.length);
  assert.ok(BONUS_SIZE > 0);
});
