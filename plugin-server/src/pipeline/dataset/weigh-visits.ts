import { KINDS } from '@vitrine/sdk/core';
import type { Interactions } from '../types.ts';

const PURCHASE = KINDS.indexOf('purchase');
const DAY = 86_400;
const WEEK = 7 * DAY;

/** A visit that does not look like a person's: so many touches, or a page more often than every second, or a steady beat. */
const MOST_TOUCHES = 200;
const FASTEST = 1;
const STEADIEST = 0.1;
const FEWEST_GAPS = 8;
/** Visits that count from one origin a day, and of those the ones that touch the same item. An office shares an address. */
const VISITS_OF_ORIGIN = 12;
const ITEM_OF_ORIGIN = 2;
/** Visits a day in which one visitor may touch the same item. */
const ITEM_OF_VISITOR = 2;
/** Attention that orders must back: beyond SLACK times what nearly all items of a week get for as many orders. */
const NEARLY_ALL = 0.98;
const SLACK = 1.5;
const FEWEST_VISITS = 10;
/** Weeks of orders that back a week's visits, and orders in them before they can be a measure. */
const BACKING_WEEKS = 4;
const FEWEST_ORDERS = 50;
/** A week's attention may be so many times that of the weeks before, and a few visits, unless orders rise with it. */
const RISE = 1.5;
const RISE_VISITS = 9;
const FEWEST_WEEKS = 2;

/** Interactions that count, and how many touches do not, by reason. */
export interface Weighed {
  readonly interactions: Interactions;
  readonly leftOut: { readonly robots: number; readonly origin: number; readonly visitor: number; readonly unbacked: number };
}

/**
 * Leaves out of a shop's visits what one person, or one script, could have made up: anybody may send events, and a product
 * must not get into a list because somebody sent many. Orders come signed from the shop; they all count and are the
 * measure of the rest:
 *
 * - a visit at a machine's pace does not count;
 * - of one origin (a bucket of addresses, for a day) a few visits count, and of those fewer for the same product;
 * - a visitor counts a product twice a day at most;
 * - with v visits to a product in a week and o orders of it in four, v counts up to 1.5 q (o / 4 + 1), where q is what
 *   98 % of the products stay below in v / (o / 4 + 1). One product's flood does not move a quantile over all of them,
 *   and costs orders to hide;
 * - with a mean of u visits in the weeks before, v counts up to 1.5 u r + 9, where r is the shop's own growth (the median over
 *   its products), or the growth of the product's orders where that is larger.
 *
 * Visits whose origin is not known, as those of a file, are not judged. The first of each kind count, so that a flood
 * cannot take the place of what was there before it.
 */
export function weighVisits(interactions: Interactions): Weighed {
  const { origin, ...plain } = interactions;
  const leftOut = { robots: 0, origin: 0, visitor: 0, unbacked: 0 };
  if (!origin || !origin.some((value) => value >= 0)) return { interactions: plain, leftOut };
  const counts = new Uint8Array(origin.length).fill(1);
  const leave = (at: number, reason: keyof typeof leftOut) => {
    counts[at] = 0;
    leftOut[reason]++;
  };
  leaveRobots({ ...plain, origin }, counts, leave);
  leaveRepeated({ ...plain, origin }, counts, leave);
  leaveUnbacked({ ...plain, origin }, counts, leave);
  return { interactions: leftOut.robots + leftOut.origin + leftOut.visitor + leftOut.unbacked === 0 ? plain : onlyCounted(plain, counts), leftOut };
}

type Judged = Interactions & { readonly origin: Int32Array };
type Leave = (at: number, reason: 'robots' | 'origin' | 'visitor' | 'unbacked') => void;

/** Visits faster than a person reads, as steady as a clock, or without an end. */
function leaveRobots({ group, time, origin }: Judged, counts: Uint8Array, leave: Leave): void {
  // The sums of each visit's gaps, for their mean and deviation.
  const groups = group.reduce((most, value) => Math.max(most, value + 1), 0);
  const touches = new Int32Array(groups);
  const last = new Float64Array(groups);
  const gaps = new Int32Array(groups);
  const sum = new Float64Array(groups);
  const squares = new Float64Array(groups);
  for (let at = 0; at < group.length; at++) {
    const visit = group[at];
    if (touches[visit]++ > 0) {
      const gap = time[at] - last[visit];
      gaps[visit]++;
      sum[visit] += gap;
      squares[visit] += gap * gap;
    }
    last[visit] = time[at];
  }
  const robot = (visit: number) => {
    if (touches[visit] > MOST_TOUCHES) return true;
    if (gaps[visit] < FEWEST_GAPS) return false;
    const mean = sum[visit] / gaps[visit];
    const deviation = Math.sqrt(Math.max(0, squares[visit] / gaps[visit] - mean * mean));
    return mean < FASTEST || deviation < STEADIEST * mean;
  };
  for (let at = 0; at < group.length; at++) if (origin[at] >= 0 && counts[at] && robot(group[at])) leave(at, 'robots');
}

