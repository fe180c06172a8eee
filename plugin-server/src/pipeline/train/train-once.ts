import { MIX_SIZE } from '@vitrine/sdk/core';
import type { Dataset } from '../dataset/build-dataset.ts';
import type { Case, Task } from '../dataset/cases.ts';
import { scoreCheckpoint } from '../evaluate/score-checkpoint.ts';
import { freeMemory } from '../free-memory.ts';
import type { Checkpoint, TrainProgress } from '../types.ts';
import { createLearner } from './create-learner.ts';
import type { Example } from './examples.ts';
import { fit } from './fit.ts';
import type { Arrays } from './learner.ts';
import { PER_ITEM, recommendationProblem, type RecommendationSettings } from './recommendation-problem.ts';
import { alignState } from './saved-training.ts';
import type { Teach } from './teacher.ts';
import type { TrainOptions } from './train-recommendation.ts';

export interface Trained {
  /** Without companions. */
  readonly checkpoint: Checkpoint;
  /** As they were resolved. */
  readonly settings: RecommendationSettings;
  /** Passes over the data that the checkpoint has behind it. */
  readonly epochs: number;
}

type OnceOptions = Pick<TrainOptions, 'path' | 'patience' | 'seconds' | 'clock' | 'onProgress' | 'cancelled' | 'resume' | 'save' | 'saveEvery'> & {
  /** Choose the epoch, by NDCG@20 of the int8 model; without them the last one counts. */
  readonly cases?: ReadonlyMap<Task, readonly Case[]>;
  /** Passes after which it ends, of those the learning rate is planned for. */
  readonly stopAfter?: number;
  /** Says what a teacher would have answered, too. */
  readonly teach?: Teach;
};

/** One training of the encoder and its item vectors, its settings given. */
export async function trainOnce(dataset: Dataset, settings: RecommendationSettings, options: OnceOptions): Promise<Trained> {
  freeMemory(); // of a training before this one, in a search
  const { sequences: { itemIds, split } } = dataset;
  const problem = recommendationProblem(dataset, settings);
  const allCases = [...(options.cases?.values() ?? [])].flat();
  const none = { count: 0, row: new Int32Array(0), weight: new Float32Array(0), mix: new Float32Array(MIX_SIZE) };
  const checkpoint = (values: Arrays, history: readonly TrainProgress[]): Checkpoint => ({
    config: problem.config, itemIds, neighbours: none, history,
    params: new Map([...problem.start].map(([name, { shape }]) => [name, { shape, data: values.get(name)! }])),
  });

  const { teach } = options;
  const learner = await createLearner(teach ? { ...problem, sources: (epoch) => taught(problem.sources(epoch), teach) } : problem, options.path ?? 'simd');
  try {
    const { values, history, epochs } = await fit({
      learner, patience: options.patience ?? 3, seconds: options.seconds, epochs: options.stopAfter ?? problem.epochs, stepsPerEpoch: problem.stepsPerEpoch,
      clock: options.clock ?? (() => performance.now()),
      onProgress: options.onProgress ?? (() => {}),
      cancelled: options.cancelled ?? (() => false),
      validate: allCases.length === 0 ? undefined : ((current) => ({ name: 'NDCG@20', value: scoreCheckpoint(checkpoint(current, []), allCases) })),
      resume: options.resume && alignState(options.resume, itemIds, problem.start, PER_ITEM),
      save: options.save && ((state) => options.save!({ split, itemIds, state })),
      saveEvery: options.saveEvery,
    });
    return { checkpoint: checkpoint(values, history), settings: { ...settings, epochs: problem.epochs, length: 1 }, epochs };
  } finally {
    await learner.dispose();
  }
}

function* taught(batches: Iterable<readonly Example[]>, teach: Teach): Generator<readonly Example[]> {
  for (const batch of batches) yield batch.map(teach);
}
