import type { Combination } from '@vitrine/sdk/core';
import type { Table } from '../../evaluate/tabular/table.ts';
import { fitBinner } from './bin-columns.ts';
import { BOOST, growBoostedTrees } from './boosted-trees.ts';
import { pairsOf, plainColumns } from './combinations.ts';

/** Number columns that are paired at most, the most telling ones: pairs grow with the square. */
const MOST_PAIRED = 12;
/** Trees that only have to say which columns help may be few and quick. */
const QUICK = { ...BOOST, learningRate: 0.1, patience: 15 } as const;

/**
 * Chooses pairs of number columns worth an input of their own: trees are grown on all columns and all pairs (seeing few
 * of them each, so that equal ones take turns), stopped early on the other parts' rows, and the pairs with the largest gain are kept.
 *
 * @param parts the training rows in parts; each of the first three is once the validation
 */
export function chooseCombinations(table: Table, parts: readonly Uint32Array[], most: number): Combination[] {
  const plain = plainColumns(table);
  const all = Uint32Array.from(parts.flatMap((part) => [...part])).sort();
  const gains = (combinations: readonly Combination[], columnShare: number) => {
    const sums = new Float64Array(combinations.length);
    for (const [seed, validation] of parts.slice(0, 3).entries()) {
      const held = new Set(validation);
      const training = all.filter((row) => !held.has(row));
      const columns = fitBinner(table, combinations, training)(table);
      const { trees } = growBoostedTrees(columns, table.labels, training, validation, { ...QUICK, columnShare, seed });
      for (const { column, gain } of trees) for (const [node, at] of column.entries()) if (at >= 0 && at < sums.length) sums[at] += gain[node];
    }
    return sums;
  };
  const best = (combinations: readonly Combination[], sums: Float64Array, count: number) =>
    combinations.map((_, at) => at).filter((at) => sums[at] > 0).sort((a, b) => sums[b] - sums[a] || a - b).slice(0, count).map((at) => combinations[at]);

  const paired = plain.length > MOST_PAIRED ? best(plain, gains(plain, QUICK.columnShare), MOST_PAIRED) : plain;
  const pairs = pairsOf(table, paired, all);
  if (pairs.length === 0) return [];
  return best(pairs, gains([...plain, ...pairs], 0.15).subarray(plain.length), most);
}
