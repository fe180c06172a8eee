import type { Sequences } from '../dataset/sequences.ts';
import { shoppersOf } from './shoppers.ts';

const DAY = 86_400;
const WEEK = 7 * DAY;
/** Whole weeks that the newest one is compared with: every weekday counts alike in both. */
const MOST_WEEKS = 4;
const FEWEST_WEEKS = 2;
/** Shoppers of the newest week that a rise needs: fewer could be one person's doing, or one person's secret. */
const FEWEST_SHOPPERS = 10;
/** Standard deviations above the shop's own rate that a rise needs: of 2,000 products that do not rise, one passes. */
const FLOOR = 3.3;
/** Shoppers added to both sides of the ratio: a rise from 1 to 12 is not twelve times one from 100 to 110. */
const SHRINK = 5;
const MOST = 48;

export interface Riser {
  /** Row of the item. */
  readonly row: number;
  /** Shoppers of the newest week, over what the weeks before and the shop's own growth let expect, shrunken. */
  readonly growth: number;
}

export interface Trending {
  /** The fastest first. */
  readonly risers: readonly Riser[];
  /** Seconds since 1970: a week after the newest order or visit. What rose by then is no news later. */
  readonly until: number;
}

/**
 * Products that rise: touched by more different shoppers in the newest week than in the weeks before, against the shop as a
 * whole. A large product that sells as ever is not one.
 *
 * With x shoppers in the newest week and y in W weeks before, and n and m those of all products together, e = y n / m
 * are expected. Given x + y, x is binomial with p = n / (n + m), its variance times the dispersion φ that the weeks before
 * show (shoppers do not come as dice fall):
 *
 *     z = (x − (x + y) p) / √(φ (x + y) p (1 − p)) ≥ 3.3 ,   growth = (x + 5) / (e + 5)
 *
 * @returns no risers where there are not two weeks before the newest
 */
export function findTrending(sequences: Sequences): Trending {
  const { itemIds, start, item, time } = sequences;
  const groups = time.length;
  const newest = groups > 0 ? time[groups - 1] : 0;
  const until = newest + WEEK;
  const weeks = Math.min(MOST_WEEKS, Math.floor((newest - (time[0] ?? 0)) / WEEK) - 1);
  if (weeks < FEWEST_WEEKS) return { risers: [], until };

  // Shoppers of each item by week, week 0 the newest; each counts once a week, however often they come.
  const items = itemIds.length;
  const shopper = shoppersOf(sequences);
  const weekOf = (group: number) => Math.floor((newest - time[group]) / WEEK);
  const oldest = time.findIndex((at) => newest - at < (weeks + 1) * WEEK);
  const order = Int32Array.from({ length: groups - oldest }, (_, at) => oldest + at).sort((a, b) => weekOf(a) - weekOf(b) || shopper[a] - shopper[b]);
  const counts = Array.from({ length: weeks + 1 }, () => new Int32Array(items));
  /** The visit to the shop, one a week and shopper, that met an item last. */
  const met = new Int32Array(items).fill(-1);
  let first = 0;
  order.forEach((group, at) => {
    if (shopper[group] !== shopper[order[first]] || weekOf(group) !== weekOf(order[first])) first = at;
    for (let touch = start[group]; touch < start[group + 1]; touch++) {
      if (met[item[touch]] === first) continue;
      met[item[touch]] = first;
      counts[weekOf(group)][item[touch]]++;
    }
  });
  const totals = counts.map((count) => count.reduce((sum, value) => sum + value, 0));
  const [recent, ...earlier] = totals;
  const before = earlier.reduce((sum, value) => sum + value, 0);
  if (before === 0) return { risers: [], until };
  const earlierOf = (row: number) => counts.slice(1).reduce((sum, count) => sum + count[row], 0);
  const spread = dispersion(counts.slice(1), earlier);

  const p = recent / (recent + before);
  const risers: Riser[] = [];
  for (let row = 0; row < items; row++) {
    const x = counts[0][row];
    if (x < FEWEST_SHOPPERS) continue;
    const y = earlierOf(row);
    const z = (x - (x + y) * p) / Math.sqrt(spread * (x + y) * p * (1 - p));
    const growth = (x + SHRINK) / ((y * recent) / before + SHRINK);
    if (z >= FLOOR && growth > 1) risers.push({ row, growth });
  }
  return { risers: risers.sort((a, b) => b.growth - a.growth || a.row - b.row).slice(0, MOST), until };
}

/** By how much the weeks of an item vary more than by chance: Pearson's statistic by degree of freedom, at least 1. */
function dispersion(weeks: readonly Int32Array[], totals: readonly number[]): number {
  const all = totals.reduce((sum, value) => sum + value, 0);
  let statistic = 0;
  let freedom = 0;
  for (let row = 0; row < weeks[0].length; row++) {
    const sum = weeks.reduce((total, week) => total + week[row], 0);
    if (sum < FEWEST_SHOPPERS) continue;
    weeks.forEach((week, at) => {
      const expected = (sum * totals[at]) / all;
      if (expected > 0) statistic += (week[row] - expected) ** 2 / expected;
    });
    freedom += weeks.length - 1;
  }
  return freedom > 0 ? Math.max(1, statistic / freedom) : 1;
}