/** What comes from one origin, or from one visitor, more often than it counts. */
function leaveRepeated({ itemIds, item, group, actor, time, origin }: Judged, counts: Uint8Array, leave: Leave): void {
  const items = itemIds.length;
  /** Visits met, by origin; and by origin and item, or visitor, day and item: the last visit and how many. */
  const visitsOf = new Map<number, Set<number>>();
  const ofOrigin = new LastVisits();
  const ofVisitor = new LastVisits();
  const firstDay = Math.floor((time[0] ?? 0) / DAY);
  const days = Math.floor((time[time.length - 1] ?? 0) / DAY) - firstDay + 1;
  for (let at = 0; at < item.length; at++) {
    if (origin[at] < 0 || !counts[at]) continue;
    const visits = visitsOf.get(origin[at]);
    if (!visits) visitsOf.set(origin[at], new Set([group[at]]));
    else if (visits.size < VISITS_OF_ORIGIN) visits.add(group[at]);
    else if (!visits.has(group[at])) {
      leave(at, 'origin');
      continue;
    }
    if (ofOrigin.count(origin[at] * items + item[at], group[at]) > ITEM_OF_ORIGIN) leave(at, 'origin');
    else if (actor[at] >= 0 && ofVisitor.count((actor[at] * days + Math.floor(time[at] / DAY) - firstDay) * items + item[at], group[at]) > ITEM_OF_VISITOR) leave(at, 'visitor');
  }
}

/** How many visits a key has been met in. Only the last one is known: two that alternate count again, too many rather than too few. */
class LastVisits {
  readonly #last = new Map<number, { visit: number; count: number }>();

  count(key: number, visit: number): number {
    const known = this.#last.get(key);
    if (!known) {
      this.#last.set(key, { visit, count: 1 });
      return 1;
    }
    if (known.visit !== visit) {
      known.visit = visit;
      known.count++;
    }
    return known.count;
  }
}

/** Attention to an item that its orders do not back, week by week. */
function leaveUnbacked({ itemIds, item, kind, group, time, origin }: Judged, counts: Uint8Array, leave: Leave): void {
  const items = itemIds.length;
  const newest = time[time.length - 1];
  const weekOf = (at: number) => Math.floor((newest - time[at]) / WEEK);
  const weeks = weekOf(0) + 1;
  const orders = Array.from({ length: weeks }, () => new Int32Array(items));
  for (let at = 0; at < item.length; at++) if (kind[at] === PURCHASE) orders[weekOf(at)][item[at]]++;

  /** Visits that counted, week by week, the newest of those before first. */
  const past: Int32Array[] = [];
  // Interactions are sorted by time: the weeks lie one after the other, the oldest first.
  for (let from = 0; from < item.length;) {
    const week = weekOf(from);
    let to = from;
    while (to < item.length && weekOf(to) === week) to++;
    const backing = new Float64Array(items).fill(1);
    let all = 0;
    for (let back = week; back < Math.min(weeks, week + BACKING_WEEKS); back++) {
      for (let row = 0; row < items; row++) {
        backing[row] += orders[back][row] / BACKING_WEEKS;
        all += orders[back][row];
      }
    }
    const visits = visitsOf(from, to);
    if (all >= FEWEST_ORDERS) leaveAbove(from, to, mostOf(visits, backing, orders[week]));
    past.unshift(visitsOf(from, to));
    if (past.length > BACKING_WEEKS) past.pop();
    from = to;
  }

  function visitsOf(from: number, to: number): Int32Array {
    const visits = new Int32Array(items);
    const seen = new LastVisits();
    for (let at = from; at < to; at++) if (origin[at] >= 0 && counts[at]) visits[item[at]] = seen.count(item[at], group[at]);
    return visits;
  }

  function mostOf(visits: Int32Array, backing: Float64Array, ordered: Int32Array): Float64Array {
    const ratios = Float64Array.from(Array.from(visits.keys()).filter((row) => visits[row] > 0), (row) => visits[row] / backing[row]).sort();
    const usual = ratios.length === 0 ? 0 : ratios[Math.min(ratios.length - 1, Math.floor(ratios.length * NEARLY_ALL))];
    const most = backing.map((value) => Math.max(FEWEST_VISITS, Math.ceil(SLACK * usual * value)));
    if (past.length < FEWEST_WEEKS) return most;
    const before = Float64Array.from(visits, (_, row) => past.reduce((sum, week) => sum + week[row], 0) / past.length);
    const growths = Float64Array.from(Array.from(visits.keys()).filter((row) => before[row] >= 3), (row) => visits[row] / before[row]).sort();
    const growth = growths.length === 0 ? 1 : Math.max(1, growths[growths.length >> 1]);
    return most.map((value, row) => Math.min(value, Math.ceil(RISE * before[row] * Math.max(growth, (ordered[row] + 1) / backing[row]) + RISE_VISITS)));
  }

  function leaveAbove(from: number, to: number, most: Float64Array): void {
    const counted = new LastVisits();
    for (let at = from; at < to; at++) {
      if (origin[at] >= 0 && counts[at] && counted.count(item[at], group[at]) > most[item[at]]) leave(at, 'unbacked');
    }
  }
}

/** The interactions that count; items and groups numbered anew by first appearance. */
function onlyCounted({ itemIds, item, kind, group, actor, time }: Interactions, counts: Uint8Array): Interactions {
  const places = Array.from(counts.keys()).filter((at) => counts[at]);
  const renumber = (column: Int32Array) => {
    const numbers = new Map<number, number>();
    const values = Int32Array.from(places, (at) => {
      let number = numbers.get(column[at]);
      if (number === undefined) numbers.set(column[at], (number = numbers.size));
      return number;
    });
    return { values, kept: [...numbers.keys()] };
  };
  const items = renumber(item);
  return {
    itemIds: items.kept.map((old) => itemIds[old]), item: items.values, kind: Uint8Array.from(places, (at) => kind[at]),
    group: renumber(group).values, actor: Int32Array.from(places, (at) => actor[at]), time: Float64Array.from(places, (at) => time[at]),
  };
}
