import { encodeSession, REPEAT_LENGTH, type RecommendationModel } from '@vitrine/sdk/core';
import type { Case } from '../dataset/cases.ts';

/** First and second moment of the directions sessions point in: what the catalogue will be multiplied with. */
export interface QueryStatistics {
  /** Mean of the unit session vectors, [dim]. */
  readonly mean: Float64Array;
  /** Their covariance, [dim × dim]. */
  readonly covariance: Float64Array;
}

/** Moments of the session vectors of these cases; undefined without cases. */
export function queryStatistics(model: RecommendationModel, cases: readonly Case[]): QueryStatistics | undefined {
  if (cases.length === 0) return undefined;
  const d = model.config.dim;
  const mean = new Float64Array(d);
  const covariance = new Float64Array(d * d);
  for (const { items, kinds, goal } of cases) {
    const { query } = encodeSession(model, { rows: items.slice(-REPEAT_LENGTH), kinds: kinds.slice(-REPEAT_LENGTH) }, goal);
    const length = Math.hypot(...query) || 1;
    const unit = Float64Array.from(query, (value) => value / length);
    for (let i = 0; i < d; i++) {
      mean[i] += unit[i] / cases.length;
      for (let j = 0; j < d; j++) covariance[i * d + j] += (unit[i] * unit[j]) / cases.length;
    }
  }
  for (let i = 0; i < d; i++) for (let j = 0; j < d; j++) covariance[i * d + j] -= mean[i] * mean[j];
  return { mean, covariance };
}
