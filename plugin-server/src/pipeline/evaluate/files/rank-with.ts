import { BestRows } from '../baselines/best-rows.ts';
import type { ScoreRows } from '../baselines/baseline.ts';
import { K } from './rank-metrics.ts';
import type { Ranker } from './score-predictions.ts';

/**
 * Ranks by a baseline's scores. Nothing seen that is known: the most popular items.
 * @param withoutSeen items of the session are left out, for every model alike
 */
export function rankWith(score: ScoreRows, items: number, withoutSeen: boolean): Ranker {
  const best = new BestRows(items);
  return ({ item, from, to }, first, last, rows) => {
    for (let p = first; p < last; p++) {
      const seen = item.subarray(from[p], to[p]);
      best.clear();
      if (seen.length > 0) score(seen, best);
      if (withoutSeen) for (const row of seen) best.leaveOut(row);
      best.best(rows.subarray((p - first) * K, (p - first + 1) * K));
    }
  };
}
