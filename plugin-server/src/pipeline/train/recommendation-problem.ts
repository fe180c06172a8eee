import * as tf from '@tensorflow/tfjs-core';
import { DEFAULTS, GOALS, REPEAT_LENGTH } from '@vitrine/sdk/core';
import { crossEntropy } from '@vitrine/sdk/core/models/recommendation/loss';
import { encode, init, normaliseRows, type Params, score } from '@vitrine/sdk/core/models/recommendation/model';
import type { Dataset } from '../dataset/build-dataset.ts';
import { createRandom, streamSeed } from '../dataset/random.ts';
import type { Sequences } from '../dataset/sequences.ts';
import { cosineSchedule } from './adam.ts';
import { CANDIDATES, createSampler, makeBatch, type TrainingBatch } from './batches.ts';
import { batchesByLength } from './batches-by-length.ts';
import { countExamples, type Example, epochExamples } from './examples.ts';
import { pmiStart } from './pmi-start.ts';
import type { SimdProblem } from './simd/simd-learner.ts';
import type { TfjsProblem } from './tfjs-learner.ts';

/** Settings of a training, resolved. */
export interface RecommendationSettings {
  readonly seed: number;
  readonly dim: number;
  readonly batchSize: number;
  readonly learningRate: number;
  /** Share of the entries of the session's item vectors set to zero. */
  readonly dropout: number;
  /** Passes over the data; by default more of them where there is less. */
  readonly epochs?: number;
  /** Multiplies the epochs; 1 by default. */
  readonly length?: number;
  /** 1 / temperature at the start. */
  readonly scale?: number;
}

/** The recommendation model and its training data, as the trainer and any learner take them. */
export interface RecommendationProblem extends TfjsProblem<readonly Example[], TrainingBatch>, SimdProblem {
  readonly start: SimdProblem['start'];
  readonly sources: SimdProblem['sources'];
  readonly config: SimdProblem['config'] & { readonly goals: number; readonly scale: number };
}

/** Trainable values with a row for each item. */
export const PER_ITEM: ReadonlySet<string> = new Set(['item_table', 'item_bias', 'repeat_bias']);

/** Steps a training takes when the caller does not say: more epochs for small shops, fewer for large ones. */
const STEPS = 1200;
/** Single numbers added to a score need to travel further than the entries of a unit vector. */
const FACTORS = { bonus: 20, repeat_bias: 5, item_bias: 2, scale: 10 };
/** Share of the random start left beside the PMI start, so that items without companions differ. */
const NOISE = 0.1;
/** Bias of an item at the start: BIAS_START × log(occurrences + 1). */
const BIAS_START = 0.5;

/**
 * Dataset and settings → start values, batches and loss.
 * @param given values to start from, instead of those a training begins with
 */
export function recommendationProblem({ sequences, counts }: Dataset, settings: RecommendationSettings, given?: RecommendationProblem['start']): RecommendationProblem {
  const { seed, dim, batchSize, learningRate, dropout, length = 1, scale = DEFAULTS.scale } = settings;
  const items = sequences.itemIds.length;
  const maxLength = DEFAULTS.maxLength;
  const config = { items, dim, maxLength, goals: trainedGoals(sequences), scale };

  const frequency = new Float64Array(items);
  for (let at = 0; at < sequences.start[sequences.train]; at++) frequency[sequences.item[at]]++;
  const random = createRandom(seed);
  const start = given ?? init({ ...config, neighbours: 0 }, random);
  if (!given) {
    const table = start.get('item_table')!.data;
    pmiStart(counts, dim, random).forEach((entry, at) => { table[at] = entry + NOISE * table[at]; });
    start.get('item_bias')!.data.forEach((_, row, bias) => { bias[row] = BIAS_START * Math.log(frequency[row] + 1); });
  }

  const stepsPerEpoch = Math.max(1, Math.ceil(countExamples(sequences) / batchSize));
  const epochs = Math.max(1, Math.round(length * (settings.epochs ?? Math.min(30, Math.max(4, Math.round(STEPS / stepsPerEpoch))))));

  let stepRandom = random;
  const sampler = createSampler(frequency, () => stepRandom());
  return {
    config, start, epochs, stepsPerEpoch, factors: FACTORS, batchSize, seed, dropout, frequency, candidates: CANDIDATES,
    learningRate: (epoch, step) => cosineSchedule(learningRate, (epoch + step / stepsPerEpoch) / epochs),
    sources(epoch) {
      const order = createRandom(streamSeed(seed, epoch));
      return batchesByLength(epochExamples(sequences, REPEAT_LENGTH, order), batchSize, order);
    },
    batch(examples, epoch, step) {
      stepRandom = createRandom(streamSeed(seed, epoch, step));
      return makeBatch(examples, { items, dim, maxLength, dropout, random: stepRandom, sampler });
    },
    loss: batchLoss,
  };
}

/** Mean loss of a batch; a batch without `rows` has every item as a candidate. */
export function batchLoss(params: Params, batch: TrainingBatch): tf.Scalar {
  const rows = batch.rows ? tf.gather(params.item_table as tf.Tensor2D, batch.rows) : (params.item_table as tf.Tensor2D);
  const table = normaliseRows(rows);
  const queries = encode(params, table, batch.sessions);
  const candidates = batch.rows ? tf.slice(table, [0, 0], [batch.candidates, table.shape[1]]) : table;
  const bias = batch.rows ? tf.reshape(tf.gather(tf.reshape(params.item_bias, [-1, 1]), tf.slice(batch.rows, 0, batch.candidates)), [-1]) : params.item_bias;
  const scores = score(params, queries, candidates, bias as tf.Tensor1D, batch.repeats);
  return crossEntropy(batch.correction ? tf.sub(scores, batch.correction) : scores, batch.targets);
}

/** Bit g set: the training groups hold examples for goal g. */
function trainedGoals(sequences: Sequences): number {
  let goals = 0;
  for (const example of epochExamples(sequences, 1, createRandom(0))) {
    goals |= 1 << example.goal;
    if (goals === (1 << GOALS.length) - 1) break;
  }
  return goals;
}
