import { KINDS, type Neighbours, TOGETHER } from '@vitrine/sdk/core';
import type { Sequences } from '../dataset/sequences.ts';

const PURCHASE = KINDS.indexOf('purchase');
/** Orders that must hold a pair before it may be called bought together, or visits before it is looked at together. */
export const FEWEST_TOGETHER = 3;
/** Standard deviations above chance. */
const FLOOR = 2;

/**
 * Which companions orders have held together, and which of the others visits have: at least three, and more than chance would
 * put there. With n and m of N orders (or visits) holding the one and the other, e = n m / N hold both by chance, and
 * c ≥ e + 2 √e must.
 *
 * @param neighbours companions by row of the sequences
 * @returns by TOGETHER, 0 for neither, [items × K]
 */
export function markTogether(sequences: Sequences, neighbours: Pick<Neighbours, 'count' | 'row' | 'weight'>): Uint8Array {
  const bought = heldTogether(sequences, neighbours, true);
  const viewed = heldTogether(sequences, neighbours, false);
  return bought.map((isBought, at) => (isBought ? TOGETHER.bought : viewed[at] ? TOGETHER.viewed : 0));
}

function heldTogether({ start, item, kind, time }: Sequences, { count, row, weight }: Pick<Neighbours, 'count' | 'row' | 'weight'>, inOrders: boolean): Uint8Array {
  const items = count > 0 ? row.length / count : 0;
  const together = new Int32Array(row.length);
  const held = new Int32Array(items);
  /** The group in which an item was met last, plus one; and counted. */
  const met = new Int32Array(items);
  const counted = new Int32Array(items);
  let groups = 0;
  for (let group = 0; group < time.length; group++) {
    const isOrder = start[group] < start[group + 1] && kind[start[group]] === PURCHASE;
    if (isOrder !== inOrders) continue;
    groups++;
    for (let at = start[group]; at < start[group + 1]; at++) if (item[at] < items) met[item[at]] = group + 1;
    for (let at = start[group]; at < start[group + 1]; at++) {
      const one = item[at];
      if (one >= items || counted[one] === group + 1) continue; // a visit may look at it again
      counted[one] = group + 1;
      held[one]++;
      for (let k = one * count; k < (one + 1) * count; k++) if (weight[k] > 0 && met[row[k]] === group + 1) together[k]++;
    }
  }
  return Uint8Array.from(together, (both, at) => {
    const chance = (held[Math.floor(at / count)] * held[row[at]]) / groups;
    return Number(both >= FEWEST_TOGETHER && both >= chance + FLOOR * Math.sqrt(chance));
  });
}
