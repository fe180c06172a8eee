import type { Combination } from '@vitrine/sdk/core';
import type { Table, WordColumn } from '../../evaluate/tabular/table.ts';
import type { BinnedColumns } from './boosted-trees.ts';
import { numbersOf } from './combinations.ts';
import { distinctQuantiles } from './quantiles.ts';

const NUMBER_BINS = 63;
/** Rows of the average mixed into a level's share of yes, so that rare levels stand near the middle. */
const SMOOTHING = 10;

/** What trees see of a table, once its cuts are settled. */
export type Binner = (table: Pick<Table, 'columns'>) => BinnedColumns;

/**
 * Settles the cuts on the training rows. Numbers are cut at quantiles; a missing one has the first bin to itself. Words are put in
 * the order of their share of yes, by which the best two-way split of levels is a cut (Fisher, 1958).
 */
export function fitBinner(table: Table, combinations: readonly Combination[], rows: Uint32Array): Binner {
  const numbers = combinations.map((combination) => ({ combination, starts: cutNumbers(numbersOf(table, combination), rows) }));
  const words = table.columns.flatMap((column, at) => (column.kind === 'categorical' ? [{ at, ...orderWords(column, table.labels, rows) }] : []));
  return (other) => ({
    bins: [
      ...numbers.map(({ combination, starts }) => Uint8Array.from(numbersOf(other, combination), (value) => binOf(starts, value))),
      ...words.map(({ at, place, unseen }) => Uint8Array.from((other.columns[at] as WordColumn).values, (value) => place.get(value ?? '') ?? unseen)),
    ],
    sizes: [...numbers.map(({ starts }) => Math.max(1, starts.length) + 1), ...words.map(({ place }) => Math.max(1, place.size))],
  });
}

/** Where each bin begins: between few values half-way, else at quantiles. */
function cutNumbers(values: Float64Array, rows: Uint32Array): readonly number[] {
  const own = Float64Array.from(rows, (row) => values[row]);
  const distinct = new Set(own);
  if (distinct.size > NUMBER_BINS) return distinctQuantiles(own, NUMBER_BINS);
  const ordered = [...distinct].filter((value) => !Number.isNaN(value)).sort((a, b) => a - b);
  return ordered.map((value, at) => (at === 0 ? value : (value + ordered[at - 1]) / 2));
}

/** 0 for a missing number, else 1 and up; what is below the first start counts as in it. */
function binOf(starts: readonly number[], value: number): number {
  if (Number.isNaN(value)) return 0;
  let [low, high] = [0, starts.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (starts[middle] <= value) low = middle;
    else high = middle - 1;
  }
  return low + 1;
}

function orderWords({ values }: WordColumn, labels: ArrayLike<number>, rows: Uint32Array): { place: ReadonlyMap<string, number>; unseen: number } {
  const counts = new Map<string, { rows: number; yes: number }>();
  let yes = 0;
  for (const row of rows) {
    const level = values[row] ?? '';
    const count = counts.get(level) ?? { rows: 0, yes: 0 };
    counts.set(level, { rows: count.rows + 1, yes: count.yes + labels[row] });
    yes += labels[row];
  }
  const mean = yes / rows.length;
  const share = ({ rows: size, yes: own }: { rows: number; yes: number }) => (own + SMOOTHING * mean) / (size + SMOOTHING);
  const byName = (a: string, b: string) => (a < b ? -1 : 1);
  const frequent = [...counts].sort((a, b) => b[1].rows - a[1].rows || byName(a[0], b[0])).slice(0, 255);
  const ordered = frequent.sort((a, b) => share(a[1]) - share(b[1]) || byName(a[0], b[0]));
  // A level not seen stands where the average does.
  const unseen = Math.max(0, ordered.findIndex(([, count]) => share(count) >= mean));
  return { place: new Map(ordered.map(([level], at) => [level, at])), unseen };
}
