import * as tf from '@tensorflow/tfjs-core';
import { DEFAULTS, GOALS, MIX_SIZE, REPEAT_LENGTH } from '@vitrine/sdk/core';
import { crossEntropy } from '@vitrine/sdk/core/models/recommendation/loss';
import { encode, init, normaliseRows, type Params, score } from '@vitrine/sdk/core/models/recommendation/model';
import { buildCases, type Case, type Task, TASKS } from '../dataset/cases.ts';
import type { Dataset } from '../dataset/build-dataset.ts';
import { createRandom } from '../dataset/random.ts';
import type { Sequences } from '../dataset/sequences.ts';
import { scoreCheckpoint } from '../evaluate/score-checkpoint.ts';
import type { Checkpoint, TrainProgress } from '../types.ts';
import { createSampler, makeBatch, type TrainingBatch } from './batches.ts';
import { batchesByLength } from './batches-by-length.ts';
import { countExamples, epochExamples } from './examples.ts';
import { fit } from './fit.ts';
import { strongestNeighbours } from './neighbours.ts';
import { pmiStart } from './pmi-start.ts';
import { tuneForRanking } from './tune-for-ranking.ts';

export interface TrainOptions {
  /** Chooses epoch and settings by these instead of cases drawn from the validation groups. */
  readonly cases?: ReadonlyMap<Task, readonly Case[]>;
  readonly seed?: number;
  readonly epochs?: number;
  readonly dim?: number;
  readonly batchSize?: number;
  readonly learningRate?: number;
  readonly dropout?: number;
  readonly patience?: number;
  readonly clock?: () => number;
  readonly onProgress?: (progress: TrainProgress) => void;
  readonly cancelled?: () => boolean;
}

/** Steps a training takes when the caller does not say: more epochs for small shops, fewer for large ones. */
const STEPS = 450;
/** Single numbers added to a score need to travel further than the entries of a unit vector. */
const FACTORS = { bonus: 20, repeat_bias: 5, item_bias: 2, scale: 10 };
const VALIDATION_CASES = 600;
/** Companions kept per item: more did not help (docs/benchmarks.md). */
const NEIGHBOURS = 24;
/** How strongly a companion's popularity counts against it; the shop's carts choose. */
const DAMPINGS = [0.2, 0.4];
/** Share of the random start left beside the PMI start, so that items without companions differ. */
const NOISE = 0.1;
/** Bias of an item at the start: BIAS_START × log(occurrences + 1). */
const BIAS_START = 0.5;

/**
 * Trains the recommendation model on the training groups, choosing the epoch by NDCG@20 of the int8 model on the
 * validation groups. tfjs must be ready with a backend.
 */
export function trainRecommendation({ sequences, counts }: Dataset, options: TrainOptions = {}): Checkpoint {
  const { seed = 1, dim = DEFAULTS.dim, batchSize = 256, learningRate = 0.002, dropout = 0.35, patience = 3 } = options;
  const random = createRandom(seed);
  const items = sequences.itemIds.length;
  const maxLength = DEFAULTS.maxLength;

  const cases = options.cases ?? new Map<Task, readonly Case[]>(TASKS.map((task) =>
    [task, buildCases(sequences, task, sequences.train, sequences.validation, createRandom(seed), VALIDATION_CASES)]));
  const allCases = [...cases.values()].flat();
  const companions = DAMPINGS.map((damping) => strongestNeighbours(counts, NEIGHBOURS, damping));
  const none = { count: 0, row: new Int32Array(0), weight: new Float32Array(0), mix: new Float32Array(MIX_SIZE) };
  const goals = trainedGoals(sequences);
  const config = { items, dim, maxLength, goals, scale: DEFAULTS.scale };

  const frequency = new Float64Array(items);
  for (let at = 0; at < sequences.start[sequences.train]; at++) frequency[sequences.item[at]]++;
  const values = init({ ...config, neighbours: 0 }, random);
  const table = values.get('item_table')!.data;
  pmiStart(counts, dim, random).forEach((entry, at) => { table[at] = entry + NOISE * table[at]; });
  values.get('item_bias')!.data.forEach((_, row, bias) => { bias[row] = BIAS_START * Math.log(frequency[row] + 1); });
  const variables = new Map([...values].map(([name, { shape, data }]) =>
    [name, tf.variable(tf.tensor(data, [...shape], 'float32'), true, `${name}:${seed}:${variableCount++}`)]));
  const params = Object.fromEntries(variables) as Params;

  const sampler = createSampler(frequency, random);

  const stepsPerEpoch = Math.max(1, Math.ceil(countExamples(sequences) / batchSize));
  const epochs = options.epochs ?? Math.min(30, Math.max(3, Math.round(STEPS / stepsPerEpoch)));

  const snapshot = (): Checkpoint['params'] =>
    new Map([...variables].map(([name, variable]) => [name, { shape: variable.shape, data: variable.dataSync().slice() as Float32Array }]));
  const checkpoint = (history: readonly TrainProgress[]): Checkpoint => ({ config, itemIds: sequences.itemIds, params: snapshot(), neighbours: none, history });

  const history = fit<TrainingBatch>({
    variables, epochs, stepsPerEpoch, learningRate, patience, learningRateFactors: FACTORS,
    clock: options.clock ?? (() => performance.now()),
    onProgress: options.onProgress ?? (() => {}),
    cancelled: options.cancelled ?? (() => false),
    *batches() {
      for (const examples of batchesByLength(epochExamples(sequences, REPEAT_LENGTH, random), batchSize, random)) {
        tf.engine().startScope();
        const batch = makeBatch(examples, { items, dim, maxLength, dropout, random, sampler });
        try {
          yield batch;
        } finally {
          tf.engine().endScope();
        }
      }
    },
    loss: (batch) => batchLoss(params, batch),
    validate: () => ({ name: 'NDCG@20', value: scoreCheckpoint(checkpoint([]), allCases) }),
  });
  const trained = checkpoint(history);
  for (const variable of variables.values()) variable.dispose();
  return tuneForRanking(trained, cases, companions);
}

let variableCount = 0;

function batchLoss(params: Params, batch: TrainingBatch): tf.Scalar {
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
