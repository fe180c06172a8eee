import * as tf from '@tensorflow/tfjs-core';

/**
 * Mean cross-entropy between softmax(logits) and the targets, in nats:
 * L = (1/B) Σ_b [ logsumexp(z_b) − Σ_c y_bc z_bc ], with Σ_c y_bc = 1.
 *
 * The gradient is written out, (softmax(z) − y) / B: deriving it through logsumexp costs several more passes over the
 * [B, C] matrix.
 *
 * @param logits [B, C]
 * @param targets [B, C], rows sum to 1
 * @returns scalar
 */
export const crossEntropy = tf.customGrad((...inputs: Array<tf.Tensor | tf.GradSaveFunc>) => {
  const [logits, targets, save] = inputs as unknown as [tf.Tensor2D, tf.Tensor2D, tf.GradSaveFunc];
  const batch = logits.shape[0];
  const peak = tf.max(logits, 1, true);
  const exponentials = tf.exp(tf.sub(logits, peak));
  const total = tf.sum(exponentials, 1, true);
  const logTotal = tf.add(tf.log(total), peak);
  const value = tf.div(tf.sub(tf.sum(logTotal), tf.sum(tf.mul(targets, logits))), batch) as tf.Scalar;
  save([exponentials, total, targets]);
  return {
    value,
    gradFunc: (upstream: tf.Tensor, saved: tf.Tensor[]) => {
      const [kept, sum, wanted] = saved;
      const gradient = tf.mul(tf.sub(tf.div(kept, sum), wanted), tf.div(upstream, batch));
      return [gradient, tf.zerosLike(wanted)];
    },
  };
}) as (logits: tf.Tensor2D, targets: tf.Tensor2D) => tf.Scalar;
