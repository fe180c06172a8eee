import type { Combination, Feature } from '@vitrine/sdk/core';
import type { Table } from '../../evaluate/tabular/table.ts';
import { nameOf, numbersOf } from './combinations.ts';
import { distinctQuantiles, median } from './quantiles.ts';

export interface FitFeaturesOptions {
  /** Most bins of a number. */
  readonly bins: number;
  /** Fewest training rows with a level that gets an entry. */
  readonly levelRows: number;
}

/** Settles how a table's rows are encoded, from training rows only; what is constant there is left out. */
export function fitFeatures(table: Table, combinations: readonly Combination[], rows: Uint32Array, { bins, levelRows }: FitFeaturesOptions): Feature[] {
  const numbers = combinations.flatMap((source): Feature[] => {
    const all = numbersOf(table, source);
    const values = Float64Array.from(rows, (row) => all[row]);
    const knots = Float32Array.from(new Set(Float32Array.from(distinctQuantiles(values, bins))));
    if (knots.length < 2) return [];
    return [{ kind: 'numeric', name: nameOf(source, table), source, knots, fill: median(values), indicator: values.some(Number.isNaN) }];
  });
  const words = table.columns.flatMap((column, at): Feature[] => {
    if (column.kind !== 'categorical') return [];
    const counts = new Map<string, number>();
    for (const row of rows) counts.set(column.values[row] ?? '', (counts.get(column.values[row] ?? '') ?? 0) + 1);
    const levels = [...counts].filter(([, count]) => count >= levelRows).map(([level]) => level).sort();
    return levels.length < 2 ? [] : [{ kind: 'categorical', name: column.name, column: at, levels }];
  });
  return [...numbers, ...words];
}
