import { createJsScan, createWasmScan, encodeSession, REPEAT_LENGTH, type RecommendationModel, selectTop, topRows } from '@vitrine/sdk/core';
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
    return selectTop(scores, k, withoutSeen ? new Set(seen) : NOTHING).map(({ row }) => row);
  };
}

/**
 * The shipped model, ranked by the browser's own code over the shipped int8 values.
 * @param itemIds product ids of the cases' rows, which may be numbered otherwise than the model's
 */
export function shippedRecommender(model: RecommendationModel, itemIds: readonly string[] = model.itemIds): Recommender {
  const scan = createWasmScan(model) ?? createJsScan(model);
  const toModel = Int32Array.from(itemIds, (id) => model.rowOf.get(id) ?? -1);
  const places = new Map(itemIds.map((id, row) => [id, row]));
  const fromModel = Int32Array.from(model.itemIds, (id) => places.get(id) ?? -1);
  const gone = new Set(Array.from(fromModel.keys()).filter((row) => fromModel[row] < 0));
  return ({ goal, items, kinds, withoutSeen }, k) => {
    const known = items.flatMap((item, i) => (toModel[item] < 0 ? [] : [{ row: toModel[item], kind: kinds[i] }])).slice(-REPEAT_LENGTH);
    if (known.length === 0) return Array.from({ length: k }, (_, row) => fromModel[row]);
    const rows = known.map(({ row }) => row);
    const encoded = encodeSession(model, { rows, kinds: known.map(({ kind }) => kind) }, goal);
    const excluded = withoutSeen ? new Set([...gone, ...rows]) : gone;
    return topRows(model, scan, encoded, { limit: k, excluded }).map(({ row }) => fromModel[row]);
  };
}
