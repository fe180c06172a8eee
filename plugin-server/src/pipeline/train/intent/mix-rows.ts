import type { Table, TableColumn } from '../../evaluate/tabular/table.ts';
import { createRandom } from '../../dataset/random.ts';

/**
 * Rows that could have been: each is a training row with some of its cells taken from another one. A teacher's answers on
 * them say what it thinks between the rows it has seen.
 *
 * @param share of the cells that are exchanged, on average: each row has its own, from 0 to twice that
 */
export function mixRows(table: Pick<Table, 'columns'>, rows: Uint32Array, count: number, share: number, seed: number): Pick<Table, 'columns'> {
  const random = createRandom(seed);
  const pick = () => rows[Math.floor(random() * rows.length)];
  const pairs = Array.from({ length: count }, () => ({ own: pick(), other: pick(), share: 2 * share * random() }));
  return {
    columns: table.columns.map((column): TableColumn => {
      const from = pairs.map((pair) => (random() < pair.share ? pair.other : pair.own));
      return column.kind === 'numeric'
        ? { ...column, values: Float64Array.from(from, (row) => column.values[row]) }
        : { ...column, values: from.map((row) => column.values[row]) };
    }),
  };
}
