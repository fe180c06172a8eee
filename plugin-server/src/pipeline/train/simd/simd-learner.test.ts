import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import '../tfjs-resolution.ts';
import { GOALS, KINDS } from '@vitrine/sdk/core';
import { createRandom, streamSeed } from '../../dataset/random.ts';
import type { Example } from '../examples.ts';
import type { Arrays, Learner } from '../learner.ts';
import { createCandidateSampler } from './candidate-sampler.ts';
import { loadKernels, type SimdKernels } from './load-kernels.ts';
import { createPacker, type PackedBatch } from './pack-batch.ts';
import { createSimdLearner, type SimdProblem } from './simd-learner.ts';

// The SIMD trainer against the model in tfjs ops on tfjs's plain JavaScript backend, with a dense Adam written here.
// tfjs only after the resolution hook.
const tf = await import('@tensorflow/tfjs-core');
await import('@tensorflow/tfjs-core/dist/register_all_gradients.js' as string);
await import('@tensorflow/tfjs-backend-cpu');
const { init } = await import('@vitrine/sdk/core/models/recommendation/model');
const { batchLoss } = await import('../recommendation-problem.ts');
const { padArrays, padBatch } = await import('./padded-batch.ts');

const kernels: SimdKernels[] = [];
before(async () => {
  await tf.setBackend('cpu');
  kernels.push(await loadKernels('simd'), await loadKernels('relaxed-simd'));
});

const FACTORS = { bonus: 20, repeat_bias: 5, item_bias: 2, scale: 10 };

interface Size {
  readonly items: number;
  readonly dim: number;
  readonly candidates: number;
  readonly sessions: number;
  readonly steps: number;
  readonly dropout: number;
}

function makeProblem({ items, dim, candidates, sessions, steps, dropout }: Size, seed = 3): SimdProblem {
  const random = createRandom(seed);
  const start = init({ items, dim, maxLength: 6, goals: 3, scale: 6, neighbours: 0 }, random);
  for (const { data } of start.values()) data.forEach((value, i) => { data[i] = value + (random() - 0.5) * 0.3; });
  const item = () => Math.floor(random() ** 2 * items);
  const weigh = createRandom(seed + 1);
  const example = (): Example => {
    const length = 1 + Math.floor(random() * 9); // also longer than the encoder reads
    const targets = Array.from({ length: 1 + Math.floor(random() * 3) }, item);
    const weights = targets.map(() => 0.5 + weigh());
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    return {
      goal: Math.floor(random() * GOALS.length), items: Array.from({ length }, item),
      kinds: Array.from({ length }, () => Math.floor(random() * KINDS.length)), targets,
      shares: targets.length > 1 && weigh() < 0.5 ? weights.map((weight) => weight / total) : undefined,
    };
  };
  const batches = Array.from({ length: steps }, () => Array.from({ length: sessions }, example));
  return {
    config: { items, dim, maxLength: 6 }, start, factors: FACTORS, epochs: 2, stepsPerEpoch: steps, batchSize: sessions, seed, dropout, candidates,
    frequency: Float64Array.from({ length: items }, (_, row) => 100 / (row + 1)), sources: () => batches, learningRate: (_, step) => 0.01 / (1 + step / 10),
  };
}

/** The batches as the learner packs them: its random numbers are a function of the seed and the step. */
function packAll(problem: SimdProblem): PackedBatch[] {
  let random = createRandom(0);
  const sampler = problem.config.items > problem.candidates ? createCandidateSampler(problem.frequency, problem.candidates, () => random()) : undefined;
  const pack = createPacker({ ...problem.config, sampler });
  return [...problem.sources(0)].map((examples, step) => {
    random = createRandom(streamSeed(problem.seed, 0, step));
    return pack(examples);
  });
}

/** The kernels' dropout: a hash of seed and place. */
function kept(place: number, seed: number, dropout: number): number {
  let x = (((place & ~3) ^ seed) + (place & 3)) >>> 0;
  x ^= x >>> 16;
  x = Math.imul(x, 0x7feb352d);
  x ^= x >>> 15;
  x = Math.imul(x, 0x846ca68b);
  x ^= x >>> 16;
  return x >>> 1 >= Math.round(dropout * 2 ** 31) ? 1 / (1 - dropout) : 0;
}

/** The mask that the kernels draw for a batch, where the reference wants it. */
function dropoutOf(packed: PackedBatch, { config: { dim }, dropout }: SimdProblem, seed: number): Float32Array {
  const D = Math.ceil(dim / 4) * 4;
  const { token } = padArrays(packed);
  return Float32Array.from({ length: token.length * dim }, (_, at) => kept(token[Math.floor(at / dim)] * D + (at % dim), seed, dropout));
}

