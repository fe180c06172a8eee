import { KINDS } from '@vitrine/sdk/core';
import { PairRows } from './pair-rows.ts';
import type { Sequences } from './sequences.ts';

/** Pairs of items that groups hold both of, as compressed rows. */
export interface Cooccurrence {
  readonly items: number;
  /** Row i holds entries start[i] … start[i + 1] - 1, in rising order of columns. [items + 1] */
  readonly start: Int32Array;
  readonly column: Int32Array;
  /** Groups that hold both; symmetric. */
  readonly count: Float32Array;
  /** Those groups, each by how closely the column's item came after the row's: CLOSENESS^(distance − 1), 0 where it came before only. */
  readonly after: Float32Array;
  /** The same with the two items' parts exchanged. */
  readonly before: Float32Array;
  /** Groups that hold the item. [items] */
  readonly occurrences: Float32Array;
  readonly groups: number;
  /** Of a shop with more pairs than MOST_PAIRS, those are here that are seen together `count` times, or `lift` times as often as by chance. */
  readonly least: { readonly count: number; readonly lift: number };
}

/** A larger group (a wholesaler's order of 500 lines) counts by its first items only: pairs grow with the square. */
const LARGEST_GROUP = 100;
/** So does a visit that goes to and fro between a few of them, by its first interactions. */
const LONGEST_GROUP = 500;
/** Of two items in a visit, one that came this many pages later counts for CLOSENESS^(pages − 1). */
const CLOSENESS = 0.8;
const PURCHASE = KINDS.indexOf('purchase');
/** Directed pairs kept, 16 bytes each. A year of a large shop has fewer that mean anything. */
const MOST_PAIRS = 12_000_000;

/**
 * Counts pairs in groups [0, groups). The lines of an order have no order: what is bought together is as close as can be, both ways.
 *
 * Memory is bounded: one item's pairs are counted at a time, and no more than `most` pairs are kept (`PairRows` says which).
 * @param accepts says which interactions count; all by default
 */
export function countCooccurrence(
  sequences: Sequences, groups = sequences.train, accepts?: (kind: number) => boolean, most = MOST_PAIRS,
): Cooccurrence {
  const items = sequences.itemIds.length;
  const { start: from, item, kind } = membersOf(sequences, groups, accepts);

  // Where each item stands: one pass over an item's groups makes its whole row, without a table of all pairs.
  const placeStart = new Int32Array(items + 1);
  for (const row of item) placeStart[row + 1]++;
  for (let row = 0; row < items; row++) placeStart[row + 1] += placeStart[row];
  const place = new Int32Array(item.length);
  const groupOf = new Int32Array(item.length);
  const occurrences = new Float32Array(items);
  const next = placeStart.slice();
  const seenIn = new Int32Array(items).fill(-1);
  let sightings = 0;
  let longest = 0;
  for (let g = 0; g < groups; g++) {
    const size = from[g + 1] - from[g];
    longest = Math.max(longest, size);
    sightings += size * (size - 1);
    for (let at = from[g]; at < from[g + 1]; at++) {
      const row = item[at];
      groupOf[at] = g;
      place[next[row]++] = at;
      if (seenIn[row] !== g) occurrences[row]++;
      seenIn[row] = g;
    }
  }
  const closeness = Float64Array.from({ length: longest }, (_, distance) => CLOSENESS ** Math.max(0, distance - 1));

  const rows = new PairRows({ most: Math.min(most, sightings, items * items), occurrences, groups });
  const total = { count: new Float64Array(items), after: new Float64Array(items), before: new Float64Array(items) };
  const inGroup = { after: new Float64Array(items), before: new Float64Array(items) };
  const touched = new Int32Array(items);
  const members = new Int32Array(LARGEST_GROUP);
  seenIn.fill(-1);
  for (let row = 0; row < items; row++) {
    let partners = 0;
    for (let k = placeStart[row]; k < placeStart[row + 1]; ) {
      const g = groupOf[place[k]];
      let others = 0;
      for (; k < placeStart[row + 1] && groupOf[place[k]] === g; k++) {
        const own = place[k];
        for (let at = from[g]; at < from[g + 1]; at++) {
          const other = item[at];
          if (other === row) continue;
          if (seenIn[other] !== g) {
            seenIn[other] = g;
            members[others++] = other;
            inGroup.after[other] = inGroup.before[other] = 0;
          }
          const together = kind[own] === PURCHASE && kind[at] === PURCHASE;
          const close = together ? 1 : closeness[Math.abs(at - own)];
          if (together || at > own) inGroup.after[other] = Math.max(inGroup.after[other], close);
          if (together || at < own) inGroup.before[other] = Math.max(inGroup.before[other], close);
        }
      }
      for (let i = 0; i < others; i++) {
        const other = members[i];
        seenIn[other] = -1;
        if (total.count[other]++ === 0) touched[partners++] = other;
        total.after[other] += inGroup.after[other];
        total.before[other] += inGroup.before[other];
      }
    }
    const columns = touched.subarray(0, partners).sort();
    rows.add(columns, total);
    for (const other of columns) total.count[other] = total.after[other] = total.before[other] = 0;
  }
  return { items, ...rows.taken(), occurrences, groups };
}

/** Interactions that count: of the accepted ones of each group, the first ones. */
function membersOf({ start, item, kind }: Sequences, groups: number, accepts?: (kind: number) => boolean) {
  const kept = { start: new Int32Array(groups + 1), item: new Int32Array(start[groups]), kind: new Uint8Array(start[groups]) };
  let count = 0;
  for (let g = 0; g < groups; g++) {
    // A set only where the limit can be reached: most groups are small, and there may be a million.
    const different = start[g + 1] - start[g] > LARGEST_GROUP ? new Set<number>() : undefined;
    const first = count;
    for (let at = start[g]; at < start[g + 1] && count - first < LONGEST_GROUP; at++) {
      if (different && different.size >= LARGEST_GROUP) break;
      if (accepts && !accepts(kind[at])) continue;
      different?.add(item[at]);
      kept.item[count] = item[at];
      kept.kind[count++] = kind[at];
    }
    kept.start[g + 1] = count;
  }
  return { ...kept, item: kept.item.subarray(0, count) };
}
