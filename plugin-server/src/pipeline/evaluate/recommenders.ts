import { createJsScorer, encodeSession, REPEAT_LENGTH, type RecommendationModel, selectTop } from '@vitrine/sdk/core';
import type { Case } from '../dataset/cases.ts';
import type { Cooccurrence } from '../dataset/cooccurrence.ts';

/** Anything that ranks rows for a case, best first, at most k. */
export type Recommender = (question: Case, k: number) => number[];

const NOTHING: ReadonlySet<number> = new Set();

/** Always the most bought items: rows are numbered by popularity. */
export function popularityRecommender(items: number): Recommender {
  return ({ items: seen, withoutSeen }, k) => {
    const skip = withoutSeen ? new Set(seen) : NOTHING;
    const rows: number[] = [];
    for (let row = 0; row < items && rows.length < k; row++) if (!skip.has(row)) rows.push(row);
    return rows;
  };
}

export interface CoPurchaseOptions {
  /** Neighbours weigh count / occurrences^damping of the neighbour: 0 conditional probability, 0.5 cosine-like. */
  readonly damping: number;
  /** What an item of the session adds to itself; lets baskets repeat. */
  readonly reminder: number;
  /** Weight of an item falls by this factor for each item after it in the session. */
  readonly decay: number;
}

/** Items bought with the session's items: Σ over the session of P(item | seen), with reminders. */
export function coPurchaseRecommender(counts: Cooccurrence, options: CoPurchaseOptions): Recommender {
  const { start, column, count, occurrences, items } = counts;
  const scores = new Float64Array(items);
  return ({ items: seen, withoutSeen }, k) => {
    scores.fill(0);
    let weight = 1;
    for (let i = seen.length - 1; i >= 0; i--, weight *= options.decay) {
      const item = seen[i];
      const scale = weight / Math.max(1, occurrences[item]);
      for (let at = start[item]; at < start[item + 1]; at++) scores[column[at]] += (scale * count[at]) / occurrences[column[at]] ** options.damping;
      scores[item] += (weight * options.reminder) / Math.max(1, occurrences[item]) ** options.damping;
    }
    return selectTop(scores, 1, undefined, new Map(), withoutSeen ? new Set(seen) : NOTHING, k).map(({ row }) => row);
  };
}

/** The shipped model, ranked by the browser's own code over the shipped int8 values. */
export function shippedRecommender(model: RecommendationModel): Recommender {
  const scorer = createJsScorer(model);
  const bias = model.params.get('item_bias');
  return ({ goal, items, kinds, withoutSeen }, k) => {
    const skip = withoutSeen ? new Set(items) : NOTHING;
    const encoded = encodeSession(model, { rows: items.slice(-REPEAT_LENGTH), kinds: kinds.slice(-REPEAT_LENGTH) }, goal);
    const dots = scorer.score(encoded.query) as Int32Array;
    return selectTop(dots, encoded.unit, bias, encoded.bonus, skip, k).map(({ row }) => row);
  };
}
