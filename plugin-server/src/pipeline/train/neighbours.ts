import { KINDS } from '@vitrine/sdk/core';
import type { Dataset } from '../dataset/build-dataset.ts';
import type { Sequences } from '../dataset/sequences.ts';

/** A pair seen in fewer orders or visits than this never leaves the server (k-anonymity), with the exception below. */
export const FEWEST_TOGETHER = 3;

/** What is looked at says less about a person than what is bought: a pair looked at by so many different visitors may leave, too. */
export const FEWEST_VISITORS = 2;

const PURCHASE = KINDS.indexOf('purchase');

/** Occurrences at which the damping neither raises nor lowers a weight. */
const TYPICAL = 30;

/** A pair seen together this often counts for half of what its frequency says: few sightings may be chance. */
const DOUBT = 4;

/** Companions of each item, [items × count] row by row. */
export interface NeighbourLists {
  readonly count: number;
  readonly row: Int32Array;
  readonly weight: Float32Array;
  /** How they were made. */
  readonly options?: NeighbourOptions;
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
export function neighbourChoices(dataset: Dataset): NeighbourLists[] {
  const { counts } = dataset;
  const directed = counts.after.some((after, at) => after !== counts.before[at]);
  return (directed ? [0.5, 0.1] : [1]).flatMap((before) =>
    [0.1, 0.4].map((damping) => strongestNeighbours(dataset, { count: NEIGHBOURS, before, damping })));
}

/**
 * The strongest companions of each item, at most `count`, pairs that may leave the server only:
 *
 *     w(i, j) = (after_ij + before · before_ij) / n_i · c_ij / (c_ij + DOUBT) · (TYPICAL / n_j)^damping
 *
 * with c_ij the groups that hold both and n_i those that hold i. Empty places have weight 0.
 */
export function strongestNeighbours({ counts, sequences }: Dataset, options: NeighbourOptions): NeighbourLists {
  const { count, damping, before } = options;
  const { items, start, column, occurrences } = counts;
  const twoVisitors = pairsOfVisitors(sequences, counts.groups);
  const row = new Int32Array(items * count);
  const weight = new Float32Array(items * count);
  let any = false;
  for (let i = 0; i < items; i++) {
    const candidates: Array<{ j: number; w: number; together: number }> = [];
    for (let at = start[i]; at < start[i + 1]; at++) {
      const together = counts.count[at];
      if (together < FEWEST_VISITORS) continue;
      const j = column[at];
      const close = counts.after[at] + before * counts.before[at];
      const w = (close / occurrences[i]) * (together / (together + DOUBT)) * (TYPICAL / occurrences[j]) ** damping;
      if (w > 0) candidates.push({ j, w, together });
    }
    candidates.sort((a, b) => b.w - a.w || a.j - b.j);
    let kept = i * count;
    for (const { j, w, together } of candidates) {
      if (kept === (i + 1) * count) break;
      if (together < FEWEST_TOGETHER && !twoVisitors(i, j)) continue;
      row[kept] = j;
      weight[kept++] = w;
      any = true;
    }
  }
  return any ? { count, row, weight, options } : { count: 0, row: new Int32Array(0), weight: new Float32Array(0), options };
}

/**
 * Says whether FEWEST_VISITORS different visitors have looked at both items, one of the two at least not bought, in the
 * groups [0, groups). Visits of unknown visitors count as different visitors'.
 */
function pairsOfVisitors({ start, item, kind, previous, itemIds }: Sequences, groups: number): (i: number, j: number) => boolean {
  const visitor = new Int32Array(groups); // the first group of the same actor
  for (let g = 0; g < groups; g++) visitor[g] = previous[g] >= 0 ? visitor[previous[g]] : g;
  const from = new Int32Array(itemIds.length + 1); // groups of each item, rising, once for each time it stands there
  for (let at = 0; at < start[groups]; at++) from[item[at] + 1]++;
  for (let row = 0; row < itemIds.length; row++) from[row + 1] += from[row];
  const groupOf = new Int32Array(start[groups]);
  const next = from.slice();
  for (let g = 0; g < groups; g++) for (let at = start[g]; at < start[g + 1]; at++) groupOf[next[item[at]]++] = g;

  const lookedAt = (g: number, row: number): boolean => {
    for (let at = start[g]; at < start[g + 1]; at++) if (item[at] === row && kind[at] !== PURCHASE) return true;
    return false;
  };
  return (i, j) => {
    const visitors = new Set<number>();
    for (let a = from[i], b = from[j]; a < from[i + 1] && b < from[j + 1] && visitors.size < FEWEST_VISITORS; ) {
      const g = groupOf[a];
      if (g < groupOf[b]) a++;
      else if (g > groupOf[b]) b++;
      else {
        if (!visitors.has(visitor[g]) && (lookedAt(g, i) || lookedAt(g, j))) visitors.add(visitor[g]);
        a++;
        b++;
      }
    }
    return visitors.size >= FEWEST_VISITORS;
  };
}
