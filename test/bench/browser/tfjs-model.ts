import * as tf from '@tensorflow/tfjs-core';
import { GOALS, KINDS, positionBucket } from '../../../sdk/src/core/models/recommendation/config.ts';
import { type Batch, encode, score } from '../../../sdk/src/core/models/recommendation/model.ts';
import { readTensors } from '../peers/tensor-file.ts';
import type { BenchRequest } from './messages.ts';
import { type Peer, rowOf } from './serve-peer.ts';

/**
 * The naive way: the reference model in stock tfjs operations, float32, the catalogue as one tensor, `topk` at the end.
 *
 * @param start picks the tfjs backend; gets the folder of its files
 * @param inWorker reads the result at once, which nothing waits for in a Worker; a page must not block, so it waits
 */
export function tfjsPeer(start: (assets: string) => Promise<unknown>, inWorker = typeof document === 'undefined'): Peer {
  return {
    async load({ bytes, assets }) {
      await start(assets);
      await tf.ready();
      const params: Record<string, tf.Tensor> = {};
      for (const [name, { shape, data }] of readTensors(bytes)) params[name] = tf.tensor(data, [...shape]);
      const table = params.item_table as tf.Tensor2D;
      return async (request) => {
        const top = tf.tidy(() => {
          const query = encode(params, table, batchOf(request));
          const scores = score(params, query, table, params.item_bias as tf.Tensor1D);
          return tf.topk(tf.reshape(scores, [-1]), request.limit).indices;
        });
        const rows = inWorker ? top.dataSync() : await top.data();
        top.dispose();
        return rows;
      };
    },
  };
}

/** One session as the reference model wants it, without padding. */
export function batchOf({ session, goal }: BenchRequest): Batch {
  const length = session.length;
  return {
    items: tf.tensor2d([session.map(({ id }) => rowOf(id))], [1, length], 'int32'),
    kinds: tf.tensor2d([session.map(({ kind }) => KINDS.indexOf(kind))], [1, length], 'int32'),
    positions: tf.tensor2d([session.map((_, at) => positionBucket(length - 1 - at))], [1, length], 'int32'),
    mask: tf.ones([1, length, 1]),
    goals: tf.tensor1d([GOALS.indexOf(goal)], 'int32'),
  };
}
