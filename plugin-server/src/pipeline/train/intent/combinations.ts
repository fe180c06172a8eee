import { type Combination, combine } from '@vitrine/sdk/core';
import { rowOf, type Table } from '../../evaluate/tabular/table.ts';

/** Share of a column's values, by size, that a ratio's floor stands above. */
const FLOOR_QUANTILE = 0.1;

/** The number columns as they are. */
export function plainColumns({ columns }: Pick<Table, 'columns'>): Combination[] {
  return columns.flatMap(({ kind }, a): Combination[] => (kind === 'numeric' ? [{ operation: 'column', a, b: a, floor: 1 }] : []));
}

/**
 * Sum, difference, product and both ratios of every two of these columns.
 * @param rows training rows: a ratio's floor is a small value of the column below, so that 1 / 0 page counts as 1 / 1
 */
export function pairsOf(table: Pick<Table, 'columns'>, plain: readonly Combination[], rows: Uint32Array): Combination[] {
  const floors = new Map(plain.map(({ a }) => [a, smallValue(table.columns[a].values as Float64Array, rows)]));
  return plain.flatMap(({ a }, at) => plain.slice(0, at).flatMap(({ a: b }): Combination[] => [
    { operation: 'sum', a, b, floor: 1 }, { operation: 'difference', a, b, floor: 1 }, { operation: 'product', a, b, floor: 1 },
    { operation: 'ratio', a, b, floor: floors.get(b)! }, { operation: 'ratio', a: b, b: a, floor: floors.get(a)! },
  ]));
}

function smallValue(values: Float64Array, rows: Uint32Array): number {
  const sizes = Float64Array.from(rows, (row) => Math.abs(values[row])).filter((size) => size > 0).sort();
  return sizes.length === 0 ? 1 : sizes[Math.floor(sizes.length * FLOOR_QUANTILE)];
}

/** A combination's number for every row of a table. */
export function numbersOf(table: Pick<Table, 'columns'>, combination: Combination): Float64Array {
  const { values } = table.columns[combination.a];
  if (combination.operation === 'column') return values as Float64Array;
  return Float64Array.from(values as Float64Array, (_, row) => combine(combination, rowOf(table, row)));
}

const SIGNS = { column: '', sum: ' + ', difference: ' − ', product: ' × ', ratio: ' / ' } as const;

/** A combination as a person reads it: "PageValues / ProductRelated". */
export function nameOf({ operation, a, b }: Combination, { columns }: Pick<Table, 'columns'>): string {
  return operation === 'column' ? columns[a].name : columns[a].name + SIGNS[operation] + columns[b].name;
}
