import { LEVELS, rowBytes } from '@vitrine/sdk/core';
import type { Checkpoint } from '../types.ts';
import type { PackedTensor } from './compress-recommendation.ts';
import { toPlanes } from './planes.ts';

/** An item's companions are counted in one byte. */
const MOST = 255;

/** Values that the levels are fitted to: of more, evenly many by size. */
const SAMPLE = 4096;

/** Lists of companions one after the other, each in rising order of rows. */
export interface Companions {
  /** Entries of each item. */
  readonly count: Uint8Array;
  readonly row: ArrayLike<number>;
  readonly weight: Float64Array;
  /** What held both together, by TOGETHER, if that is known. */
  readonly together?: ArrayLike<number>;
}

interface Packed {
  /** Entries an item has at most. */
  readonly count: number;
  readonly tensors: ReadonlyMap<string, PackedTensor>;
}

/** By a checkpoint's weights and the number kept: the search for the best mixture packs the same lists again and again. */
const packedBefore = new WeakMap<Float32Array, Map<number, Packed>>();

/** The companions' tensors: the `most` strongest of each item. */
export function packNeighbours({ count, row, weight, mix, sums }: Checkpoint['neighbours'], items: number, most = MOST): Packed {
  const before = packedBefore.get(weight) ?? new Map<number, Packed>();
  const lists = before.get(most) ?? packCompanions('neighbour', strongest(row, weight, count, items, most), items);
  packedBefore.set(weight, before.set(most, lists));
  if (lists.count === 0) return lists;
  const tensors = new Map(lists.tensors).set('neighbour_mix', { type: 'float32', shape: [mix.length], data: mix });
  if (sums) {
    const data = Float32Array.from([...sums.map(({ decay }) => decay), ...sums.map(({ root }) => Number(root))]);
    tensors.set('neighbour_sums', { type: 'float32', shape: [2, sums.length], data });
  }
  return { count: lists.count, tensors };
}

/** Of [items × count] entries the strongest of each item. A row named twice counts once, with the larger weight. */
function strongest(row: Int32Array, weight: Float32Array, count: number, items: number, most: number): Companions {
  const counts = new Uint8Array(items);
  const rows: number[] = [];
  const weights: number[] = [];
  for (let item = 0; item < items; item++) {
    const places: number[] = [];
    for (let at = item * count; at < (item + 1) * count; at++) if (weight[at] > 0) places.push(at);
    places.sort((a, b) => weight[b] - weight[a] || row[a] - row[b]);
    const kept: number[] = [];
    for (const at of places) if (kept.length < Math.min(most, MOST) && !kept.some((other) => row[other] === row[at])) kept.push(at);
    counts[item] = kept.length;
    for (const at of kept.sort((a, b) => row[a] - row[b])) {
      rows.push(row[at]);
      weights.push(weight[at]);
    }
  }
  return { count: counts, row: rows, weight: Float64Array.from(weights) };
}

/**
 * Lists of companions as tensors: rows as distances from the one before (a sorted list costs about 10 bits an entry where
 * one by weight costs 13), each weight as one of sixteen levels.
 *
 * @param limit the rows named are below it
 */
export function packCompanions(name: string, { count, row, weight, together }: Companions, limit: number): Packed {
  if (weight.length === 0) return { count: 0, tensors: new Map() };
  const { levels, level } = toLevels(weight, LEVELS);
  const gaps = new Int32Array(weight.length);
  count.reduce((at, entries) => {
    for (let k = 0; k < entries; k++) gaps[at + k] = row[at + k] - (k > 0 ? row[at + k - 1] : -1) - 1;
    return at + entries;
  }, 0);
  return {
    count: count.reduce((longest, entries) => Math.max(longest, entries), 0),
    tensors: new Map<string, PackedTensor>([
      [`${name}_count`, { type: 'uint8', shape: [count.length], data: count }],
      [`${name}s`, { type: 'uint8', shape: [rowBytes(limit), gaps.length], data: toPlanes(gaps, limit) }],
      [`${name}_weight`, { type: 'int4', shape: [gaps.length], data: Int8Array.from(level, (value) => value - LEVELS / 2) }],
      [`${name}_levels`, { type: 'float32', shape: [LEVELS], data: levels }],
      ...(together ? [[`${name}_together`, { type: 'int4', shape: [together.length], data: Int8Array.from(together) }] as const] : []),
    ]),
  };
}

/**
 * Levels that stand for positive values with the least squared error (Lloyd, 1982; Max, 1960): the better of what two starts
 * lead to, spaced evenly between the smallest and the largest, and between their logarithms. Where there are no more
 * values than levels, they are the levels.
 * @returns the levels, rising, and of each value the number of the nearest
 */
export function toLevels(values: Float64Array, count: number): { levels: Float32Array<ArrayBuffer>; level: Uint8Array } {
  const all = values.toSorted();
  const [least, largest] = [all[0], all.at(-1)!];
  const every = Math.ceil(all.length / SAMPLE);
  const sorted = all.filter((_, at) => at % every === 0 || at === all.length - 1);
  const spaced = (at: (share: number) => number) => Float64Array.from({ length: count }, (_, k) => at(k / (count - 1)));
  const distinct = [...new Set(sorted)];
  const candidates = distinct.length <= count
    ? [Float64Array.from({ length: count }, (_, k) => distinct[Math.min(k, distinct.length - 1)])]
    : [spaced((share) => least + (largest - least) * share), spaced((share) => least * (largest / least) ** share)].map((start) => settle(sorted, start));
  const error = (levels: Float64Array) => sorted.reduce((sum, value) => sum + (levels[nearest(levels, value)] - value) ** 2, 0);
  const levels = Float32Array.from(candidates.reduce((best, other) => (error(other) < error(best) ? other : best)));
  return { levels, level: Uint8Array.from(values, (value) => nearest(levels, value)) };
}

/** Each level becomes the mean of the values nearest to it, until that changes nothing. */
function settle(sorted: Float64Array, start: Float64Array): Float64Array {
  let levels = start;
  for (let round = 0; round < 50; round++) {
    const sum = new Float64Array(levels.length);
    const size = new Float64Array(levels.length);
    for (const value of sorted) {
      const k = nearest(levels, value);
      sum[k] += value;
      size[k]++;
    }
    const next = levels.map((level, k) => (size[k] > 0 ? sum[k] / size[k] : level));
    if (next.every((level, k) => level === levels[k])) break;
    levels = next;
  }
  return levels;
}

/** Number of the level nearest to a value; levels rise. */
function nearest(levels: ArrayLike<number>, value: number): number {
  let k = 0;
  while (k + 1 < levels.length && value >= (levels[k] + levels[k + 1]) / 2) k++;
  return k;
}