/** Losses and final values of the reference, with Adam on every row at every step. */
function referenceTraining(problem: SimdProblem): { losses: number[]; values: Map<string, Float32Array>; gradients: Map<string, Float32Array> } {
  const variables = new Map([...problem.start].map(([name, { shape, data }]) => [name, tf.variable(tf.tensor(data, [...shape]))]));
  const moments = new Map([...problem.start].map(([name, { data }]) => [name, [new Float64Array(data.length), new Float64Array(data.length)]]));
  const losses: number[] = [];
  const gradients = new Map<string, Float32Array>();
  packAll(problem).forEach((packed, step) => tf.tidy(() => {
    const batch = padBatch(packed, problem.config.dim, dropoutOf(packed, problem, streamSeed(problem.seed, 0, step)));
    const { value, grads } = tf.variableGrads(() => batchLoss(Object.fromEntries(variables), batch), [...variables.values()]);
    losses.push(value.dataSync()[0]);
    const rate = problem.learningRate(0, step) * Math.sqrt(1 - 0.999 ** (step + 1)) / (1 - 0.9 ** (step + 1));
    for (const [name, variable] of variables) {
      const g = grads[variable.name].dataSync() as Float32Array;
      if (step === 0) gradients.set(name, g.slice());
      const [m, v] = moments.get(name)!;
      const data = variable.dataSync().slice();
      data.forEach((w, i) => {
        m[i] = 0.9 * m[i] + 0.1 * g[i];
        v[i] = 0.999 * v[i] + 0.001 * g[i] ** 2;
        data[i] = w - rate * (FACTORS[name as keyof typeof FACTORS] ?? 1) * m[i] / (Math.sqrt(v[i]) + 1e-8);
      });
      variable.assign(tf.tensor(data, variable.shape));
    }
  }));
  const values = new Map([...variables].map(([name, variable]) => [name, variable.dataSync().slice() as Float32Array]));
  tf.dispose([...variables.values()]);
  return { losses, values, gradients };
}

async function train(learner: Learner, from = 0, until = Infinity): Promise<number[]> {
  const losses: number[] = [];
  let at = from;
  for await (const { steps, loss } of learner.steps(0, from)) {
    losses.push(loss);
    at += steps;
    if (at >= until) break;
  }
  return losses;
}

/** Largest difference, relative to the largest entry. */
function difference(a: Float32Array, b: Float32Array): number {
  const peak = b.reduce((most, entry) => Math.max(most, Math.abs(entry)), 1e-12);
  return a.reduce((most, entry, i) => Math.max(most, Math.abs(entry - b[i])), 0) / peak;
}

const SIZES: Size[] = [
  { items: 23, dim: 8, candidates: 100, sessions: 34, steps: 20, dropout: 0 }, // every item a candidate, two chunks of sessions
  { items: 300, dim: 20, candidates: 60, sessions: 20, steps: 30, dropout: 0.35 }, // a sample, and rows that stay away for long
  { items: 150, dim: 10, candidates: 30, sessions: 9, steps: 20, dropout: 0.2 }, // a width that fills no vector
];

test('the gradient of every parameter equals the reference\'s', async () => {
  for (const size of SIZES) {
    const problem = { ...makeProblem(size), stepsPerEpoch: 1 };
    const first = { ...problem, sources: () => [...problem.sources(0)].slice(0, 1) };
    const { gradients } = referenceTraining(first);
    for (const build of kernels) {
      const learner = createSimdLearner(first, { kernels: build });
      await train(learner);
      const memory = await learner.memory();
      for (const [name, wanted] of gradients) {
        const gradient = memory.get(`first:${name}`)!.map((moment) => moment * 10); // Adam's first moment after one step
        assert.ok(difference(gradient, wanted) < 2e-5, `${build.build}, ${name} of ${JSON.stringify(size)}: ${difference(gradient, wanted)}`);
      }
      learner.dispose();
    }
  }
});

test('the gradient agrees with finite differences of its own loss', async () => {
  const problem = makeProblem({ items: 40, dim: 8, candidates: 20, sessions: 12, steps: 1, dropout: 0.35 });
  const random = createRandom(9);
  const lossWith = async (values: Arrays): Promise<number> => {
    const learner = createSimdLearner({ ...problem, start: new Map([...problem.start].map(([name, { shape }]) => [name, { shape, data: values.get(name)! }])) }, { kernels: kernels[1] });
    const [loss] = await train(learner);
    learner.dispose();
    return loss;
  };
  const learner = createSimdLearner(problem, { kernels: kernels[1] });
  await train(learner);
  const memory = await learner.memory();
  const values = new Map([...problem.start].map(([name, { data }]) => [name, data]));
  for (const name of values.keys()) {
    // Along a random direction: all entries at once, so that none is left out.
    const direction = values.get(name)!.map(() => random() * 2 - 1);
    const wanted = memory.get(`first:${name}`)!.reduce((sum, moment, i) => sum + moment * 10 * direction[i], 0);
    const moved = (by: number): Promise<number> => lossWith(new Map([...values].map(([other, data]) => [other, other === name ? data.map((entry, i) => entry + by * direction[i]) : data])));
    const numeric = (await moved(2e-3) - await moved(-2e-3)) / 4e-3;
    assert.ok(Math.abs(numeric - wanted) < 5e-4 + 0.01 * Math.abs(wanted), `${name}: ${wanted} against ${numeric}`);
  }
  learner.dispose();
});

