import { DEFAULTS, MIX_SIZE } from '@vitrine/sdk/core';
import { buildCases, type Case, type Task, TASKS } from '../dataset/cases.ts';
import type { Dataset } from '../dataset/build-dataset.ts';
import { createRandom } from '../dataset/random.ts';
import { scoreCheckpoint } from '../evaluate/score-checkpoint.ts';
import type { Checkpoint, TrainProgress } from '../types.ts';
import type { TrainingPath } from './choose-device.ts';
import { createLearner } from './create-learner.ts';
import { fit } from './fit.ts';
import type { Arrays } from './learner.ts';
import { strongestNeighbours } from './neighbours.ts';
import { PER_ITEM, recommendationProblem } from './recommendation-problem.ts';
import { alignState, type Standing } from './saved-training.ts';
import { tuneForRanking } from './tune-for-ranking.ts';

export interface TrainOptions {
  /** Chooses epoch and settings by these instead of cases drawn from the validation groups. */
  readonly cases?: ReadonlyMap<Task, readonly Case[]>;
  readonly seed?: number;
  readonly epochs?: number;
  /** Time after which no further step is taken; what is reached then is validated and kept if it is the best. */
  readonly seconds?: number;
  readonly dim?: number;
  readonly batchSize?: number;
  readonly learningRate?: number;
  readonly dropout?: number;
  readonly patience?: number;
  /** How to train; `simd` by default. The others need tfjs ready with their backend. */
  readonly path?: TrainingPath;
  readonly clock?: () => number;
  readonly onProgress?: (progress: TrainProgress) => void;
  readonly cancelled?: () => boolean;
  /** Where an earlier training with the same settings stood. */
  readonly resume?: Standing;
  /** Keeps where the training stands, now and then. */
  readonly save?: (standing: Standing) => void;
  /** Milliseconds between two calls of `save`. */
  readonly saveEvery?: number;
}

const VALIDATION_CASES = 600;
/** Companions kept per item: more do not help (docs/decisions/0012). */
const NEIGHBOURS = 20;
/** Weightings of companions; the shop's validation cases choose. In some shops what came before an item says as much as what came after. */
const WEIGHTINGS = [0.5, 0.1].flatMap((before) => [0.1, 0.4].map((damping) => ({ count: NEIGHBOURS, before, damping })));

/**
 * Trains the recommendation model on the training groups, choosing the epoch by NDCG@20 of the int8 model on the
 * validation groups.
 */
export async function trainRecommendation(dataset: Dataset, options: TrainOptions = {}): Promise<Checkpoint> {
  const { seed = 1, dim = DEFAULTS.dim, batchSize = 256, learningRate = 0.002, dropout = 0.35, patience = 3, epochs } = options;
  const { sequences, counts } = dataset;
  const { itemIds } = sequences;
  const problem = recommendationProblem(dataset, { seed, dim, batchSize, learningRate, dropout, epochs });

  const cases = options.cases ?? new Map<Task, readonly Case[]>(TASKS.map((task) =>
    [task, buildCases(sequences, task, sequences.train, sequences.validation, createRandom(seed), VALIDATION_CASES)]));
  const allCases = [...cases.values()].flat();
  const none = { count: 0, row: new Int32Array(0), weight: new Float32Array(0), mix: new Float32Array(MIX_SIZE) };
  const checkpoint = (values: Arrays, history: readonly TrainProgress[]): Checkpoint => ({
    config: problem.config, itemIds, neighbours: none, history,
    params: new Map([...problem.start].map(([name, { shape }]) => [name, { shape, data: values.get(name)! }])),
  });

  const learner = await createLearner(problem, options.path ?? 'simd');
  try {
    const { values, history } = await fit({
      learner, patience, seconds: options.seconds, epochs: problem.epochs, stepsPerEpoch: problem.stepsPerEpoch,
      clock: options.clock ?? (() => performance.now()),
      onProgress: options.onProgress ?? (() => {}),
      cancelled: options.cancelled ?? (() => false),
      validate: (current) => ({ name: 'NDCG@20', value: scoreCheckpoint(checkpoint(current, []), allCases) }),
      resume: options.resume && alignState(options.resume, itemIds, problem.start, PER_ITEM),
      save: options.save && ((state) => options.save!({ split: sequences.split, itemIds, state })),
      saveEvery: options.saveEvery,
    });
    const companions = WEIGHTINGS.map((weighting) => strongestNeighbours(counts, weighting));
    return tuneForRanking(checkpoint(values, history), cases, companions);
  } finally {
    learner.dispose();
  }
}
