import * as tf from '@tensorflow/tfjs-core';
import { encodeRow, type Feature, featureOffsets, type IntentConfig } from '@vitrine/sdk/core';
import { intentLoss } from '@vitrine/sdk/core/models/intent/loss';
import { initIntent, type IntentDropout, intentLogits } from '@vitrine/sdk/core/models/intent/model';
import { createRandom, shuffle, streamSeed } from '../../dataset/random.ts';
import { rowOf, type Table } from '../../evaluate/tabular/table.ts';
import type { TrainProgress } from '../../types.ts';
import { cosineSchedule } from '../adam.ts';
import { fit } from '../fit.ts';
import type { Arrays } from '../learner.ts';
import { createTfjsLearner } from '../tfjs-learner.ts';

/** Rows to learn, and what should be said of each. */
export interface Lesson {
  readonly table: Pick<Table, 'columns'>;
  readonly rows: Uint32Array;
  /** Probability of a yes, by row of the table. */
  readonly targets: ArrayLike<number>;
}

export interface TrainNetworkOptions {
  readonly hidden: number;
  readonly members: number;
  readonly epochs: number;
  readonly batch: number;
  readonly learningRate: number;
  /** Decoupled weight decay of the matrices. */
  readonly decay: number;
  /** Share of hidden units left out of a step. */
  readonly dropout: number;
  readonly seed: number;
  readonly clock: () => number;
  readonly onProgress?: (progress: TrainProgress) => void;
  readonly cancelled?: () => boolean;
}

/** Trains the intent model on lessons, through TensorFlow.js; `startTfjs` comes before. */
export async function trainNetwork(features: readonly Feature[], lessons: readonly Lesson[], options: TrainNetworkOptions): Promise<{ config: IntentConfig; params: Arrays }> {
  const { hidden, members, epochs, batch: size, seed } = options;
  const { width } = featureOffsets(features);
  const config: IntentConfig = { width, hidden, members };
  const examples = lessons.flatMap(({ rows }, lesson) => Array.from(rows, (row) => ({ lesson, row })));
  const stepsPerEpoch = Math.ceil(examples.length / size);
  const encoded = lessons.map(({ table, rows }) => encodeRows(features, table, rows, width));

  const learner = createTfjsLearner<readonly number[], { rows: tf.Tensor2D; targets: tf.Tensor2D; dropout?: IntentDropout }>({
    start: initIntent(config, createRandom(streamSeed(seed, 1))),
    decay: { first: options.decay, second: options.decay, last: options.decay },
    * sources(epoch) {
      const order = shuffle(Array.from(examples, (_, at) => at), createRandom(streamSeed(seed, 2, epoch)));
      for (let from = 0; from < order.length; from += size) yield order.slice(from, from + size);
    },
    batch(chosen, epoch, step) {
      const rows = new Float32Array(chosen.length * width);
      const targets = new Float32Array(chosen.length);
      for (const [at, example] of chosen.entries()) {
        const { lesson, row } = examples[example];
        rows.set(encoded[lesson](row), at * width);
        targets[at] = lessons[lesson].targets[row];
      }
      const shape: [number, number] = [chosen.length, members * hidden];
      return {
        rows: tf.tensor2d(rows, [chosen.length, width]), targets: tf.tensor2d(targets, [chosen.length, 1]),
        dropout: options.dropout === 0 ? undefined : dropoutOf(shape, options.dropout, createRandom(streamSeed(seed, 3, epoch, step))),
      };
    },
    loss: (params, { rows, targets, dropout }) => intentLoss(intentLogits(params, rows, dropout), targets),
    learningRate: (epoch, step) => cosineSchedule(options.learningRate, (epoch + step / stepsPerEpoch) / epochs),
  });
  try {
    const { values } = await fit({
      learner, epochs, stepsPerEpoch, patience: Infinity, clock: options.clock,
      onProgress: options.onProgress ?? (() => {}), cancelled: options.cancelled ?? (() => false),
    });
    return { config, params: values };
  } finally {
    learner.dispose();
  }
}

/** Encoded rows by their number in the table, each encoded once. */
function encodeRows(features: readonly Feature[], table: Pick<Table, 'columns'>, rows: Uint32Array, width: number): (row: number) => Float32Array {
  const all = new Float32Array(rows.length * width);
  const place = new Map<number, number>();
  for (const [at, row] of rows.entries()) {
    encodeRow(features, rowOf(table, row), all, at * width);
    place.set(row, at);
  }
  return (row) => all.subarray(place.get(row)! * width, (place.get(row)! + 1) * width);
}

function dropoutOf(shape: [number, number], rate: number, random: () => number): IntentDropout {
  const mask = () => tf.tensor2d(Float32Array.from({ length: shape[0] * shape[1] }, () => (random() < rate ? 0 : 1 / (1 - rate))), shape);
  return { first: mask(), second: mask() };
}
