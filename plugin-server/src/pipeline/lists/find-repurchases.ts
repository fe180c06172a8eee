import { KINDS } from '@vitrine/sdk/core';
import type { Sequences } from '../dataset/sequences.ts';
import { shoppersOf } from './shoppers.ts';

const PURCHASE = KINDS.indexOf('purchase');
const DAY = 86_400;
/** Different customers who have bought an item again, before it says anything. */
const FEWEST_CUSTOMERS = 5;
const FEWEST_GAPS = 20;
/** A byte. */
const MOST_DAYS = 255;

export interface Repurchases {
  /** Median days between two purchases of an item by one customer, [items]; 0 where too few have bought it again. */
  readonly days: Uint8Array;
  /** The same over all items; 0 where that is not known. */
  readonly usual: number;
}

/**
 * How long it takes until a customer buys the same product again. A day with two orders is one purchase. Who has
 * not come back yet is not counted, so a history of months says too short a time for what is bought once a year.
 */
export function findRepurchases(sequences: Sequences): Repurchases {
  const { itemIds, start, item, kind, time } = sequences;
  const items = itemIds.length;
  const shopper = shoppersOf(sequences);

  // Purchases by item, in order of time.
  const from = new Int32Array(items + 1);
  const eachPurchase = (use: (row: number, group: number) => void) => {
    for (let group = 0; group < time.length; group++) {
      for (let at = start[group]; at < start[group + 1]; at++) if (kind[at] === PURCHASE) use(item[at], group);
    }
  };
  eachPurchase((row) => { from[row + 1]++; });
  for (let row = 0; row < items; row++) from[row + 1] += from[row];
  const place = from.slice();
  const groups = new Int32Array(from[items]);
  eachPurchase((row, group) => { groups[place[row]++] = group; });

  const days = new Uint8Array(items);
  const all: number[] = [];
  for (let row = 0; row < items; row++) {
    const latest = new Map<number, number>();
    const customers = new Set<number>();
    const gaps: number[] = [];
    for (let at = from[row]; at < from[row + 1]; at++) {
      const who = shopper[groups[at]];
      const now = time[groups[at]];
      const before = latest.get(who);
      if (before !== undefined && now - before < DAY) continue;
      latest.set(who, now);
      if (before === undefined) continue;
      gaps.push((now - before) / DAY);
      customers.add(who);
    }
    if (customers.size < FEWEST_CUSTOMERS) continue;
    days[row] = wholeDays(gaps);
    for (const gap of gaps) all.push(gap);
  }
  return { days, usual: all.length >= FEWEST_GAPS ? wholeDays(all) : 0 };
}

function wholeDays(gaps: readonly number[]): number {
  const sorted = Float64Array.from(gaps).sort();
  return Math.min(MOST_DAYS, Math.max(1, Math.round(sorted[sorted.length >> 1])));
}
