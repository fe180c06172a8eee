import type { Combination } from '@vitrine/sdk/core';
import { others } from '../../evaluate/tabular/folds.ts';
import type { Table } from '../../evaluate/tabular/table.ts';
import { fitBinner, type Binner } from './bin-columns.ts';
import { BOOST, type BoostedTrees, type BoostOptions, growBoostedTrees, predictBoostedTrees } from './boosted-trees.ts';

/** Boosted trees, one for each part of the training rows left out of it. */
export interface Teacher {
  readonly bags: readonly { readonly binner: Binner; readonly trees: BoostedTrees }[];
  /** For each training row the probability by the bag that has not seen it; NaN elsewhere. */
  readonly unseen: Float64Array;
}

export interface TrainTeacherOptions {
  readonly boost?: Partial<BoostOptions>;
  readonly seed: number;
  /** Called before each bag; throws to stop. */
  readonly onBag?: (bag: number) => void;
}

/** Trains the bags. @param parts the training rows in parts: bag i learns from all but part i, which stops it */
export function trainTeacher(table: Table, combinations: readonly Combination[], parts: readonly Uint32Array[], { boost, seed, onBag }: TrainTeacherOptions): Teacher {
  const unseen = new Float64Array(table.labels.length).fill(Number.NaN);
  const scores = new Float64Array(table.labels.length);
  const bags = parts.map((validation, bag) => {
    onBag?.(bag);
    const training = others(parts, bag);
    const binner = fitBinner(table, combinations, training);
    const columns = binner(table);
    const trees = growBoostedTrees(columns, table.labels, training, validation, { ...BOOST, ...boost, seed: seed * 1000 + bag });
    predictBoostedTrees(trees, columns, validation, scores);
    for (const row of validation) unseen[row] = probability(scores[row]);
    return { binner, trees };
  });
  return { bags, unseen };
}

/** Probabilities of a yes, the bags' mean, for every row of a table. */
export function predictTeacher({ bags }: Teacher, table: Pick<Table, 'columns'>, count: number): Float64Array {
  const rows = Uint32Array.from({ length: count }, (_, row) => row);
  const result = new Float64Array(count);
  const scores = new Float64Array(count);
  for (const { binner, trees } of bags) {
    predictBoostedTrees(trees, binner(table), rows, scores);
    for (let row = 0; row < count; row++) result[row] += probability(scores[row]) / bags.length;
  }
  return result;
}

const probability = (logit: number): number => 1 / (1 + Math.exp(-logit));
