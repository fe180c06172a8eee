import { KINDS, type Neighbours } from '@vitrine/sdk/core';
import type { Sequences } from '../dataset/sequences.ts';

const PURCHASE = KINDS.indexOf('purchase');
/** Orders that must hold a pair before it may be called bought together. */
export const FEWEST_ORDERS = 3;
/** Standard deviations above chance. */
const FLOOR = 2;

/**
 * Which companions orders have held together: at least three, and more than chance would put there. Visits do not count.
 * With n and m of O orders holding the one and the other, e = n m / O hold both by chance, and c ≥ e + 2 √e must.
 *
 * @param neighbours companions by row of the sequences
 * @returns 1 where they have, [items × K]
 */
export function markBought({ start, item, kind, time }: Sequences, { count, row, weight }: Pick<Neighbours, 'count' | 'row' | 'weight'>): Uint8Array {
  const items = count > 0 ? row.length / count : 0;
  const together = new Int32Array(row.length);
  const bought = new Int32Array(items);
  /** The order in which an item was met last, plus one. */
  const met = new Int32Array(items);
  let orders = 0;
  for (let group = 0; group < time.length; group++) {
    const isOrder = start[group] < start[group + 1] && kind[start[group]] === PURCHASE;
    if (!isOrder) continue;
    orders++;
    for (let at = start[group]; at < start[group + 1]; at++) if (item[at] < items) met[item[at]] = group + 1;
    for (let at = start[group]; at < start[group + 1]; at++) {
      const one = item[at];
      if (one >= items) continue;
      bought[one]++;
      for (let k = one * count; k < (one + 1) * count; k++) if (weight[k] > 0 && met[row[k]] === group + 1) together[k]++;
    }
  }
  return Uint8Array.from(together, (both, at) => {
    const chance = (bought[Math.floor(at / count)] * bought[row[at]]) / orders;
    return Number(both >= FEWEST_ORDERS && both >= chance + FLOOR * Math.sqrt(chance));
  });
}