test('losses and values over a training equal the reference\'s with dense Adam', async () => {
  for (const size of SIZES) {
    const problem = makeProblem(size);
    const reference = referenceTraining(problem);
    for (const build of kernels) {
      const learner = createSimdLearner(problem, { kernels: build });
      const losses = await train(learner);
      const means = losses.map((_, i) => reference.losses.slice(i * 5, i * 5 + 5).reduce((sum, loss) => sum + loss, 0) / 5);
      losses.forEach((loss, i) => assert.ok(Math.abs(loss - means[i]) < 1e-4 * means[i], `steps ${i * 5} to ${i * 5 + 4} of ${JSON.stringify(size)}: ${loss}, not ${means[i]}`));
      assert.ok(losses.at(-1)! < losses[0], 'it learns');
      const values = await learner.values();
      for (const [name, wanted] of reference.values) assert.ok(difference(values.get(name)!, wanted) < 2e-3, `${name}: ${difference(values.get(name)!, wanted)}`);
      learner.dispose();
    }
  }
});

test('any number of threads gives the same bits', async () => {
  const problem = makeProblem({ items: 700, dim: 16, candidates: 300, sessions: 100, steps: 12, dropout: 0.35 });
  const results: { losses: number[]; values: Arrays }[] = [];
  for (const threads of [1, 2, 3]) {
    const learner = createSimdLearner(problem, { kernels: kernels[1], threads });
    results.push({ losses: await train(learner), values: await learner.values() });
    learner.dispose();
  }
  assert.equal(results[0].losses.length, 3);
  for (const other of results.slice(1)) assert.deepEqual(other, results[0]);
});

test('from values and memory another learner goes on with the same bits', async () => {
  const problem = makeProblem({ items: 400, dim: 12, candidates: 90, sessions: 20, steps: 15, dropout: 0.3 });
  const whole = createSimdLearner(problem, { kernels: kernels[1] });
  await train(whole, 0, 10);
  const [values, memory] = [await whole.values(), await whole.memory()];
  const rest = createSimdLearner(problem, { kernels: kernels[1] });
  rest.restore(values, memory);
  assert.deepEqual(await train(rest, 10), await train(whole, 10));
  assert.deepEqual(await rest.values(), await whole.values());
  assert.deepEqual(await rest.memory(), await whole.memory());
  whole.dispose();
  rest.dispose();
});

test('a packed batch holds the newest items, repeats from further back, and the draws by their chance', () => {
  const items = 5000;
  const frequency = Float64Array.from({ length: items }, (_, row) => items - row);
  const sampler = createCandidateSampler(frequency, 400, createRandom(2));
  const pack = createPacker({ items, maxLength: 3, sampler });
  const packed = pack([
    { goal: 1, items: [7, 9, 7, 8, 4999], kinds: [0, 1, 2, 0, 1], targets: [7, 4998, 7, 8] },
    { goal: 0, items: [8], kinds: [2], targets: [11] },
  ]);
  assert.deepEqual([packed.sessions, packed.tokens, [...packed.start]], [2, 4, [0, 3, 4]]);
  const candidates = [...packed.rows.slice(0, packed.candidates)];
  assert.deepEqual(candidates, candidates.toSorted((a, b) => a - b));
  for (const target of [7, 8, 11, 4998]) assert.ok(candidates.includes(target), 'targets are candidates');
  assert.deepEqual([...packed.target].map((place) => packed.rows[place]), [7, 4998, 7, 8, 11]);
  assert.deepEqual([...packed.tokenRow].map((place) => packed.rows[place]), [7, 8, 4999, 8]);
  assert.deepEqual([...packed.share].map((share) => share * 4), [1, 1, 1, 1, 4]);
  const repeats = [7, 9, 7, 8, 4999].filter((row) => candidates.includes(row)); // also those further back than the encoder reads
  assert.deepEqual([...packed.repeat].slice(0, repeats.length).map((place) => packed.rows[place]), repeats);
  assert.deepEqual([...packed.distinctStart], [0, new Set(repeats).size, new Set(repeats).size + 1]);
  assert.deepEqual([...packed.holder.slice(packed.holderStart[candidates.indexOf(8)], packed.holderStart[candidates.indexOf(8) + 1])], [0, 1], 'both sessions hold row 8');
  assert.equal(new Set(packed.rows).size, packed.rows.length);

  const p = (frequency[7] + 1) ** 0.75 / frequency.reduce((sum, count) => sum + (count + 1) ** 0.75, 0);
  assert.ok(Math.abs(packed.correction[candidates.indexOf(7)] - Math.log(1 - (1 - p) ** 400)) < 1e-4);

  const counts = new Float64Array(items);
  for (let draws = 0; draws < 2_000_000; draws++) counts[sampler.draw()]++;
  const total = frequency.reduce((sum, count) => sum + (count + 1) ** 0.75, 0);
  let chi = 0;
  counts.forEach((count, row) => { const wanted = 2_000_000 * (frequency[row] + 1) ** 0.75 / total; chi += (count - wanted) ** 2 / wanted; });
  assert.ok(Math.abs(chi - items) < 6 * Math.sqrt(2 * items), `χ² = ${chi} with ${items - 1} degrees of freedom`);
});
