import { KINDS } from '@vitrine/sdk/core';
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
}

/** A larger group (a wholesaler's order of 500 lines) counts by its first items only: pairs grow with the square. */
const LARGEST_GROUP = 100;
/** Of two items in a visit, one that came this many pages later counts for CLOSENESS^(pages − 1). */
const CLOSENESS = 0.8;
const PURCHASE = KINDS.indexOf('purchase');

/**
 * Counts pairs in groups [0, groups). The lines of an order have no order: what is bought together is as close as can be, both ways.
 * @param accepts says which interactions count; all by default
 */
export function countCooccurrence(
  sequences: Sequences, groups = sequences.train, accepts: (kind: number) => boolean = () => true,
): Cooccurrence {
  const items = sequences.itemIds.length;
  const { start: from, item, kind } = membersOf(sequences, groups, accepts);

  // Where each item stands: one pass over an item's groups makes its whole row, without a table of all pairs.
  const placeStart = new Int32Array(items + 1);
  for (const row of item) placeStart[row + 1]++;
  for (let row = 0; row < items; row++) placeStart[row + 1] += placeStart[row];
  const place = new Int32Array(item.length);
  const groupOf = new Int32Array(item.length);
  const next = placeStart.slice();
  for (let g = 0; g < groups; g++) {
    for (let at = from[g]; at < from[g + 1]; at++) {
      groupOf[at] = g;
      place[next[item[at]]++] = at;
    }
  }
  const closeness = Float64Array.from({ length: item.length === 0 ? 0 : longest(from) }, (_, distance) => CLOSENESS ** Math.max(0, distance - 1));

  const occurrences = new Float32Array(items);
  const start = new Int32Array(items + 1);
  const rows = new GrowingRows();
  const total = { count: new Float64Array(items), after: new Float64Array(items), before: new Float64Array(items) };
  const inGroup = { after: new Float64Array(items), before: new Float64Array(items) };
  const seenIn = new Int32Array(items).fill(-1);
  let touched: number[] = [];
  for (let row = 0; row < items; row++) {
    for (let k = placeStart[row]; k < placeStart[row + 1]; ) {
      const g = groupOf[place[k]];
      const members: number[] = [];
      for (; k < placeStart[row + 1] && groupOf[place[k]] === g; k++) {
        const own = place[k];
        for (let at = from[g]; at < from[g + 1]; at++) {
          const other = item[at];
          if (other === row) continue;
          if (seenIn[other] !== g) {
            seenIn[other] = g;
            members.push(other);
            inGroup.after[other] = inGroup.before[other] = 0;
          }
          const together = kind[own] === PURCHASE && kind[at] === PURCHASE;
          const close = together ? 1 : closeness[Math.abs(at - own)];
          if (together || at > own) inGroup.after[other] = Math.max(inGroup.after[other], close);
          if (together || at < own) inGroup.before[other] = Math.max(inGroup.before[other], close);
        }
      }
      occurrences[row]++;
      for (const other of members) {
        seenIn[other] = -1;
        if (total.count[other]++ === 0) touched.push(other);
        total.after[other] += inGroup.after[other];
        total.before[other] += inGroup.before[other];
      }
    }
    touched.sort((a, b) => a - b);
    for (const other of touched) {
      rows.push(other, total.count[other], total.after[other], total.before[other]);
      total.count[other] = total.after[other] = total.before[other] = 0;
    }
    start[row + 1] = rows.length;
    touched = [];
  }
  return { items, start, ...rows.columns(), occurrences, groups };
}

/** Interactions that count: of the accepted ones of each group, those up to its LARGEST_GROUP-th different item. */
function membersOf({ start, item, kind }: Sequences, groups: number, accepts: (kind: number) => boolean) {
  const kept = { start: new Int32Array(groups + 1), item: new Int32Array(start[groups]), kind: new Uint8Array(start[groups]) };
  let count = 0;
  for (let g = 0; g < groups; g++) {
    const different = new Set<number>();
    for (let at = start[g]; at < start[g + 1] && different.size < LARGEST_GROUP; at++) {
      if (!accepts(kind[at])) continue;
      different.add(item[at]);
      kept.item[count] = item[at];
      kept.kind[count++] = kind[at];
    }
    kept.start[g + 1] = count;
  }
  return { ...kept, item: kept.item.subarray(0, count) };
}

function longest(start: Int32Array): number {
  let length = 0;
  for (let g = 0; g + 1 < start.length; g++) length = Math.max(length, start[g + 1] - start[g]);
  return length;
}

/** Columns of entries whose number is not known before. */
class GrowingRows {
  length = 0;
  #column = new Int32Array(1024);
  #values = [new Float32Array(1024), new Float32Array(1024), new Float32Array(1024)];

  push(column: number, ...values: [count: number, after: number, before: number]): void {
    if (this.length === this.#column.length) {
      this.#column = larger(this.#column, new Int32Array(this.length * 2));
      this.#values = this.#values.map((list) => larger(list, new Float32Array(this.length * 2)));
    }
    this.#column[this.length] = column;
    values.forEach((value, i) => { this.#values[i][this.length] = value; });
    this.length++;
  }

  columns(): Pick<Cooccurrence, 'column' | 'count' | 'after' | 'before'> {
    const [count, after, before] = this.#values.map((list) => list.slice(0, this.length));
    return { column: this.#column.slice(0, this.length), count, after, before };
  }
}

function larger<List extends { set(source: ArrayLike<number>): void }>(source: ArrayLike<number>, list: List): List {
  list.set(source);
  return list;
}
