import type { RecommendationModel } from '@vitrine/sdk/core';
import { applyCodec, chooseCodec, type Codec, codecCases, type CodecTrial } from './compress/choose-codec.ts';
import { type PackedModel, previewModel } from './compress/compress-recommendation.ts';
import { buildDataset, buildWholeDataset, type Dataset, type DatasetOptions } from './dataset/build-dataset.ts';
import type { Case, Task } from './dataset/cases.ts';
import type { SplitTimes } from './dataset/sequences.ts';
import { evaluateFinal, hasLearned } from './evaluate/evaluate-final.ts';
import { evaluateRecommendation } from './evaluate/evaluate-recommendation.ts';
import { freeMemory } from './free-memory.ts';
import { addLists } from './lists/add-lists.ts';
import { chooseContentSettings, type ContentSettings, readCatalogue } from './train/content/choose-settings.ts';
import { placeNewItems } from './train/content/place-new-items.ts';
import type { Checkpoint, Evaluation, Interactions, ProductContent, SearchTrial, TrainProgress } from './types.ts';
import { validationCases } from './train/validation-cases.ts';
import { trainAgain, trainRecommendation, type TrainOptions } from './train/train-recommendation.ts';
import type { LearnedModel } from './train/update/learned-model.ts';

export interface LineOptions extends Omit<TrainOptions, 'clock' | 'cases'>, DatasetOptions {
  readonly dataset: string;
  /** Where training and choosing end; by default the newest tenth tests and the tenth before it chooses. */
  readonly split?: SplitTimes;
  /** Chooses by these questions instead of those drawn from the held-out groups; items are positions in `interactions.itemIds`. */
  readonly questions?: ReadonlyMap<Task, readonly Case[]>;
  /** What the model that ships learns from in the end, once everything is chosen; by default all of `interactions`. */
  readonly known?: Interactions;
  /** What is known of the products that may be shown: those nobody has touched are placed by it. */
  readonly products?: readonly ProductContent[];
  /** Hands the trained float32 values back beside the packed ones, and what an update needs. */
  readonly keepCheckpoint?: boolean;
  /** The model live now, evaluated beside the candidate. */
  readonly live?: RecommendationModel;
  readonly clock?: () => number;
}

export interface LineResult {
  readonly packed: PackedModel;
  /** The ways to compress that were tried. */
  readonly codecs: readonly CodecTrial[];
  /** With `keepCheckpoint`: what ships, before it was compressed, and what was chosen, before it learned from all data. */
  readonly checkpoint?: Checkpoint;
  readonly candidate?: PackedModel;
  readonly learned?: LearnedModel;
  readonly evaluations: readonly Evaluation[];
  readonly history: readonly TrainProgress[];
  /** With `searchSeconds`: what the search tried. */
  readonly search?: readonly SearchTrial[];
  readonly split: SplitTimes;
  /** The model that ships has learned from everything before this time, seconds since 1970. */
  readonly learnedTo: number;
  /** Seconds by stage. */
  readonly seconds: { readonly dataset: number; readonly train: number; readonly compress: number; readonly evaluate: number };
}

/**
 * The line: interactions → dataset → checkpoint → artifact content → evaluation; and then once more, without choosing: the
 * same settings, learned from everything, make the artifact that ships. tfjs must be ready.
 */
