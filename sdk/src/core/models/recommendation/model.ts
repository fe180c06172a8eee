import * as tf from '@tensorflow/tfjs-core';
import { BONUS_SIZE, KINDS, POSITION_BUCKETS, paramShapes, type RecommendationConfig } from './config.ts';

/** The trainable tensors, by the names of `paramShapes`, plus `scale` [1] (1 / temperature). */
export type Params = Readonly<Record<string, tf.Tensor>>;

/** A padded batch of sessions. B sessions, T positions; padding stands on the left, so the last column is the newest item. */
export interface Batch {
  /** Row of the candidate table, [B, T] int32; 0 where padded. */
  readonly items: tf.Tensor2D;
  /** Position in KINDS, [B, T] int32. */
  readonly kinds: tf.Tensor2D;
  /** `positionBucket` of each position, [B, T] int32. */
  readonly positions: tf.Tensor2D;
  /** 1 where there is an item, 0 where padded, [B, T, 1]. */
  readonly mask: tf.Tensor3D;
  /** Position in GOALS, [B] int32. */
  readonly goals: tf.Tensor1D;
  /** Multiplies the session's item vectors, [B, T, d]; inverted dropout in training, absent otherwise. */
  readonly dropout?: tf.Tensor3D;
}

/** Random numbers in [0, 1). */
export type Random = () => number;

/**
 * Initial values by name. Item rows start at random unless the caller replaces them (see the trainer's PMI start); the
 * projection starts as the mean of "last item" and "readout", so an untrained model already recommends neighbours.
 */
export function init(config: RecommendationConfig, random: Random): Map<string, { shape: readonly number[]; data: Float32Array }> {
  const { dim: d } = config;
  const params = new Map<string, { shape: readonly number[]; data: Float32Array }>();
  for (const [name, shape] of paramShapes(config)) {
    const size = shape.reduce((product, axis) => product * axis, 1);
    const data = new Float32Array(size);
    if (name === 'item_table' || name === 'attention_out') gaussian(data, 1 / Math.sqrt(d), random);
    if (name === 'attention_item' || name === 'attention_last' || name === 'attention_mean') gaussian(data, 0.5 / Math.sqrt(d), random);
    if (name === 'project') for (let i = 0; i < 2 * d; i++) data[i * d + (i % d)] = 0.5;
    params.set(name, { shape, data });
  }
  params.set('scale', { shape: [1], data: Float32Array.of(config.scale) });
  return params;
}

function gaussian(data: Float32Array, deviation: number, random: Random): void {
  for (let i = 0; i < data.length; i++) {
    data[i] = deviation * Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  }
}

/** Rows scaled to unit length. rows: [U, d] → [U, d]. */
export function normaliseRows(rows: tf.Tensor2D): tf.Tensor2D {
  return tf.mul(rows, tf.rsqrt(tf.add(tf.sum(tf.square(rows), 1, true), 1e-12)));
}

/**
 * The session encoder (README.md has the equations).
 * @param table unit item vectors, [U, d]; `batch.items` are rows of it
 * @returns unit session vectors, [B, d]
 */
export function encode(params: Params, table: tf.Tensor2D, batch: Batch): tf.Tensor2D {
  const [b, t] = batch.items.shape;
  const d = table.shape[1];
  const rows = (source: tf.Tensor, index: tf.Tensor) => tf.reshape(tf.gather(source, tf.reshape(index, [-1])), [b, t, d]) as tf.Tensor3D;

  let items = tf.mul(rows(table, batch.items), batch.mask) as tf.Tensor3D; // e_t
  if (batch.dropout) items = tf.mul(items, batch.dropout);
  const tokens = tf.add(tf.add(items, rows(params.position, batch.positions)), rows(params.kind, batch.kinds)) as tf.Tensor3D; // x_t
  const lengths = tf.maximum(tf.sum(batch.mask, 1), 1); // [B, 1]
  const mean = tf.div(tf.sum(items, 1), lengths) as tf.Tensor2D;
  const last = tf.reshape(tf.slice(tokens, [0, t - 1, 0], [b, 1, d]), [b, d]) as tf.Tensor2D;

  const shared = tf.add(tf.add(tf.matMul(last, params.attention_last as tf.Tensor2D), tf.matMul(mean, params.attention_mean as tf.Tensor2D)), params.attention_bias);
  const perItem = tf.reshape(tf.matMul(tf.reshape(tokens, [b * t, d]), params.attention_item as tf.Tensor2D), [b, t, d]);
  const hidden = tf.sigmoid(tf.add(perItem, tf.reshape(shared, [b, 1, d])));
  const logits = tf.reshape(tf.matMul(tf.reshape(hidden, [b * t, d]), tf.reshape(params.attention_out, [d, 1])), [b, t, 1]);
  const attention = tf.mul(tf.exp(tf.minimum(logits, 60)), batch.mask); // softmax over t, padding left out
  const weights = tf.div(attention, tf.sum(attention, 1, true));
  const readout = tf.sum(tf.mul(items, weights), 1) as tf.Tensor2D;

  const direction = tf.add(tf.matMul(tf.concat([last, readout], 1), params.project as tf.Tensor2D), tf.gather(params.goal, batch.goals));
  return normaliseRows(direction as tf.Tensor2D);
}

/** Session items whose score gets the repeat bonus. M entries. */
export interface Repeats {
  /** Position in the flattened [B, C] score matrix, [M] int32. */
  readonly cell: tf.Tensor1D;
  /** `bonusIndex` of each entry, [M] int32. */
  readonly bonus: tf.Tensor1D;
  /** Cell and row of the item table of each distinct item of a session, [D] int32: they get the item's repeat bias once. */
  readonly distinctCell: tf.Tensor1D;
  readonly distinctRow: tf.Tensor1D;
}

/**
 * Scores of candidates: scale × cosine, plus the item's bias, plus the repeat bonus.
 * @param queries unit session vectors, [B, d]
 * @param candidates unit item vectors, [C, d]
 * @param bias of the candidates, [C]
 * @returns [B, C]
 */
export function score(params: Params, queries: tf.Tensor2D, candidates: tf.Tensor2D, bias: tf.Tensor1D, repeats?: Repeats): tf.Tensor2D {
  const b = queries.shape[0];
  const c = candidates.shape[0];
  const scaled = tf.add(tf.matMul(tf.mul(queries, params.scale), candidates, false, true), bias) as tf.Tensor2D;
  if (!repeats || repeats.cell.shape[0] === 0) return scaled;
  const values = tf.reshape(tf.gather(tf.reshape(params.bonus, [BONUS_SIZE, 1]), repeats.bonus), [-1]) as tf.Tensor1D;
  const own = tf.reshape(tf.gather(tf.reshape(params.repeat_bias, [-1, 1]), repeats.distinctRow), [-1]) as tf.Tensor1D;
  const cells = tf.concat([repeats.cell, repeats.distinctCell]) as tf.Tensor1D;
  return tf.add(scaled, tf.reshape(tf.unsortedSegmentSum(tf.concat([values, own]) as tf.Tensor1D, cells, b * c), [b, c]));
}

/** Sizes that the tables above must agree on; a change of either is a new artifact format. */
export const TABLE_SIZES = { kinds: KINDS.length, positions: POSITION_BUCKETS, bonus: BONUS_SIZE } as const;
