import type { Sequences } from './sequences.ts';

/** Symmetric counts of groups that hold both items, as compressed rows. */
export interface Cooccurrence {
  readonly items: number;
  /** Row i holds entries start[i] … start[i + 1] - 1. [items + 1] */
  readonly start: Int32Array;
  readonly column: Int32Array;
  readonly count: Float32Array;
  /** Groups that hold the item. [items] */
  readonly occurrences: Float32Array;
  readonly groups: number;
}

/** A larger group (a wholesaler's order of 500 lines) counts by its first items only: pairs grow with the square. */
const LARGEST_GROUP = 100;

/** Counts pairs in groups [0, groups). `accepts` says which interactions count; all by default. */
export function countCooccurrence(
  sequences: Sequences, groups = sequences.train, accepts: (kind: number) => boolean = () => true,
): Cooccurrence {
  const items = sequences.itemIds.length;
  const occurrences = new Float32Array(items);
  const rows: Array<Map<number, number>> = Array.from({ length: items }, () => new Map());
  for (let g = 0; g < groups; g++) {
    const members = new Set<number>();
    for (let at = sequences.start[g]; at < sequences.start[g + 1] && members.size < LARGEST_GROUP; at++) {
      if (accepts(sequences.kind[at])) members.add(sequences.item[at]);
    }
    const list = [...members];
    for (let i = 0; i < list.length; i++) {
      occurrences[list[i]]++;
      for (let j = 0; j < i; j++) {
        rows[list[i]].set(list[j], (rows[list[i]].get(list[j]) ?? 0) + 1);
        rows[list[j]].set(list[i], (rows[list[j]].get(list[i]) ?? 0) + 1);
      }
    }
  }
  const start = new Int32Array(items + 1);
  for (let i = 0; i < items; i++) start[i + 1] = start[i] + rows[i].size;
  const column = new Int32Array(start[items]);
  const count = new Float32Array(start[items]);
  for (let i = 0; i < items; i++) {
    let at = start[i];
    for (const [j, pairs] of rows[i]) {
      column[at] = j;
      count[at++] = pairs;
    }
  }
  return { items, start, column, count, occurrences, groups };
}