export async function runLine(interactions: Interactions, options: LineOptions): Promise<LineResult> {
  const { seed = 1, clock = () => performance.now() } = options;
  const { recipe, codec, content, sequences, ...judged } = await judge(interactions, { ...options, clock });
  freeMemory();
  const started = clock();
  const everything = options.known ? buildDataset(options.known, { validationFrom: Infinity, testFrom: Infinity }, options) : buildWholeDataset(sequences);
  const checkpoint = await trainAgain(everything, recipe, { path: options.path, seconds: options.seconds, clock, onProgress: options.onProgress, cancelled: options.cancelled });
  freeMemory();
  const trained = clock();
  const placed = content ? placeNewItems(checkpoint, {
    catalogue: readCatalogue(options.products!), occurrences: everything.counts.occurrences, ids: options.products!.map(({ id }) => id), settings: content, companions: codec.neighbours,
  }) : checkpoint;
  const packed = addLists(packPlaced(placed, codec, codecCases(everything.sequences, seed).training), everything.sequences);
  const compressed = clock();
  const evaluations = evaluateFinal(sequences, judged.evaluations, { final: previewModel(packed), live: options.live, seed });
  const { time } = everything.sequences;
  const { seconds } = judged;
  const learnedTo = time.length === 0 ? 0 : time[time.length - 1] + 1;
  const occurrences = new Float32Array(placed.itemIds.length);
  occurrences.set(everything.counts.occurrences);
  const learned: LearnedModel = {
    checkpoint: placed, occurrences, recipe, codec, content, learnedTo,
    full: { learnedTo, lead: leadOf(judged.evaluations), split: sequences.split },
  };
  return {
    ...judged, packed, evaluations, ...(options.keepCheckpoint && { checkpoint, learned }), split: sequences.split, learnedTo,
    seconds: {
      ...seconds, train: seconds.train + (trained - started) / 1000, compress: seconds.compress + (compressed - trained) / 1000, evaluate: seconds.evaluate + (clock() - compressed) / 1000,
    },
  };
}

/** Chooses on the validation data and is judged by the test data. What is not handed back, the counts of pairs above all, can be freed. */
async function judge(interactions: Interactions, options: LineOptions & { readonly clock: () => number }) {
  const { seed = 1, clock, live } = options;
  const started = clock();
  const dataset = buildDataset(interactions, options.split ?? options.resume?.split, options);
  const prepared = clock();
  const questions = options.questions && inRows(options.questions, interactions, dataset);
  const { checkpoint, recipe } = await trainRecommendation(dataset, { ...options, cases: questions });
  freeMemory();
  const trained = clock();
  const { sequences } = dataset;
  const { packed: candidate, codec, trials: codecs } = chooseCodec(checkpoint, codecCases(sequences, seed, questions));
  freeMemory();
  const compressed = clock();
  const evaluations = evaluateRecommendation(dataset, previewModel(candidate), { dataset: options.dataset, seed, live: live && hasLearned(live, sequences.split.testFrom) ? undefined : live });
  const { history, search } = checkpoint;
  const content: ContentSettings | undefined = options.products
    && chooseContentSettings(checkpoint, readCatalogue(options.products), dataset.counts.occurrences, questions ?? validationCases(sequences, seed), seed).settings;
  return {
    recipe, codec, content, codecs, candidate, sequences, evaluations, history, search,
    seconds: {
      dataset: (prepared - started) / 1000, train: (trained - prepared) / 1000,
      compress: (compressed - trained) / 1000, evaluate: (clock() - compressed) / 1000,
    },
  };
}

/** Packs a model, new items and all, as the codec says. */
export function packPlaced(checkpoint: Checkpoint, codec: Codec, training: readonly Case[]): PackedModel {
  return applyCodec(checkpoint, checkpoint.placed ? { ...codec, neighbours: checkpoint.placed.companions } : codec, training);
}

/** NDCG@20 of what ships over that of co-purchase, tasks weighed by their cases; 0 where nothing was asked. */
function leadOf(evaluations: readonly Evaluation[]): number {
  const sum = (model: string) => evaluations.reduce((total, { cases, rows }) => total + cases * (rows.find((row) => row.model === model)?.metrics['NDCG@20'] ?? 0), 0);
  const [shipped, baseline] = [sum('shipped'), sum('co-purchase')];
  return baseline > 0 ? shipped / baseline : 0;
}

/** Questions over the vocabulary of the interactions → questions over the dataset's rows. */
function inRows(questions: ReadonlyMap<Task, readonly Case[]>, { itemIds }: Interactions, { sequences }: Dataset): Map<Task, Case[]> {
  const rowOf = new Map(sequences.itemIds.map((id, row) => [id, row]));
  const row = Int32Array.from(itemIds, (id) => rowOf.get(id)!);
  return new Map([...questions].map(([task, cases]) =>
    [task, cases.map((question) => ({ ...question, items: question.items.map((item) => row[item]), targets: question.targets.map((item) => row[item]) }))]));
}
