import type { Sequences } from '../dataset/sequences.ts';

/** One order or visit of a made-up shop. */
export interface MadeUpGroup {
  /** Seconds since 1970. */
  readonly time: number;
  /** Absent: nobody known. */
  readonly shopper?: number;
  readonly rows: readonly number[];
  /** Position in KINDS; a purchase by default. */
  readonly kind?: number;
}

/** For tests: sequences of these groups over `items` items named after their rows. */
export function madeUpSequences(items: number, groups: readonly MadeUpGroup[]): Sequences {
  const sorted = groups.toSorted((a, b) => a.time - b.time);
  const start = new Int32Array(sorted.length + 1);
  sorted.forEach(({ rows }, at) => { start[at + 1] = start[at] + rows.length; });
  const latest = new Map<number, number>();
  const previous = Int32Array.from(sorted, ({ shopper }, at) => {
    if (shopper === undefined) return -1;
    const before = latest.get(shopper) ?? -1;
    latest.set(shopper, at);
    return before;
  });
  return {
    itemIds: Array.from({ length: items }, (_, row) => `${row}`), start, previous,
    item: Int32Array.from(sorted.flatMap(({ rows }) => rows)), kind: Uint8Array.from(sorted.flatMap(({ rows, kind = 2 }) => rows.map(() => kind))),
    time: Float64Array.from(sorted, ({ time }) => time), train: sorted.length, validation: sorted.length, split: { validationFrom: Infinity, testFrom: Infinity },
  };
}
