import { type Combination, type Feature, type IntentConfig, prepareIntent, type Row } from '@vitrine/sdk/core';
import { intentLogit } from '@vitrine/sdk/core/models/intent/forward';
import { stratifiedParts } from '../../evaluate/tabular/folds.ts';
import { rowOf, type Table } from '../../evaluate/tabular/table.ts';
import type { Arrays } from '../learner.ts';
import { chooseCombinations } from './choose-combinations.ts';
import { plainColumns } from './combinations.ts';
import { fitFeatures } from './fit-features.ts';
import { mixRows } from './mix-rows.ts';
import { trainNetwork } from './train-network.ts';
import { predictTeacher, trainTeacher } from './train-teacher.ts';

/** Where every table starts: chosen on online-shoppers-intention, as decision 0021 says. */
export const INTENT = {
  bags: 8, combinations: 12, bins: 16, levelRows: 20, hidden: 40,
  epochs: 12, batch: 256, learningRate: 0.004, decay: 0.001, mixedShare: 0.15, mixedRows: 2, mostMixed: 40_000,
} as const;

export interface TrainIntentOptions {
  readonly seed: number;
  readonly clock: () => number;
  /** What is being done, and the share of the training that is done. */
  readonly onProgress?: (what: string, share: number) => void;
  readonly cancelled?: () => boolean;
  /** Throws when the training should stop. */
  readonly check?: () => void;
}

export interface TrainedIntent {
  readonly config: IntentConfig;
  readonly features: readonly Feature[];
  /** By the names of `intentShapes`. */
  readonly params: Arrays;
  /** The pairs of columns that got inputs of their own. */
  readonly combinations: readonly Combination[];
  /** The ensemble's probability of a yes for every row of the table: trees and network by the mean of their log-odds. */
  readonly ensemble: Float64Array;
}

/**
 * Trains the intent model on some rows of a table: pairs of columns worth an input are chosen, bagged trees learn the labels,
 * and one small network learns the trees' answers on the training rows and on mixed ones. `startTfjs` comes before.
 *
 * @throws VitrineError `cancelled`
 */
export async function trainIntent(table: Table, training: Uint32Array, { seed, clock, onProgress, cancelled, check }: TrainIntentOptions): Promise<TrainedIntent> {
  const step = (what: string, share: number) => {
    check?.();
    onProgress?.(what, share);
  };
  const parts = stratifiedParts(table.labels, training, INTENT.bags, seed);
  step('choosing pairs of columns', 0);
  const combinations = chooseCombinations(table, parts, INTENT.combinations);
  const inputs = [...plainColumns(table), ...combinations];
  const teacher = trainTeacher(table, inputs, parts, { seed, onBag: (bag) => step(`trees, bag ${bag + 1} of ${INTENT.bags}`, 0.25 + (0.25 * bag) / INTENT.bags) });
  const answers = predictTeacher(teacher, table, table.labels.length);
  const count = Math.min(INTENT.mostMixed, INTENT.mixedRows * training.length);
  const mixed = mixRows(table, training, count, INTENT.mixedShare, seed);
  const features = fitFeatures(table, inputs, training, INTENT);
  step('network', 0.5);
  const { config, params } = await trainNetwork(features, [
    { table, rows: training, targets: answers },
    { table: mixed, rows: Uint32Array.from({ length: count }, (_, row) => row), targets: predictTeacher(teacher, mixed, count) },
  ], {
    ...INTENT, members: 1, dropout: 0, seed, clock, cancelled,
    onProgress: ({ epoch, epochs, step: at, steps }) => onProgress?.(`network, epoch ${epoch} of ${epochs}`, 0.5 + (0.5 * (epoch - 1 + at / steps)) / epochs),
  });
  const network = prepareIntent(config, features, params);
  const ensemble = answers.map((answer, row) => sigmoid((Math.log(answer / (1 - answer)) + intentLogit(network, rowOf(table, row) satisfies Row)) / 2));
  return { config, features, params, combinations, ensemble };
}

const sigmoid = (logit: number): number => 1 / (1 + Math.exp(-logit));
