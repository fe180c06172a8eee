import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import './tfjs-resolution.ts';
import type { TrainProgress } from '../types.ts';
import { fit, type FitState } from './fit.ts';

const tf = await import('@tensorflow/tfjs-core');
const { startTfjs } = await import('./start-tfjs.ts');
const { createTfjsLearner } = await import('./tfjs-learner.ts');
const { Adam, cosineSchedule } = await import('./adam.ts');

before(() => startTfjs());

type Tensor = import('@tensorflow/tfjs-core').Tensor;
type Scalar = import('@tensorflow/tfjs-core').Scalar;

interface Options {
  readonly scores: number[];
  readonly cancelled?: () => boolean;
  readonly loss?: (x: Tensor, batch: number) => Scalar;
  readonly resume?: FitState;
  readonly save?: (state: FitState) => void;
  readonly patience?: number;
  readonly seconds?: number;
}

const STEPS = 10;

/** Fits x to 3 (or to what a step asks for) by squared error; `scores` are what validation says after each epoch. */
async function run({ scores, cancelled = () => false, loss, resume, save, patience = 2, seconds }: Options) {
  const seen: number[] = [];
  const progress: TrainProgress[] = [];
  let now = 0;
  const learner = createTfjsLearner<number, number>({
    start: new Map([['x', { shape: [1], data: Float32Array.of(0) }]]),
    sources: (epoch) => Array.from({ length: STEPS }, (_, i) => epoch * STEPS + i), batch: (source) => source,
    loss: ({ x }, batch) => (loss ? loss(x, batch) : tf.sum(tf.square(tf.sub(x, 3)))), learningRate: () => 0.2,
  });
  try {
    const result = await fit({
      learner, epochs: scores.length, stepsPerEpoch: STEPS, patience, seconds, cancelled, resume, save, saveEvery: 0,
      validate: (values) => { seen.push(values.get('x')![0]); return { name: 'score', value: scores[(resume?.epoch ?? 0) + seen.length - 1] }; },
      clock: () => (now += 100), onProgress: (report) => progress.push(report),
    });
    return { value: result.values.get('x')![0], seen, history: result.history, progress };
  } finally {
    learner.dispose();
  }
}

test('it learns, and ends at the values of the best epoch', async () => {
  const { value, seen, history } = await run({ scores: [1, 2, 5, 4] });
  assert.equal(history.length, 4);
  assert.ok(Math.abs(seen[2] - 3) < Math.abs(seen[0] - 3), 'closer to the optimum');
  assert.equal(value, seen[2]);
  assert.deepEqual(history.map(({ validation }) => validation!.value), [1, 2, 5, 4]);
});

test('it stops when validation has not improved for as long as its patience', async () => {
  assert.equal((await run({ scores: [3, 2, 1, 9, 9, 9] })).history.length, 3);
});

test('out of time, it ends where it stands, validated; the best epoch is still what it returns', async () => {
  const late = await run({ scores: [5, 1, 9, 9], seconds: 1000 });
  assert.equal(late.history.length, 4, 'time enough');
  const early = await run({ scores: [5, 1, 9, 9], seconds: 0 });
  assert.equal(early.history.length, 1, 'at least one state is validated');
  assert.equal(early.value, early.seen[0]);
});

test('progress counts up, and the time left comes down to nothing', async () => {
  const { progress } = await run({ scores: [1, 2, 3] });
  for (let i = 1; i < progress.length; i++) {
    assert.ok(progress[i].epoch * 100 + progress[i].step > progress[i - 1].epoch * 100 + progress[i - 1].step);
  }
  assert.equal(progress.at(-1)!.secondsLeft, 0);
  assert.ok(progress[0].secondsLeft > 0);
});

test('cancelled, it ends with that code; a loss that is no number is said', async () => {
  let asked = 0;
  await assert.rejects(run({ scores: [1, 1], cancelled: () => ++asked > 2 }), { code: 'cancelled' });
  await assert.rejects(run({ scores: [1], loss: (x) => tf.sum(tf.log(tf.sub(x, 1))) }), { code: 'internal', message: /diverged in epoch 1/ });
});

test('from any state that was kept, training ends with the same bits', async () => {
  // A loss that differs from step to step: a step left out or done twice shows.
  const loss = (x: Tensor, batch: number): Scalar => tf.sum(tf.square(tf.sub(x, Math.sin(batch))));
  for (const scores of [[1, 2, 3, 4], [1, 4, 3, 2]]) {
    const states: FitState[] = [];
    const whole = await run({ scores, loss, save: (state) => states.push(structuredClone(state)) });
    assert.ok(states.some(({ step }) => step > 0) && states.some(({ step }) => step === 0), 'kept within epochs and between them');
    assert.ok(states.at(-1)!.epoch === whole.history.length, 'kept at the end');
    for (const resume of states) {
      const rest = await run({ scores, loss, resume });
      assert.equal(rest.value, whole.value);
      assert.deepEqual(rest.history.map(({ loss: mean, validation }) => [mean, validation]), whole.history.map(({ loss: mean, validation }) => [mean, validation]));
    }
  }
});

const variable = (values: number[]) => tf.variable(tf.tensor1d(values));

test('Adam\'s first step has the length of the learning rate, times the factor of the variable', () => {
  const [a, b] = [variable([1, 1]), variable([1])];
  new Adam({ factors: { b: 10 } }).apply(new Map([['a', a], ['b', b]]), { a: tf.tensor1d([5, -0.01]), b: tf.tensor1d([2]) }, 0.01);
  [0.99, 1.01].forEach((wanted, i) => assert.ok(Math.abs(a.dataSync()[i] - wanted) < 1e-5));
  assert.ok(Math.abs(b.dataSync()[0] - 0.9) < 1e-5);
});

test('weight decay takes its share of the value away, beside the step', () => {
  const [a, b] = [variable([1]), variable([1])];
  new Adam({ decay: { b: 0.5 } }).apply(new Map([['a', a], ['b', b]]), { a: tf.tensor1d([1]), b: tf.tensor1d([1]) }, 0.1);
  assert.ok(Math.abs(a.dataSync()[0] - 0.9) < 1e-5);
  assert.ok(Math.abs(b.dataSync()[0] - (1 - 0.1 * 0.5 - 0.1)) < 1e-5);
});

test('the schedule warms up, then falls to a tenth', () => {
  assert.ok(cosineSchedule(1, 0) < 0.1);
  assert.ok(Math.abs(cosineSchedule(1, 0.03) - 1) < 0.01);
  assert.ok(Math.abs(cosineSchedule(1, 1) - 0.1) < 1e-9);
  for (let p = 0.04; p < 1; p += 0.01) assert.ok(cosineSchedule(1, p) <= cosineSchedule(1, p - 0.01) + 1e-12);
});
