import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import './tfjs-resolution.ts';
import type { TrainProgress } from '../types.ts';

const tf = await import('@tensorflow/tfjs-core');
const { startTfjs } = await import('./start-tfjs.ts');
const { fit } = await import('./fit.ts');
const { Adam, cosineSchedule } = await import('./adam.ts');

before(startTfjs);

let count = 0;
const variable = (values: number[]) => tf.variable(tf.tensor1d(values), true, `fit-test:${count++}`);

/** Fits x to 3 by squared error; `scores` are what validation says after each epoch. */
function run(scores: number[], more: { cancelled?: () => boolean; loss?: (x: import('@tensorflow/tfjs-core').Tensor) => import('@tensorflow/tfjs-core').Scalar; epochs?: number } = {}) {
  const x = variable([0]);
  const seen: number[] = [];
  const progress: TrainProgress[] = [];
  let now = 0;
  const history = fit<number>({
    variables: new Map([['x', x]]), epochs: more.epochs ?? scores.length, stepsPerEpoch: 10, batches: () => Array.from({ length: 10 }, (_, i) => i),
    loss: () => (more.loss ? more.loss(x) : tf.sum(tf.square(tf.sub(x, 3))) as import('@tensorflow/tfjs-core').Scalar), learningRate: 0.2, patience: 2,
    validate: () => { seen.push(x.dataSync()[0]); return { name: 'score', value: scores[seen.length - 1] }; },
    clock: () => (now += 100), onProgress: (report) => progress.push(report), cancelled: more.cancelled ?? (() => false),
  });
  return { value: x.dataSync()[0], seen, history, progress };
}

test('it learns, and ends at the values of the best epoch', () => {
  const { value, seen, history } = run([1, 2, 5, 4]);
  assert.equal(history.length, 4);
  assert.ok(Math.abs(seen[2] - 3) < Math.abs(seen[0] - 3), 'closer to the optimum');
  assert.equal(value, seen[2]);
  assert.deepEqual(history.map(({ validation }) => validation!.value), [1, 2, 5, 4]);
});

test('it stops when validation has not improved for as long as its patience', () => {
  assert.equal(run([3, 2, 1, 9, 9, 9]).history.length, 3);
});

test('progress counts up, and the time left comes down to nothing', () => {
  const { progress } = run([1, 2, 3]);
  for (let i = 1; i < progress.length; i++) {
    assert.ok(progress[i].epoch * 100 + progress[i].step >= progress[i - 1].epoch * 100 + progress[i - 1].step);
  }
  assert.equal(progress.at(-1)!.secondsLeft, 0);
  assert.ok(progress[0].secondsLeft > 0);
});

test('cancelled, it ends with that code; a loss that is no number is said', () => {
  let steps = 0;
  assert.throws(() => run([1, 1], { cancelled: () => ++steps > 3 }), { code: 'cancelled' });
  assert.throws(() => run([1], { loss: (x) => tf.sum(tf.log(tf.sub(x, 1))) as never }), { code: 'internal', message: /diverged in epoch 1/ });
});

test('Adam\'s first step has the length of the learning rate, times the factor of the variable', () => {
  const [a, b] = [variable([1, 1]), variable([1])];
  new Adam({ b: 10 }).apply(new Map([['a', a], ['b', b]]), { a: tf.tensor1d([5, -0.01]), b: tf.tensor1d([2]) }, 0.01);
  [0.99, 1.01].forEach((wanted, i) => assert.ok(Math.abs(a.dataSync()[i] - wanted) < 1e-5));
  assert.ok(Math.abs(b.dataSync()[0] - 0.9) < 1e-5);
});

test('the schedule warms up, then falls to a tenth', () => {
  assert.ok(cosineSchedule(1, 0) < 0.1);
  assert.ok(Math.abs(cosineSchedule(1, 0.03) - 1) < 0.01);
  assert.ok(Math.abs(cosineSchedule(1, 1) - 0.1) < 1e-9);
  for (let p = 0.04; p < 1; p += 0.01) assert.ok(cosineSchedule(1, p) <= cosineSchedule(1, p - 0.01) + 1e-12);
});
