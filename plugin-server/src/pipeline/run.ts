import type { RecommendationModel } from '@vitrine/sdk/core';
import { chooseCodec, codecCases, type CodecTrial } from './compress/choose-codec.ts';
import { type PackedModel, previewModel } from './compress/compress-recommendation.ts';
import { buildDataset, type Dataset } from './dataset/build-dataset.ts';
import type { Case, Task } from './dataset/cases.ts';
import type { SequenceOptions, SplitTimes } from './dataset/sequences.ts';
import { evaluateRecommendation } from './evaluate/evaluate-recommendation.ts';
import { trainRecommendation, type TrainOptions } from './train/train-recommendation.ts';
import type { Checkpoint, Evaluation, Interactions, SearchTrial, TrainProgress } from './types.ts';

export interface LineOptions extends Omit<TrainOptions, 'clock' | 'cases'>, SequenceOptions {
  readonly dataset: string;
  /** Where training and choosing end; by default the newest tenth tests and the tenth before it chooses. */
  readonly split?: SplitTimes;
  /** Chooses by these questions instead of those drawn from the held-out groups; items are positions in `interactions.itemIds`. */
  readonly questions?: ReadonlyMap<Task, readonly Case[]>;
  /** Hands the trained float32 values back beside the packed ones. */
  readonly keepCheckpoint?: boolean;
  /** The model live now, evaluated beside the candidate. */
  readonly live?: RecommendationModel;
  readonly clock?: () => number;
}

export interface LineResult {
  readonly packed: PackedModel;
  /** The ways to compress that were tried. */
  readonly codecs: readonly CodecTrial[];
  /** With `keepCheckpoint`. */
  readonly checkpoint?: Checkpoint;
  readonly evaluations: readonly Evaluation[];
  readonly history: readonly TrainProgress[];
  /** With `searchSeconds`: what the search tried. */
  readonly search?: readonly SearchTrial[];
  readonly split: SplitTimes;
  /** Seconds by stage. */
  readonly seconds: { readonly dataset: number; readonly train: number; readonly compress: number; readonly evaluate: number };
}

/** The line: interactions → dataset → checkpoint → artifact content → evaluation. tfjs must be ready. */
export async function runLine(interactions: Interactions, options: LineOptions): Promise<LineResult> {
  const { seed = 1, clock = () => performance.now() } = options;
  const started = clock();
  const dataset = buildDataset(interactions, options.split ?? options.resume?.split, options);
  const prepared = clock();
  const questions = options.questions && inRows(options.questions, interactions, dataset);
  const checkpoint = await trainRecommendation(dataset, { ...options, clock, cases: questions });
  const trained = clock();
  const { packed, trials: codecs } = chooseCodec(checkpoint, codecCases(dataset.sequences, seed, questions));
  const compressed = clock();
  const evaluations = evaluateRecommendation(dataset, previewModel(packed), { dataset: options.dataset, seed, live: options.live });
  const evaluated = clock();
  return {
    packed, codecs, evaluations, checkpoint: options.keepCheckpoint ? checkpoint : undefined, history: checkpoint.history, search: checkpoint.search, split: dataset.sequences.split,
    seconds: {
      dataset: (prepared - started) / 1000, train: (trained - prepared) / 1000,
      compress: (compressed - trained) / 1000, evaluate: (evaluated - compressed) / 1000,
    },
  };
}

/** Questions over the vocabulary of the interactions → questions over the dataset's rows. */
function inRows(questions: ReadonlyMap<Task, readonly Case[]>, { itemIds }: Interactions, { sequences }: Dataset): Map<Task, Case[]> {
  const rowOf = new Map(sequences.itemIds.map((id, row) => [id, row]));
  const row = Int32Array.from(itemIds, (id) => rowOf.get(id)!);
  return new Map([...questions].map(([task, cases]) =>
    [task, cases.map((question) => ({ ...question, items: question.items.map((item) => row[item]), targets: question.targets.map((item) => row[item]) }))]));
}
