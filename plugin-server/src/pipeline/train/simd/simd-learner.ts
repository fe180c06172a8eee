import { VitrineError } from '@vitrine/sdk/core';
import { createRandom, streamSeed } from '../../dataset/random.ts';
import type { Example } from '../examples.ts';
import type { Arrays, Learner, StepReport } from '../learner.ts';
import { createCandidateSampler } from './candidate-sampler.ts';
import { CatchUpSums, correctedRate } from './catch-up-sums.ts';
import { type Crew, startCrew } from './crew.ts';
import { instantiate } from './kernel-exports.ts';
import { layoutOf, SESSIONS_AT_ONCE } from './layout.ts';
import type { SimdKernels } from './load-kernels.ts';
import { createPacker, type PackedBatch } from './pack-batch.ts';
import { layStep, LOSSES } from './step-memory.ts';
import { readValues, writeValues } from './transfer.ts';

/** The recommendation model's training, as this learner takes it. */
export interface SimdProblem {
  readonly config: { readonly items: number; readonly dim: number; readonly maxLength: number };
  /** Where the trainable values start, by the names of `paramShapes`, and `scale`. */
  readonly start: ReadonlyMap<string, { readonly shape: readonly number[]; readonly data: Float32Array }>;
  /** The examples of each batch of an epoch. */
  readonly sources: (epoch: number) => Iterable<readonly Example[]>;
  readonly learningRate: (epoch: number, step: number) => number;
  /** Factors on the learning rate, by name. */
  readonly factors?: Readonly<Record<string, number>>;
  readonly epochs: number;
  /** An upper bound. */
  readonly stepsPerEpoch: number;
  /** Most examples in a batch. */
  readonly batchSize: number;
  readonly seed: number;
  /** Share of the entries of the session's item vectors set to zero. */
  readonly dropout: number;
  /** Occurrences of each row in the training groups: what candidates are drawn by. */
  readonly frequency: Float64Array;
  /** Up to this many rows every row is a candidate; above it, so many draws. */
  readonly candidates: number;
}

export interface SimdOptions {
  readonly kernels: SimdKernels;
  /** Threads, the calling one included. The result does not depend on it. */
  readonly threads?: number;
  /** Steps between two reports. */
  readonly reportEvery?: number;
}

/** WebAssembly's memory has pages of 64 KiB, and 65,536 of them at most. */
const PAGE = 65_536;
const MAX_PAGES = 65_536;
/** Room for batches beyond the estimate, in each epoch: an entry a step costs 8 bytes. */
const SPARE_STEPS = 16;

/**
 * The learner of the `simd` path: kernels in WebAssembly over memory that all threads share (README.md).
 * @throws VitrineError `bad_config` when the table does not fit into WebAssembly's 4 GB
 */
export function createSimdLearner(problem: SimdProblem, { kernels, threads = 1, reportEvery = 5 }: SimdOptions): Learner {
  const { config, start, factors = {}, seed, dropout } = problem;
  const { items, dim } = config;
  const shape = { items, dim, batch: problem.batchSize, steps: problem.epochs * (problem.stepsPerEpoch + SPARE_STEPS), threads };
  const layout = layoutOf(shape);
  const initial = Math.ceil(layout.end / PAGE);
  if (initial > MAX_PAGES * 0.9) throw new VitrineError('bad_config', `${items} products with vectors of ${dim} numbers do not fit into the SIMD trainer's memory. Train with a smaller dim.`);
  const memory = new WebAssembly.Memory({ initial, maximum: MAX_PAGES, shared: true });
  const k = instantiate(kernels.module, memory);
  const fixed = new Float32Array(memory.buffer);
  const settled = new Int32Array(memory.buffer, layout.settled, items);
  const losses = new Float64Array(memory.buffer, LOSSES, 512);
  fixed.set([factors.item_bias ?? 1, factors.repeat_bias ?? 1], layout.rates / 4);
  writeValues(fixed, layout, config, new Map([...start].map(([name, { data }]) => [name, data])), 0);

  let random = createRandom(seed);
  const sampled = items > problem.candidates;
  const pack = createPacker({
    items, maxLength: config.maxLength,
    sampler: sampled ? createCandidateSampler(problem.frequency, problem.candidates, () => random()) : undefined,
  });
  const sumsOf = (first: number): CatchUpSums =>
    new CatchUpSums(fixed.subarray(layout.sums0 / 4, layout.sums0 / 4 + shape.steps + 2), fixed.subarray(layout.sums1 / 4, layout.sums1 / 4 + shape.steps + 2), first);
  let done = 0;
  let sums = sumsOf(0);
  let crew: Crew | undefined;

  const settle = (): void => k.settleRows(0, items, layout.table, layout.D, layout.settled, done, layout.sums0, layout.sums1, layout.rates);

  /** One step on a packed batch; the next one is packed while the helpers work. */
  const step = (batch: PackedBatch, rate: number, dropoutSeed: number, meanwhile: () => void): number => {
    if (++done > shape.steps) throw new VitrineError('internal', `Training takes more than the ${shape.steps} steps it was planned for.`);
    const corrected = correctedRate(rate, done);
    layStep(memory, layout, batch, threads, { step: done, rate: corrected, dropout, seed: dropoutSeed });
    crew!.run('gather');
    crew!.run('sessions', meanwhile);
    crew!.run('update');
    sums.add(done, corrected);
    let loss = 0;
    for (let chunk = 0; chunk * SESSIONS_AT_ONCE < batch.sessions; chunk++) loss += losses[chunk];
    return loss / batch.sessions;
  };

  return {
    async* steps(epoch, from): AsyncGenerator<StepReport> {
      crew ??= await startCrew({ module: kernels.module, memory, shape, factors });
      let at = 0;
      const batches = problem.sources(epoch)[Symbol.iterator]();
      const nextBatch = (): PackedBatch | undefined => {
        for (;;) {
          const { done: over, value: examples } = batches.next();
          if (over) return undefined;
          if (at++ < from) continue;
          random = createRandom(streamSeed(seed, epoch, at - 1));
          return pack(examples);
        }
      };
      let losses = 0;
      let count = 0;
      for (let batch = nextBatch(), number = from; batch; number++) {
        let next: PackedBatch | undefined;
        losses += step(batch, problem.learningRate(epoch, number), streamSeed(seed, epoch, number), () => { next = nextBatch(); });
        count++;
        if (count === reportEvery || !next) {
          yield { steps: count, loss: losses / count };
          losses = count = 0;
        }
        batch = next;
      }
    },
    settle,
    async values(): Promise<Arrays> {
      settle();
      return readValues(new Float32Array(memory.buffer), layout, config, start.keys(), 0);
    },
    async memory(): Promise<Arrays> {
      settle();
      const floats = new Float32Array(memory.buffer);
      const kept = new Map<string, Float32Array>([['steps', Float32Array.of(done)]]);
      for (const [part, name] of [[1, 'first'], [2, 'second']] as const) {
        for (const [param, data] of readValues(floats, layout, config, start.keys(), part)) kept.set(`${name}:${param}`, data);
      }
      return kept;
    },
    restore(values, kept) {
      const part = (prefix: string): Arrays => new Map([...start.keys()].map((name) => [name, kept.get(`${prefix}:${name}`) ?? new Float32Array(values.get(name)!.length)]));
      writeValues(fixed, layout, config, values, 0);
      writeValues(fixed, layout, config, part('first'), 1);
      writeValues(fixed, layout, config, part('second'), 2);
      done = kept.get('steps')![0];
      settled.fill(done);
      sums = sumsOf(done);
    },
    dispose: () => crew?.dispose(),
  };
}
