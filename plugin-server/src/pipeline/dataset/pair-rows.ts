import type { Cooccurrence } from './cooccurrence.ts';

/** Counts of one row's pairs, by column. */
export interface RowTotals {
  readonly count: Float64Array;
  readonly after: Float64Array;
  readonly before: Float64Array;
}

/** What the pairs kept satisfy: seen together `count` times, or `lift` times as often as by chance. */
interface Least {
  readonly count: number;
  readonly lift: number;
}

/** From this count on a pair may become a companion (`neighbours.ts`), so these are the last to go. */
const COMPANIONS = 2;
const HIGHEST_LIFT = 2 ** 20;
/** Room made at once, as a share of all. */
const ROOM = 0.25;

/**
 * Rows of pairs in fixed memory. A shop that has more pairs than fit loses the least telling ones: those seen
 * once that are no more frequent than chance (nothing that is trained looks at them), then than twice as frequent as chance,
 * four times …, and at the very end the rarest of the others.
 *
 * Both directions of a pair have the same count and lift, so both stay or go. What stays is counted exactly.
 */
export class PairRows {
  readonly #occurrences: Float32Array;
  readonly #groups: number;
  readonly #start: Int32Array;
  readonly #column: Int32Array;
  readonly #count: Float32Array;
  readonly #after: Float32Array;
  readonly #before: Float32Array;
  #rows = 0;
  #length = 0;
  #least: Least = { count: COMPANIONS, lift: 0 };

  /**
   * @param most pairs kept; memory that is never written to is never taken from the machine
   * @param occurrences groups that hold each item
   */
  constructor({ most, occurrences, groups }: { readonly most: number; readonly occurrences: Float32Array; readonly groups: number }) {
    this.#occurrences = occurrences;
    this.#groups = groups;
    this.#start = new Int32Array(occurrences.length + 1);
    this.#column = new Int32Array(most);
    this.#count = new Float32Array(most);
    this.#after = new Float32Array(most);
    this.#before = new Float32Array(most);
  }

  /** Adds the next row. @param columns rising; `totals` are read there */
  add(columns: Int32Array, totals: RowTotals): void {
    const row = this.#rows;
    const most = this.#column.length;
    if (this.#length + columns.length > most) this.#makeRoom(() => columns.reduce((kept, column) => kept + (this.#keeps(row, column, totals.count[column]) ? 1 : 0), 0));
    for (const column of columns) {
      if (!this.#keeps(row, column, totals.count[column])) continue;
      const at = this.#length++;
      this.#column[at] = column;
      this.#count[at] = totals.count[column];
      this.#after[at] = totals.after[column];
      this.#before[at] = totals.before[column];
    }
    this.#start[++this.#rows] = this.#length;
  }

  taken(): Pick<Cooccurrence, 'start' | 'column' | 'count' | 'after' | 'before' | 'least'> {
    const [column, count, after, before] = [this.#column, this.#count, this.#after, this.#before].map((list) => list.subarray(0, this.#length));
    return { start: this.#start, column: column as Int32Array, count: count as Float32Array, after: after as Float32Array, before: before as Float32Array, least: this.#least };
  }

  #keeps(row: number, column: number, count: number): boolean {
    const { count: seen, lift } = this.#least;
    return count >= seen || count * this.#groups >= lift * (this.#occurrences[row] * this.#occurrences[column]);
  }

  /** Asks more of pairs until the next row fits with room to spare. @param wanted pairs of that row that would be kept */
  #makeRoom(wanted: () => number): void {
    const most = this.#column.length;
    let enough = most;
    while (this.#length + wanted() > enough) {
      enough = most * (1 - ROOM);
      const { count, lift } = this.#least;
      this.#least = lift < HIGHEST_LIFT ? { count, lift: Math.max(1, lift * 2) } : { count: count * 2, lift: Infinity };
      this.#drop();
    }
  }

  #drop(): void {
    let kept = 0;
    for (let row = 0, at = 0; row < this.#rows; row++) {
      for (const end = this.#start[row + 1]; at < end; at++) {
        if (!this.#keeps(row, this.#column[at], this.#count[at])) continue;
        this.#column[kept] = this.#column[at];
        this.#count[kept] = this.#count[at];
        this.#after[kept] = this.#after[at];
        this.#before[kept++] = this.#before[at];
      }
      this.#start[row + 1] = kept;
    }
    this.#length = kept;
  }
}
