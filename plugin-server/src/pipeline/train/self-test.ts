import * as tf from '@tensorflow/tfjs-core';
import { buildDataset } from '../dataset/build-dataset.ts';
import { createRandom } from '../dataset/random.ts';
import type { Interactions } from '../types.ts';
import { createLearner } from './create-learner.ts';
import { recommendationProblem } from './recommendation-problem.ts';
import { startTfjs } from './start-tfjs.ts';

type Backend = 'cpu' | 'wasm' | 'webgpu';

async function use(backend: Backend): Promise<void> {
  if (backend === 'webgpu') await tf.setBackend('webgpu'); // `startGpu` has made it ready
  else await startTfjs(backend);
}

/** Largest difference of the model's gradients from those of the plain JavaScript backend, as a share of each tensor's largest entry. */
export async function gradientError(backend: Backend): Promise<number> {
  await use('cpu');
  const expected = await gradients();
  await use(backend);
  let worst = 0;
  for (const [name, values] of await gradients()) {
    const wanted = expected.get(name)!;
    const scale = wanted.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-6);
    values.forEach((value, at) => { worst = Math.max(worst, Number.isNaN(value) ? Infinity : Math.abs(value - wanted[at]) / scale); });
  }
  return worst;
}

/** Gradients of the first batch of a small training. */
async function gradients(): Promise<Map<string, Float32Array>> {
  const problem = recommendationProblem(buildDataset(visits(200, 60)), { seed: 1, dim: 16, batchSize: 32, learningRate: 0.01, dropout: 0.2 });
  const [examples] = problem.sources(0);
  const variables = new Map([...problem.start].map(([name, { shape, data }]) => [name, tf.tidy(() => tf.variable(tf.tensor(data, [...shape])))]));
  const { grads } = tf.tidy(() => tf.variableGrads(() => problem.loss(Object.fromEntries(variables), problem.batch(examples, 0, 0)), [...variables.values()]));
  const result = new Map<string, Float32Array>();
  for (const [name, { name: id }] of variables) result.set(name, (await grads[id].data<'float32'>()).slice());
  tf.dispose([grads, ...variables.values()]);
  return result;
}

const TIMED_ITEMS = 4000;
const TIMED_VISITS = 3000;
/** The first steps compile and allocate. */
const WARM_UP = 5;
const TIMED = 5;

/** Milliseconds of a training step of a middle-sized shop. */
export async function stepTime(path: 'gpu' | 'simd'): Promise<number> {
  if (path === 'gpu') await use('webgpu');
  const learner = await createLearner(recommendationProblem(buildDataset(visits(TIMED_VISITS, TIMED_ITEMS)), { seed: 1, dim: 64, batchSize: 256, learningRate: 0.001, dropout: 0.2 }), path);
  try {
    let done = 0;
    let started = 0;
    let warm = 0;
    for await (const { steps } of learner.steps(0, 0)) {
      done += steps;
      if (started === 0 && done >= WARM_UP) {
        started = performance.now();
        warm = done;
      } else if (done >= warm + TIMED) break;
    }
    return (performance.now() - started) / Math.max(1, done - warm);
  } finally {
    learner.dispose();
  }
}

/** Made-up visits: each shopper wanders near a random item. */
function visits(groups: number, items: number): Interactions {
  const random = createRandom(1);
  const length = 10;
  const size = groups * length;
  const item = new Int32Array(size);
  const group = Int32Array.from({ length: size }, (_, i) => Math.floor(i / length));
  for (let g = 0; g < groups; g++) {
    const home = Math.floor(random() ** 2 * items);
    for (let i = 0; i < length; i++) item[g * length + i] = (home + Math.floor(random() * 20)) % items;
  }
  return {
    itemIds: Array.from({ length: items }, (_, i) => String(i)), item, group,
    kind: Uint8Array.from({ length: size }, (_, i) => (i % length < length - 2 ? 0 : 2)),
    actor: Int32Array.from(group, (g) => g % Math.ceil(groups / 3)), time: Float64Array.from(group),
  };
}
