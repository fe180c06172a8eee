import type { RecommendationModel } from '@vitrine/sdk/core';
import { codecCases } from './compress/choose-codec.ts';
import { type PackedModel, previewModel } from './compress/compress-recommendation.ts';
import { buildDataset, type DatasetOptions } from './dataset/build-dataset.ts';
import { shippedRecommender } from './evaluate/recommenders.ts';
import { addLists } from './lists/add-lists.ts';
import { packPlaced } from './run.ts';
import type { TrainingPath } from './train/choose-device.ts';
import { readCatalogue } from './train/content/choose-settings.ts';
import type { Interactions, ProductContent, TrainProgress } from './types.ts';
import type { LearnedModel } from './train/update/learned-model.ts';
import { newCases, type NewScore, scoreCases, scoreOnNew } from './train/update/score-on-new.ts';
import { updateRecommendation } from './train/update/update-recommendation.ts';

export interface UpdateOptions extends DatasetOptions {
  /** The model to go on from; without its companions. */
  readonly learned: LearnedModel;
  /** The same as it is live: it is scored on what came after it. */
  readonly live: RecommendationModel;
  /** Products that may be shown. */
  readonly products: readonly ProductContent[];
  readonly seed?: number;
  readonly path?: TrainingPath;
  readonly clock?: () => number;
  readonly onProgress?: (progress: TrainProgress) => void;
  readonly cancelled?: () => boolean;
}

export interface UpdateResult {
  readonly packed: PackedModel;
  readonly learned: LearnedModel;
  /** How the model that was live did on the orders and visits that came after it. */
  readonly onNew: NewScore;
  /** NDCG@20 on the same cases once they have been learned from: less than before would say that the update is broken. */
  readonly after: number;
  /** New orders and visits; products placed by their content. */
  readonly groups: number;
  readonly placed: number;
  /** Seconds by stage. */
  readonly seconds: { readonly dataset: number; readonly train: number; readonly compress: number; readonly evaluate: number };
}

/**
 * The line of a daily update: the live model is scored on what came after it; then it learns from that, and takes in the
 * products that are new. Nothing is chosen anew: recipe, codec and placement are the last full training's.
 */
export async function updateLine(interactions: Interactions, options: UpdateOptions): Promise<UpdateResult> {
  const { learned, live, products, seed = 1, clock = () => performance.now() } = options;
  const started = clock();
  const dataset = buildDataset(interactions, { validationFrom: Infinity, testFrom: Infinity }, options);
  const { sequences, counts } = dataset;
  const after = sequences.time.findIndex((time) => time >= learned.learnedTo);
  const from = after < 0 ? sequences.train : after;
  const prepared = clock();
  const onNew = scoreOnNew(live, sequences, from, seed);
  const scored = clock();
  const checkpoint = await updateRecommendation(dataset, learned, {
    seed, path: options.path, clock, onProgress: options.onProgress, cancelled: options.cancelled, catalogue: readCatalogue(products), ids: products.map(({ id }) => id),
  });
  const trained = clock();
  const packed = addLists(packPlaced(checkpoint, learned.codec, codecCases(sequences, seed).training), sequences);
  const compressed = clock();
  const model = previewModel(packed);
  const cases = newCases(sequences, from, sequences.train, seed);
  const afterwards = cases.length === 0 ? 0 : scoreCases(shippedRecommender(model, sequences.itemIds), cases, sequences.itemIds.length).ndcg;
  const occurrences = new Float32Array(checkpoint.itemIds.length);
  occurrences.set(counts.occurrences);
  const { time } = sequences;
  return {
    packed, onNew, after: afterwards, groups: sequences.train - from, placed: checkpoint.placed ? checkpoint.itemIds.length - checkpoint.placed.from : 0,
    learned: { ...learned, checkpoint, occurrences, learnedTo: time.length === 0 ? learned.learnedTo : Math.max(learned.learnedTo, time[time.length - 1] + 1) },
    seconds: {
      dataset: (prepared - started) / 1000, train: (trained - scored) / 1000, compress: (compressed - trained) / 1000,
      evaluate: (scored - prepared + clock() - compressed) / 1000,
    },
  };
}
