import * as tf from '@tensorflow/tfjs-core';
import { KINDS } from '@vitrine/sdk/core';
import type { TrainingBatch } from '../batches.ts';
import type { PackedBatch } from './pack-batch.ts';

/** Plain arrays of a packed batch, padded on the left as the reference model reads them. B sessions, T positions. */
export interface PaddedArrays {
  readonly sessions: number;
  readonly length: number;
  readonly items: Int32Array;
  readonly kinds: Int32Array;
  readonly positions: Int32Array;
  readonly mask: Float32Array;
  /** Cells of the score matrix [B, candidates] that hold a repeat, one for each entry of `bonus`; and each of them once. */
  readonly cell: Int32Array;
  readonly distinctCell: Int32Array;
  readonly distinctRow: Int32Array;
  /** Token of the packed batch at each position, -1 where padded. */
  readonly token: Int32Array;
}

export function padArrays(packed: PackedBatch): PaddedArrays {
  const { sessions: b, candidates, start } = packed;
  let t = 1;
  for (let s = 0; s < b; s++) t = Math.max(t, start[s + 1] - start[s]);
  const [items, kinds, positions] = [new Int32Array(b * t), new Int32Array(b * t), new Int32Array(b * t)];
  const mask = new Float32Array(b * t);
  const token = new Int32Array(b * t).fill(-1);
  const cell = new Int32Array(packed.repeat.length);
  const distinctCell = new Int32Array(packed.distinct.length);
  for (let s = 0; s < b; s++) {
    for (let from = start[s]; from < start[s + 1]; from++) {
      const at = s * t + t - start[s + 1] + from;
      items[at] = packed.tokenRow[from];
      positions[at] = Math.floor(packed.tokenPair[from] / KINDS.length);
      kinds[at] = packed.tokenPair[from] % KINDS.length;
      mask[at] = 1;
      token[at] = from;
    }
    for (let at = packed.repeatStart[s]; at < packed.repeatStart[s + 1]; at++) cell[at] = s * candidates + packed.repeat[at];
    for (let at = packed.distinctStart[s]; at < packed.distinctStart[s + 1]; at++) distinctCell[at] = s * candidates + packed.distinct[at];
  }
  return { sessions: b, length: t, items, kinds, positions, mask, token, cell, distinctCell, distinctRow: distinctCell.map((at) => packed.rows[at % candidates]) };
}

/**
 * A packed batch as tensors for the reference model; for comparisons.
 * @param dropout multiplies the item vectors, [B, T, d]
 */
export function padBatch(packed: PackedBatch, dim: number, dropout?: Float32Array): TrainingBatch {
  const { sessions: b, length: t, ...padded } = padArrays(packed);
  const { candidates } = packed;
  const targets = new Float32Array(b * candidates);
  for (let s = 0; s < b; s++) {
    for (let at = packed.targetStart[s]; at < packed.targetStart[s + 1]; at++) targets[s * candidates + packed.target[at]] += packed.share[at];
  }
  return {
    rows: tf.tensor1d(packed.rows, 'int32'),
    candidates,
    sessions: {
      items: tf.tensor2d(padded.items, [b, t], 'int32'), kinds: tf.tensor2d(padded.kinds, [b, t], 'int32'), positions: tf.tensor2d(padded.positions, [b, t], 'int32'),
      mask: tf.tensor3d(padded.mask, [b, t, 1]), goals: tf.tensor1d(packed.goal, 'int32'), dropout: dropout && tf.tensor3d(dropout, [b, t, dim]),
    },
    repeats: {
      cell: tf.tensor1d(padded.cell, 'int32'), bonus: tf.tensor1d(packed.bonus, 'int32'),
      distinctCell: tf.tensor1d(padded.distinctCell, 'int32'), distinctRow: tf.tensor1d(padded.distinctRow, 'int32'),
    },
    correction: tf.tensor2d(packed.correction.slice(0, candidates), [1, candidates]),
    targets: tf.tensor2d(targets, [b, candidates]),
  };
}
