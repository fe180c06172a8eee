import type { Dataset } from '../../dataset/build-dataset.ts';
import { createRandom, shuffle, streamSeed } from '../../dataset/random.ts';
import { cosineSchedule } from '../adam.ts';
import { batchesByLength } from '../batches-by-length.ts';
import type { TrainingPath } from '../choose-device.ts';
import { createLearner } from '../create-learner.ts';
import { countExamples, epochExamples } from '../examples.ts';
import { fit } from '../fit.ts';
import type { Arrays } from '../learner.ts';
import { recommendationProblem, type RecommendationSettings } from '../recommendation-problem.ts';
import type { TrainProgress } from '../../types.ts';
import { REPEAT_LENGTH } from '@vitrine/sdk/core';

export interface FineTuneOptions {
  readonly seed: number;
  /** First group that has not been learned from. */
  readonly from: number;
  readonly path?: TrainingPath;
  readonly clock?: () => number;
  readonly onProgress?: (progress: TrainProgress) => void;
  readonly cancelled?: () => boolean;
}

/** Old groups beside each new one: without them the model forgets what did not happen lately. */
const REPLAY = 3;
/** At least so many groups in all: on a quiet day it learns from the past instead. */
const FEWEST_GROUPS = 6_000;
/** Share of the groups that an update may learn from, of those there are: more would not be an update. */
const MOST_SHARE = 0.35;
/** Times the new groups are learned from. */
const PASSES = 4;
/** Of a full training's learning rate; it falls to nothing within the update. */
const RATE = 1;

/**
 * Goes on training on what is new, mixed with a sample of the old.
 * @param start where the values stand, for the items of `dataset`
 */
export async function fineTune(dataset: Dataset, settings: RecommendationSettings, start: ReadonlyMap<string, { readonly shape: readonly number[]; readonly data: Float32Array }>, options: FineTuneOptions): Promise<Arrays> {
  const { seed, from } = options;
  const { sequences } = dataset;
  const fresh = Int32Array.from({ length: sequences.train - from }, (_, at) => from + at);
  const random = createRandom(streamSeed(seed, from));
  const past = shuffle(Int32Array.from({ length: from }, (_, group) => group), random);
  const most = Math.ceil(sequences.train * MOST_SHARE);
  const wanted = Math.max(FEWEST_GROUPS - fresh.length, REPLAY * fresh.length);
  const replayed = past.subarray(0, Math.max(0, Math.min(past.length, wanted, most - fresh.length)));
  const half = Math.ceil(replayed.length / PASSES);
  const groupsOf = (pass: number) => Int32Array.from([...fresh, ...replayed.subarray(pass * half, (pass + 1) * half)]);

  const problem = recommendationProblem(dataset, settings, start);
  const stepsPerEpoch = Math.max(1, ...Array.from({ length: PASSES }, (_, pass) => Math.ceil(countExamples(sequences, groupsOf(pass)) / settings.batchSize)));
  const learner = await createLearner({
    ...problem, epochs: PASSES, stepsPerEpoch,
    learningRate: (epoch, step) => cosineSchedule(RATE * settings.learningRate, (epoch + step / stepsPerEpoch) / PASSES),
    sources(epoch) {
      const order = createRandom(streamSeed(seed, from, epoch));
      return batchesByLength(epochExamples(sequences, REPEAT_LENGTH, order, groupsOf(epoch)), settings.batchSize, order);
    },
  }, options.path ?? 'simd');
  try {
    const { values } = await fit({
      learner, epochs: PASSES, stepsPerEpoch, patience: Infinity, clock: options.clock ?? (() => performance.now()),
      onProgress: options.onProgress ?? (() => {}), cancelled: options.cancelled ?? (() => false),
    });
    return values;
  } finally {
    await learner.dispose();
  }
}
