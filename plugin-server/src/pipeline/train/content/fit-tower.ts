import type { ContentMatrix } from './content-matrix.ts';
import { createNearest } from './nearest-content.ts';
import { fitRidge, predictLinear } from './ridge.ts';

/** How vectors are made from content. */
export const TOWERS = ['ridge', 'nearest', 'both'] as const;
export type TowerKind = (typeof TOWERS)[number];

/** Items whose vectors were learned from shoppers. Rows of a `ContentMatrix`, and what was learned for each. */
export interface LearnedItems {
  readonly rows: Int32Array;
  /** Groups of the training part that hold the item: how well its vector is known. */
  readonly occurrences: Float32Array;
  /** Unit vectors, [rows.length × dim]. */
  readonly vectors: Float32Array;
  readonly bias: Float32Array;
  readonly dim: number;
}

/** Content → where an item would have come to lie. */
export interface ContentTower {
  /** A unit vector, and the bias that items like this one have. */
  /** @param row of the matrix; -1 for a product whose content is not known */
  place(row: number): { readonly vector: Float32Array; readonly bias: number };
}

/** Occurrences at which a learned vector counts for half: one that few shoppers made is mostly chance. */
const DOUBT = 10;
/** More learned items than this do not make a tower better; those with the longest history are taken. */
export const MOST_LEARNED = 20_000;
/** Neighbours that a vector is the mean of, and how much faster than its cosine the weight of one falls. */
const NEAREST = 20;
const SHARPNESS = 4;

/**
 * Fits a tower to learned vectors and biases: a linear map from features (ridge regression), the mean of the nearest items
 * by content, or the sum of both directions.
 *
 * @param options.penalty of the ridge
 */
export function fitTower(matrix: ContentMatrix, learned: LearnedItems, { kind, penalty }: { readonly kind: TowerKind; readonly penalty: number }): ContentTower {
  const { dim, occurrences } = learned;
  const width = dim + 1;
  const weight = occurrences.map((count) => count / (count + DOUBT));
  const targets = new Float32Array(learned.rows.length * width);
  learned.rows.forEach((_, i) => {
    targets.set(learned.vectors.subarray(i * dim, (i + 1) * dim), i * width);
    targets[i * width + dim] = learned.bias[i];
  });
  const linear = kind === 'nearest' ? undefined : fitRidge(matrix, { rows: learned.rows, weight, targets, width, penalty });
  const nearest = kind === 'ridge' ? undefined : nearestMean(matrix, learned.rows, weight, targets, width);
  return {
    place(row) {
      const parts = [linear && (row < 0 ? linear.mean : predictLinear(matrix, row, linear)), nearest?.(row)].filter((part) => part !== undefined);
      const vector = new Float32Array(dim);
      for (const part of parts) {
        const length = Math.hypot(...part.subarray(0, dim)) || 1;
        for (let k = 0; k < dim; k++) vector[k] += part[k] / length;
      }
      return { vector: unit(vector), bias: parts.reduce((sum, part) => sum + part[dim], 0) / parts.length };
    },
  };
}

/** Mean of the targets of the items most alike; of all items, where none is alike. */
function nearestMean(matrix: ContentMatrix, rows: Int32Array, weight: Float32Array, targets: Float32Array, width: number): (row: number) => Float64Array {
  const find = createNearest(matrix, rows);
  const placeOf = new Map(Array.from(rows, (row, i) => [row, i]));
  const mean = new Float64Array(width);
  const total = weight.reduce((sum, entry) => sum + entry, 0) || 1;
  rows.forEach((_, i) => { for (let k = 0; k < width; k++) mean[k] += (weight[i] / total) * targets[i * width + k]; });
  return (row) => {
    const sum = new Float64Array(width);
    let shares = 0;
    for (const { row: other, cosine } of row < 0 ? [] : find(row, NEAREST)) {
      const i = placeOf.get(other)!;
      const share = weight[i] * cosine ** SHARPNESS;
      shares += share;
      for (let k = 0; k < width; k++) sum[k] += share * targets[i * width + k];
    }
    return shares > 0 ? sum.map((entry) => entry / shares) : mean;
  };
}

function unit(vector: Float32Array): Float32Array {
  const length = Math.hypot(...vector);
  return length > 0 ? vector.map((entry) => entry / length) : vector;
}
