import { DEFAULTS } from '@vitrine/sdk/core';
import type { Case, Task } from '../dataset/cases.ts';
import type { Dataset } from '../dataset/build-dataset.ts';
import type { Checkpoint, SearchTrial, TrainProgress } from '../types.ts';
import type { TrainingPath } from './choose-device.ts';
import { neighbourChoices, strongestNeighbours } from './neighbours.ts';
import type { Recipe } from './recipe.ts';
import type { Standing } from './saved-training.ts';
import { type SearchedSettings, searchSpace } from './search-space.ts';
import { successiveHalving, type Trial } from './successive-halving.ts';
import type { Teach } from './teacher.ts';
import { type Trained, trainOnce } from './train-once.ts';
import { chooseMixture, withMixture } from './tune-for-ranking.ts';
import { validationCases } from './validation-cases.ts';

export interface TrainOptions {
  /** Chooses epoch and settings by these instead of cases drawn from the validation groups. */
  readonly cases?: ReadonlyMap<Task, readonly Case[]>;
  readonly seed?: number;
  readonly epochs?: number;
  /** Time after which a training takes no further step; what is reached then is validated and kept if it is the best. */
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

/**
 * Trains the recommendation model on the training groups, choosing the epoch (and with `searchSeconds` the settings), the
 * companions and the mixture by NDCG@20 of the int8 model on the validation groups.
 * @returns the model, and what was chosen: `trainAgain` makes the model again from more data
 */
export async function trainRecommendation(dataset: Dataset, options: TrainOptions = {}): Promise<{ readonly checkpoint: Checkpoint; readonly recipe: Recipe }> {
  const { seed = 1, dim = DEFAULTS.dim, batchSize = 256, learningRate = 0.003, dropout = 0.3, epochs, searchSeconds, clock = () => performance.now() } = options;
  const { sequences } = dataset;
  const cases = options.cases ?? validationCases(sequences, seed);
  const fixed = { seed, dim, epochs };
  const defaults = { learningRate, dropout, batchSize, scale: DEFAULTS.scale, length: 1 };

  let trained: Trained;
  let search: readonly SearchTrial[] | undefined;
  if (searchSeconds === undefined) {
    trained = await trainOnce(dataset, { ...fixed, ...defaults }, { ...options, cases });
  } else {
    // A search that is stopped begins anew: what it has of worth is its table.
    const { result, trials } = await successiveHalving({
      candidates: searchSpace(defaults, seed), seconds: searchSeconds, clock, onTrial: (trial: Trial<SearchedSettings>, count) => options.onTrial?.({ ...trial, settings: { ...trial.settings } }, count),
      async train(settings, share, seconds) {
        const trial = { ...options, cases, seconds, resume: undefined, save: undefined };
        const result = await trainOnce(dataset, { ...fixed, ...settings, length: settings.length * share }, trial);
        return { score: Math.max(...result.checkpoint.history.map(({ validation }) => validation?.value ?? 0)), result };
      },
    });
    trained = result;
    search = trials.map((trial) => ({ ...trial, settings: { ...trial.settings } }));
  }
  const { list, mixture } = chooseMixture(trained.checkpoint, cases, neighbourChoices(dataset));
  const { settings, epochs: passes } = trained;
  return { checkpoint: { ...withMixture(trained.checkpoint, list, mixture), search }, recipe: { settings, epochs: passes, companions: list.options!, mixture } };
}

/**
 * The same model again, learned from more data: nothing is chosen, so nothing has to be held back.
 * @param dataset all of whose training groups are learned from
 * @param options.teach what a teacher would have answered counts beside what came
 */
export async function trainAgain(dataset: Dataset, { settings, epochs, companions, mixture }: Recipe, options: Pick<TrainOptions, 'path' | 'seconds' | 'clock' | 'onProgress' | 'cancelled'> & { readonly teach?: Teach } = {}): Promise<Checkpoint> {
  const { checkpoint } = await trainOnce(dataset, settings, { ...options, stopAfter: epochs });
  return withMixture(checkpoint, strongestNeighbours(dataset, companions), mixture);
}
