import { DEFAULTS, MIX_SIZE } from '@vitrine/sdk/core';
import { buildCases, type Case, type Task, TASKS } from '../dataset/cases.ts';
import type { Dataset } from '../dataset/build-dataset.ts';
import { createRandom } from '../dataset/random.ts';
import { scoreCheckpoint } from '../evaluate/score-checkpoint.ts';
import type { Checkpoint, SearchTrial, TrainProgress } from '../types.ts';
import type { TrainingPath } from './choose-device.ts';
import { createLearner } from './create-learner.ts';
import { fit } from './fit.ts';
import type { Arrays } from './learner.ts';
import { neighbourChoices } from './neighbours.ts';
import { PER_ITEM, recommendationProblem, type RecommendationSettings } from './recommendation-problem.ts';
import { alignState, type Standing } from './saved-training.ts';
import { type SearchedSettings, searchSpace } from './search-space.ts';
import { successiveHalving, type Trial } from './successive-halving.ts';
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
  /** Searches learning rate, dropout, batch size, temperature and length for so long, full training included. */
  readonly searchSeconds?: number;
  readonly onTrial?: (trial: SearchTrial, trials: number) => void;
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

/**
 * Trains the recommendation model on the training groups, choosing the epoch (and with `searchSeconds` the settings) by
 * NDCG@20 of the int8 model on the validation groups.
 */
export async function trainRecommendation(dataset: Dataset, options: TrainOptions = {}): Promise<Checkpoint> {
  const { seed = 1, dim = DEFAULTS.dim, batchSize = 256, learningRate = 0.003, dropout = 0.3, epochs, searchSeconds, clock = () => performance.now() } = options;
  const { sequences, counts } = dataset;
  const cases = options.cases ?? new Map<Task, readonly Case[]>(TASKS.map((task) =>
    [task, buildCases(sequences, task, sequences.train, sequences.validation, createRandom(seed), VALIDATION_CASES)]));
  const fixed = { seed, dim, epochs };
  const defaults = { learningRate, dropout, batchSize, scale: DEFAULTS.scale, length: 1 };

  let trained: Checkpoint;
  if (searchSeconds === undefined) {
    trained = await trainOnce(dataset, { ...fixed, ...defaults }, cases, { ...options, clock });
  } else {
    // A search that is stopped begins anew: what it has of worth is its table.
    const { result, trials } = await successiveHalving({
      candidates: searchSpace(defaults, seed), seconds: searchSeconds, clock, onTrial: (trial: Trial<SearchedSettings>, count) => options.onTrial?.({ ...trial, settings: { ...trial.settings } }, count),
      async train(settings, share, seconds) {
        const trial = { ...options, clock, seconds, resume: undefined, save: undefined };
        const checkpoint = await trainOnce(dataset, { ...fixed, ...settings, length: settings.length * share }, cases, trial);
        return { score: Math.max(...checkpoint.history.map(({ validation }) => validation!.value)), result: checkpoint };
      },
    });
    trained = { ...result, search: trials.map((trial) => ({ ...trial, settings: { ...trial.settings } })) };
  }
  return tuneForRanking(trained, cases, neighbourChoices(counts));
}

/** One training with its settings given; not yet tuned for ranking. */
async function trainOnce(
  dataset: Dataset, settings: RecommendationSettings, cases: ReadonlyMap<Task, readonly Case[]>, options: TrainOptions & { readonly clock: () => number },
): Promise<Checkpoint> {
  const { sequences: { itemIds, split } } = dataset;
  const problem = recommendationProblem(dataset, settings);
  const allCases = [...cases.values()].flat();
  const none = { count: 0, row: new Int32Array(0), weight: new Float32Array(0), mix: new Float32Array(MIX_SIZE) };
  const checkpoint = (values: Arrays, history: readonly TrainProgress[]): Checkpoint => ({
    config: problem.config, itemIds, neighbours: none, history,
    params: new Map([...problem.start].map(([name, { shape }]) => [name, { shape, data: values.get(name)! }])),
  });

  const learner = await createLearner(problem, options.path ?? 'simd');
  try {
    const { values, history } = await fit({
      learner, patience: options.patience ?? 3, seconds: options.seconds, epochs: problem.epochs, stepsPerEpoch: problem.stepsPerEpoch,
      clock: options.clock,
      onProgress: options.onProgress ?? (() => {}),
      cancelled: options.cancelled ?? (() => false),
      validate: (current) => ({ name: 'NDCG@20', value: scoreCheckpoint(checkpoint(current, []), allCases) }),
      resume: options.resume && alignState(options.resume, itemIds, problem.start, PER_ITEM),
      save: options.save && ((state) => options.save!({ split, itemIds, state })),
      saveEvery: options.saveEvery,
    });
    return checkpoint(values, history);
  } finally {
    learner.dispose();
  }
}
