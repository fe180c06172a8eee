import { KINDS } from '@vitrine/sdk/core';
import type { Interactions } from '../types.ts';

/**
 * Interactions by group (an order or a visit), groups in order of time, with a link from each group to the one before
 * it of the same customer. Rows are numbered by popularity among the training groups: row 0 is the most popular item.
 */
export interface Sequences {
  /** Product id of each row. */
  readonly itemIds: readonly string[];
  /** Group g holds positions start[g] … start[g + 1] - 1 of `item` and `kind`. [groups + 1] */
  readonly start: Int32Array;
  readonly item: Int32Array;
  readonly kind: Uint8Array;
  /** Earlier group of the same actor, -1 when there is none. [groups] */
  readonly previous: Int32Array;
  /** Time of the group's first interaction, seconds since 1970. [groups] */
  readonly time: Float64Array;
  /** Groups [0, train) train, [train, validation) choose, [validation, groups) test: chronological. */
  readonly train: number;
  readonly validation: number;
  readonly split: SplitTimes;
}

/** Where a chronological split falls, seconds since 1970: training ends before `validationFrom`, choosing before `testFrom`. */
export interface SplitTimes {
  readonly validationFrom: number;
  readonly testFrom: number;
}

const VIEW = KINDS.indexOf('view');

/** Share of the groups held out to choose, and to test. */
const VALIDATION_SHARE = 0.1;
const TEST_SHARE = 0.1;

export interface SequenceOptions {
  /** Keeps the second of two views of the same page in a row: in a public data set that is a prediction like any other. */
  readonly keepRepeats?: boolean;
}

/**
 * Groups, splits by time, and numbers the items by their popularity in the training part. An item is bought or
 * put into the cart once in a group; views are kept as they came, but for a page looked at twice in a row.
 * @param split where an earlier training split; by default the newest tenth tests and the tenth before it chooses
 */
export function buildSequences(interactions: Interactions, split?: SplitTimes, { keepRepeats = false }: SequenceOptions = {}): Sequences {
  const { item, kind, group, actor, time } = interactions;
  const count = item.length;

  // Order of groups by first interaction; interactions arrive sorted by time, so group numbers already are.
  let groups = 0;
  for (let i = 0; i < count; i++) groups = Math.max(groups, group[i] + 1);
  const size = new Int32Array(groups + 1);
  for (let i = 0; i < count; i++) size[group[i] + 1]++;
  for (let g = 0; g < groups; g++) size[g + 1] += size[g];
  const place = size.slice();
  const order = new Int32Array(count);
  for (let i = 0; i < count; i++) order[place[group[i]]++] = i;

  const start = new Int32Array(groups + 1);
  const items = new Int32Array(count);
  const kinds = new Uint8Array(count);
  const groupTime = new Float64Array(groups);
  const previous = new Int32Array(groups).fill(-1);
  const latest = new Int32Array(actor.reduce((most, one) => Math.max(most, one + 1), 0)).fill(-1);
  const seen = new Set<number>();
  let kept = 0;
  for (let g = 0; g < groups; g++) {
    start[g] = kept;
    seen.clear();
    let latestTouch = -1;
    for (let at = size[g]; at < size[g + 1]; at++) {
      const i = order[at];
      const touch = item[i] * 4 + kind[i];
      if (kind[i] === VIEW ? touch === latestTouch && !keepRepeats : seen.has(touch)) continue;
      seen.add(touch);
      latestTouch = touch;
      items[kept] = item[i];
      kinds[kept] = kind[i];
      kept++;
    }
    const first = order[size[g]];
    groupTime[g] = time[first];
    if (actor[first] >= 0) {
      previous[g] = latest[actor[first]];
      latest[actor[first]] = g;
    }
  }
  start[groups] = kept;

  // By time, never through the middle of one moment, so that the times alone give the same split again.
  const timeAt = (share: number) => groupTime[Math.min(groups - 1, Math.round(groups * share))] ?? 0;
  const times = split ?? { validationFrom: timeAt(1 - TEST_SHARE - VALIDATION_SHARE), testFrom: timeAt(1 - TEST_SHARE) };
  const before = (moment: number) => groupTime.reduce((count, seconds) => count + (seconds < moment ? 1 : 0), 0);
  const train = before(times.validationFrom);
  const validation = before(times.testFrom);

  const rows = rowsByPopularity(interactions.itemIds, items.subarray(0, start[train]));
  for (let at = 0; at < kept; at++) items[at] = rows.rowOf[items[at]];
  return {
    itemIds: rows.itemIds, start, item: items.slice(0, kept), kind: kinds.slice(0, kept), previous, time: groupTime, train, validation, split: times,
  };
}

/** The same groups, every one of them to train on, with rows numbered by their popularity among all. */
export function withoutSplit(sequences: Sequences): Sequences {
  const groups = sequences.time.length;
  const { itemIds, rowOf } = rowsByPopularity(sequences.itemIds, sequences.item);
  return { ...sequences, itemIds, item: sequences.item.map((row) => rowOf[row]), train: groups, validation: groups, split: { validationFrom: Infinity, testFrom: Infinity } };
}

/** Numbers items anew, the most frequent first, equally frequent ones in the order they had. */
function rowsByPopularity(itemIds: readonly string[], items: Int32Array): { readonly itemIds: string[]; readonly rowOf: Int32Array } {
  const popularity = new Float64Array(itemIds.length);
  for (const item of items) popularity[item]++;
  const byPopularity = Array.from(popularity.keys()).sort((a, b) => popularity[b] - popularity[a] || a - b);
  const rowOf = new Int32Array(byPopularity.length);
  byPopularity.forEach((old, row) => { rowOf[old] = row; });
  return { itemIds: byPopularity.map((old) => itemIds[old]), rowOf };
}

/** Items and kinds of the actor's groups before `group`, oldest first, at most `limit`. */
export function historyBefore(sequences: Sequences, group: number, limit: number): { items: number[]; kinds: number[] } {
  const items: number[] = [];
  const kinds: number[] = [];
  for (let g = sequences.previous[group]; g >= 0 && items.length < limit; g = sequences.previous[g]) {
    for (let at = sequences.start[g + 1] - 1; at >= sequences.start[g] && items.length < limit; at--) {
      items.push(sequences.item[at]);
      kinds.push(sequences.kind[at]);
    }
  }
  return { items: items.reverse(), kinds: kinds.reverse() };
}
