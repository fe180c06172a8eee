import type { Cooccurrence } from '../dataset/cooccurrence.ts';

/** A pair seen in fewer orders or visits than this never leaves the server (k-anonymity). */
export const FEWEST_TOGETHER = 3;

/** Occurrences at which the damping neither raises nor lowers a weight. */
const TYPICAL = 30;

/** A pair seen together this often counts for half of what its frequency says: few sightings may be chance. */
const DOUBT = 4;

/** Companions of each item, [items × count] row by row. */
export interface NeighbourLists {
  readonly count: number;
  readonly row: Int32Array;
  readonly weight: Float32Array;
}

export interface NeighbourOptions {
  /** Companions kept per item. */
  readonly count: number;
  /** How strongly a companion's own popularity counts against it: 0 not at all, 0.5 as in a cosine. */
  readonly damping: number;
  /** What a companion that came before the item counts for, beside one that came after it: 1 when the direction says nothing. */
  readonly before: number;
}

/** Companions kept per item: more do not help (docs/decisions/0012). */
const NEIGHBOURS = 20;

/** Lists to choose from on a shop's validation cases: one for each damping, and where anything came before anything, each direction. */
export function neighbourChoices(counts: Cooccurrence): NeighbourLists[] {
  const directed = counts.after.some((after, at) => after !== counts.before[at]);
  return (directed ? [0.5, 0.1] : [1]).flatMap((before) =>
    [0.1, 0.4].map((damping) => strongestNeighbours(counts, { count: NEIGHBOURS, before, damping })));
}

/**
 * The strongest companions of each item, at most `count`, pairs seen together at least FEWEST_TOGETHER times:
 *
 *     w(i, j) = (after_ij + before · before_ij) / n_i · c_ij / (c_ij + DOUBT) · (TYPICAL / n_j)^damping
 *
 * with c_ij the groups that hold both and n_i those that hold i. Empty places have weight 0.
 */
export function strongestNeighbours(counts: Cooccurrence, { count, damping, before }: NeighbourOptions): NeighbourLists {
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
      const close = counts.after[at] + before * counts.before[at];
      const w = (close / occurrences[i]) * (together / (together + DOUBT)) * (TYPICAL / occurrences[j]) ** damping;
      if (w > 0) candidates.push({ j, w });
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
