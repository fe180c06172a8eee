import * as tf from '@tensorflow/tfjs-core';

/**
 * Mean cross-entropy of every member, in nats: softplus(z) − y z.
 * @param logits [B, k]
 * @param targets [B, 1]: 1 yes, 0 no, or a teacher's probability
 */
export function intentLoss(logits: tf.Tensor2D, targets: tf.Tensor2D): tf.Scalar {
  return tf.mean(tf.sub(tf.softplus(logits), tf.mul(logits, targets))) as tf.Scalar;
}
