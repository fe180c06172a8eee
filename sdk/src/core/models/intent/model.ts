import * as tf from '@tensorflow/tfjs-core';
import { type IntentConfig, intentShapes } from './config.ts';

/** The trainable tensors, by the names of `intentShapes`. */
export type IntentParams = Readonly<Record<string, tf.Tensor>>;

/** Factors on the hidden units, [B, k × h] each: inverted dropout in training, absent otherwise. */
export interface IntentDropout {
  readonly first: tf.Tensor2D;
  readonly second: tf.Tensor2D;
}

/** Random numbers in [0, 1). */
export type Random = () => number;

/** Initial values by name. Members begin apart by random signs on the inputs; a single member has none. */
export function initIntent(config: IntentConfig, random: Random): Map<string, { shape: readonly number[]; data: Float32Array }> {
  const { width: d, hidden: h, members: k } = config;
  const uniform = (fan: number) => () => (2 * random() - 1) / Math.sqrt(fan);
  const fill: Readonly<Record<string, () => number>> = {
    first: uniform(d), second: uniform(h), last: uniform(h), first_bias: uniform(d), second_bias: uniform(h),
    first_in: () => (k > 1 && random() < 0.5 ? -1 : 1), last_bias: () => 0,
  };
  return new Map([...intentShapes(config)].map(([name, shape]) => {
    const data = new Float32Array(shape.reduce((size, axis) => size * axis, 1));
    return [name, { shape, data: data.map(fill[name] ?? (() => 1)) }];
  }));
}

/**
 * Log-odds of a yes by each member (README.md has the equations).
 * @param rows encoded rows, [B, d]
 * @returns [B, k]
 */
export function intentLogits(params: IntentParams, rows: tf.Tensor2D, dropout?: IntentDropout): tf.Tensor2D {
  const [k, h] = params.last.shape;
  const [b, d] = rows.shape;
  // All members in one product: their first layers side by side, [d, k × h].
  const first = tf.reshape(tf.mul(tf.reshape(params.first, [d, 1, h]), tf.reshape(tf.transpose(params.first_in), [d, k, 1])), [d, k * h]) as tf.Tensor2D;
  const flat = (name: string) => tf.reshape(params[name], [1, k * h]);
  const unit = (input: tf.Tensor, layer: 'first' | 'second') => {
    const active = tf.relu(tf.add(tf.mul(input, flat(`${layer}_out`)), flat(`${layer}_bias`)));
    return dropout ? tf.mul(active, dropout[layer]) : active;
  };
  const low = unit(tf.matMul(rows, first), 'first');
  const shared = tf.matMul(tf.reshape(tf.mul(low, flat('second_in')), [b * k, h]), params.second as tf.Tensor2D);
  const high = unit(tf.reshape(shared, [b, k * h]), 'second');
  return tf.add(tf.sum(tf.reshape(tf.mul(high, flat('last')), [b, k, h]), 2), tf.reshape(params.last_bias, [1, k])) as tf.Tensor2D;
}
