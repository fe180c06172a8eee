import { createJsScan, createWasmScan, rank, type RecommendationModel } from '@vitrine/sdk/core';
import { K } from './rank-metrics.ts';
import type { Ranker } from './score-predictions.ts';

/**
 * The shipped bytes, ranked by the code the browser runs.
 * @param itemIds product ids of the predictions' rows, which the model may number otherwise
 */
export function shippedRanker(model: RecommendationModel, itemIds: readonly string[], withoutSeen: boolean): Ranker {
  const scan = createWasmScan(model) ?? createJsScan(model); // the same numbers, to the last bit
  const rowOf = new Map(itemIds.map((id, row) => [id, row]));
  return async ({ item, from, to }, first, last, rows) => {
    for (let p = first; p < last; p++) {
      const session = Array.from(item.subarray(from[p], to[p]), (row) => ({ id: itemIds[row], kind: 'view' as const }));
      const exclude = withoutSeen ? new Set(session.map(({ id }) => id)) : undefined;
      const ranked = await rank(model, scan, { session, goal: 'view', exclude, limit: K });
      ranked.forEach(({ id }, i) => { rows[(p - first) * K + i] = rowOf.get(id)!; });
    }
  };
}
