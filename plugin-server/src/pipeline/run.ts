import type { RecommendationModel } from '@vitrine/sdk/core';
import { compressRecommendation, type PackedModel, previewModel } from './compress/compress-recommendation.ts';
import { buildDataset } from './dataset/build-dataset.ts';
import type { SplitTimes } from './dataset/sequences.ts';
import { evaluateRecommendation } from './evaluate/evaluate-recommendation.ts';
import { trainRecommendation, type TrainOptions } from './train/train-recommendation.ts';
import type { Evaluation, Interactions, TrainProgress } from './types.ts';

export interface LineOptions extends Omit<TrainOptions, 'clock'> {
  readonly dataset: string;
  /** The model live now, evaluated beside the candidate. */
  readonly live?: RecommendationModel;
  readonly clock?: () => number;
}

export interface LineResult {
  readonly packed: PackedModel;
  readonly evaluations: readonly Evaluation[];
  readonly history: readonly TrainProgress[];
  readonly split: SplitTimes;
  /** Seconds by stage. */
  readonly seconds: { readonly dataset: number; readonly train: number; readonly compress: number; readonly evaluate: number };
}

/** The line: interactions → dataset → checkpoint → artifact content → evaluation. tfjs must be ready. */
export function runLine(interactions: Interactions, options: LineOptions): LineResult {
  const { seed = 1, clock = () => performance.now() } = options;
  const started = clock();
  const dataset = buildDataset(interactions);
  const prepared = clock();
  const checkpoint = trainRecommendation(dataset, { ...options, clock });
  const trained = clock();
  const packed = compressRecommendation(checkpoint);
  const compressed = clock();
  const evaluations = evaluateRecommendation(dataset, previewModel(packed), { dataset: options.dataset, seed, live: options.live });
  const evaluated = clock();
  return {
    packed, evaluations, history: checkpoint.history, split: dataset.sequences.split,
    seconds: {
      dataset: (prepared - started) / 1000, train: (trained - prepared) / 1000,
      compress: (compressed - trained) / 1000, evaluate: (evaluated - compressed) / 1000,
    },
  };
}
