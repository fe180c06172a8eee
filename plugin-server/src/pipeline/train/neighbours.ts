import type { Cooccurrence } from '../dataset/cooccurrence.ts';

/** A pair seen in fewer orders or visits than this never leaves the server (k-anonymity). */
export const FEWEST_TOGETHER = 3;

/** Occurrences at which the damping neither raises nor lowers a weight. */
const TYPICAL = 30;

/** Companions of each item, [items × count] row by row. */
export interface NeighbourLists {
  readonly count: number;
  readonly row: Int32Array;
  readonly weight: Float32Array;
}

/**
 * The strongest companions of each item: w(i, j) = P(j | i) · (30 / n_j)^damping, at most `count` an item, pairs seen
 * together at least FEWEST_TOGETHER times. Empty places have weight 0.
 * @param damping how strongly a neighbour's own popularity counts against it: 0 not at all, 0.5 as in a cosine
 */
export function strongestNeighbours(counts: Cooccurrence, count: number, damping: number): NeighbourLists {
  const { items, start, column, occurrences } = counts;
  const row = new Int32Array(items * count);
  const weight = new Float32Array(items * count);
  let any = false;
  for (let i = 0; i < items; i++) {
    const candidates: Array<{ j: number; w: number }> = [];
    for (let at = start[i]; at < start[i + 1]; at++) {
      const together = counts.count[at];
      if (together < FEWEST_TOGETHER) continue;
      const j = column[at];
      candidates.push({ j, w: (together / occurrences[i]) * (TYPICAL / occurrences[j]) ** damping });
    }
    candidates.sort((a, b) => b.w - a.w || a.j - b.j);
    for (let k = 0; k < Math.min(count, candidates.length); k++) {
      row[i * count + k] = candidates[k].j;
      weight[i * count + k] = candidates[k].w;
      any = true;
    }
  }
  return any ? { count, row, weight } : { count: 0, row: new Int32Array(0), weight: new Float32Array(0) };
}
