import * as tf from '@tensorflow/tfjs-core';
import { bonusIndex, positionBucket } from '@vitrine/sdk/core';
import type { Batch, Repeats } from '@vitrine/sdk/core/models/recommendation/model';
import type { Example } from './examples.ts';

/** Up to this many items every item is a candidate; above it, a sample of this size. */
export const CANDIDATES = 1024;

export interface TrainingBatch {
  /** Rows of the item table that take part, [U]; absent when all do. */
  readonly rows?: tf.Tensor1D;
  readonly sessions: Batch;
  readonly repeats: Repeats;
  /** Subtracted from the scores: log of the chance to be among the candidates, [1, C]; absent when all are. */
  readonly correction?: tf.Tensor2D;
  /** The first `candidates` of the rows are scored. */
  readonly candidates: number;
  /** [B, C], rows sum to 1. */
  readonly targets: tf.Tensor2D;
}

/** Draws rows with probability ∝ frequency^0.75 (Mikolov et al., 2013). */
export function createSampler(frequency: Float64Array, random: () => number) {
  const cumulative = new Float64Array(frequency.length);
  let total = 0;
  for (let i = 0; i < frequency.length; i++) cumulative[i] = total += (frequency[i] + 1) ** 0.75;
  return {
    probability: (row: number) => (frequency[row] + 1) ** 0.75 / total,
    draw(): number {
      const wanted = random() * total;
      let low = 0;
      let high = cumulative.length - 1;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (cumulative[middle] > wanted) high = middle;
        else low = middle + 1;
      }
      return low;
    },
  };
}

export type Sampler = ReturnType<typeof createSampler>;

/**
 * Pads examples to one batch of tensors. The caller disposes it by `tf.tidy`.
 * @param dropout share of the entries of the session's item vectors set to zero
 */
export function makeBatch(
  examples: readonly Example[], options: { items: number; dim: number; maxLength: number; dropout: number; random: () => number; sampler: Sampler },
): TrainingBatch {
  const { items: n, dim, maxLength, dropout, random, sampler } = options;
  const b = examples.length;
  const t = Math.max(1, ...examples.map((example) => Math.min(maxLength, example.items.length)));

  const rowPlace = n > CANDIDATES ? new Map<number, number>() : undefined;
  const rows: number[] = [];
  const place = (row: number) => {
    if (!rowPlace) return row;
    let at = rowPlace.get(row);
    if (at === undefined) {
      at = rows.push(row) - 1;
      rowPlace.set(row, at);
    }
    return at;
  };
  let candidates = n;
  if (rowPlace) {
    for (const { targets } of examples) for (const row of targets) place(row);
    for (let draws = 0; draws < CANDIDATES; draws++) place(sampler.draw());
    candidates = rows.length;
  }

  const item = new Int32Array(b * t);
  const kind = new Int32Array(b * t);
  const position = new Int32Array(b * t);
  const mask = new Float32Array(b * t);
  const goal = new Int32Array(b);
  const target = new Float32Array(b * candidates);
  const cells: number[] = [];
  const bonuses: number[] = [];
  const distinct = new Map<number, number>();
  examples.forEach((example, row) => {
    goal[row] = example.goal;
    const length = example.items.length;
    for (let i = 0; i < length; i++) {
      const distance = length - 1 - i;
      const column = place(example.items[i]);
      if (distance < t) {
        const at = row * t + (t - 1 - distance);
        item[at] = column;
        kind[at] = example.kinds[i];
        position[at] = positionBucket(distance);
        mask[at] = 1;
      }
      if (column < candidates) {
        cells.push(row * candidates + column);
        distinct.set(row * candidates + column, example.items[i]);
        bonuses.push(bonusIndex(example.goal, example.kinds[i], distance));
      }
    }
    example.targets.forEach((wanted, i) => { target[row * candidates + place(wanted)] += example.shares?.[i] ?? 1 / example.targets.length; });
  });

  return {
    rows: rowPlace ? tf.tensor1d(Int32Array.from(rows), 'int32') : undefined,
    candidates,
    sessions: {
      items: tf.tensor2d(item, [b, t], 'int32'), kinds: tf.tensor2d(kind, [b, t], 'int32'),
      positions: tf.tensor2d(position, [b, t], 'int32'), mask: tf.tensor3d(mask, [b, t, 1]), goals: tf.tensor1d(goal, 'int32'),
      dropout: dropout > 0 ? tf.tensor3d(dropoutMask(b * t * dim, dropout, random), [b, t, dim]) : undefined,
    },
    repeats: {
      cell: tf.tensor1d(Int32Array.from(cells), 'int32'), bonus: tf.tensor1d(Int32Array.from(bonuses), 'int32'),
      distinctCell: tf.tensor1d(Int32Array.from(distinct.keys()), 'int32'), distinctRow: tf.tensor1d(Int32Array.from(distinct.values()), 'int32'),
    },
    correction: rowPlace
      ? tf.tensor2d(Float32Array.from(rows.slice(0, candidates), (row) => Math.log(inclusion(sampler.probability(row)))), [1, candidates])
      : undefined,
    targets: tf.tensor2d(target, [b, candidates]),
  };
}

/** Chance that a row is drawn at least once. */
function inclusion(probability: number): number {
  return -Math.expm1(CANDIDATES * Math.log1p(-probability));
}

function dropoutMask(size: number, rate: number, random: () => number): Float32Array {
  const mask = new Float32Array(size);
  const keep = 1 / (1 - rate);
  for (let i = 0; i < size; i++) if (random() >= rate) mask[i] = keep;
  return mask;
}
