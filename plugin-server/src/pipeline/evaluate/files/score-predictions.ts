import { setImmediate } from 'node:timers/promises';
import { VitrineError } from '@vitrine/sdk/core';
import type { Predictions } from './problem.ts';
import { K, RankMetrics } from './rank-metrics.ts';

/** Ranks predictions [from, to): K rows each into `rows`, best first; places left over hold -1. */
export type Ranker = (predictions: Predictions, from: number, to: number, rows: Int32Array) => void | Promise<void>;

export interface ScoreOptions {
  readonly signal?: AbortSignal;
  /** Predictions made so far. */
  readonly onProgress?: (done: number) => void;
}

/** Predictions between two looks at the signal. */
const BATCH = 256;

/** Runs a model over the predictions. @throws VitrineError `cancelled` */
export async function scorePredictions(rank: Ranker, predictions: Predictions, items: number, { signal, onProgress }: ScoreOptions = {}): Promise<ReturnType<RankMetrics['result']>> {
  const metrics = new RankMetrics(items);
  const rows = new Int32Array(BATCH * K);
  const { target, cluster } = predictions;
  for (let from = 0; from < target.length; from += BATCH) {
    await setImmediate(); // lets Ctrl-C through
    if (signal?.aborted) throw new VitrineError('cancelled', 'Evaluation stopped.');
    const to = Math.min(target.length, from + BATCH);
    rows.fill(-1);
    await rank(predictions, from, to, rows);
    for (let p = from; p < to; p++) metrics.add(rows.subarray((p - from) * K, (p - from + 1) * K), target[p], cluster[p]);
    onProgress?.(to);
  }
  return metrics.result();
}
