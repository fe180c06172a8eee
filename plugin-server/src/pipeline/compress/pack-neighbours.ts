import { LEVELS, rowBytes } from '@vitrine/sdk/core';
import type { Checkpoint } from '../types.ts';
import type { PackedTensor } from './compress-recommendation.ts';
import { toPlanes } from './planes.ts';

/** An item's companions are counted in one byte. */
const MOST = 255;

/**
 * The companions' tensors, and how many an item has at most: the `most` strongest of each item, in rising order of rows, as
 * distances from the one before (a sorted list costs about 10 bits an entry where one by weight costs 13), each weight
 * as one of sixteen levels.
 */
export function packNeighbours({ count, row, weight, mix, sums }: Checkpoint['neighbours'], items: number, most = MOST): { count: number; tensors: Map<string, PackedTensor> } {
  const lists = Array.from({ length: items }, (_, item) => strongest(item));
  const longest = lists.reduce((length, list) => Math.max(length, list.length), 0);
  if (longest === 0) return { count: 0, tensors: new Map() };

  const entries = lists.flat();
  const { levels, level } = toLevels(Float64Array.from(entries, (at) => weight[at]), LEVELS);
  const gaps = lists.flatMap((list) => list.map((at, k) => row[at] - (k > 0 ? row[list[k - 1]] : -1) - 1));
  return {
    count: longest,
    tensors: new Map<string, PackedTensor>([
      ['neighbour_count', { type: 'uint8', shape: [items], data: Uint8Array.from(lists, (list) => list.length) }],
      ['neighbours', { type: 'uint8', shape: [rowBytes(items), gaps.length], data: toPlanes(gaps, items) }],
      ['neighbour_weight', { type: 'int4', shape: [gaps.length], data: Int8Array.from(level, (value) => value - LEVELS / 2) }],
      ['neighbour_levels', { type: 'float32', shape: [LEVELS], data: levels }],
      ['neighbour_mix', { type: 'float32', shape: [mix.length], data: mix }],
      ...(sums ? [['neighbour_sums', { type: 'float32', shape: [2, sums.length], data: Float32Array.from([...sums.map(({ decay }) => decay), ...sums.map(({ root }) => Number(root))]) }] as const] : []),
    ]),
  };

  /** Places of an item's strongest companions, in the order of their rows. A row named twice counts once, with the larger weight. */
  function strongest(item: number): number[] {
    const places = Array.from({ length: count }, (_, k) => item * count + k).filter((at) => weight[at] > 0).sort((a, b) => weight[b] - weight[a] || row[a] - row[b]);
    const rows = new Set<number>();
    return places.filter((at) => !rows.has(row[at]) && rows.add(row[at])).slice(0, Math.min(most, MOST)).sort((a, b) => row[a] - row[b]);
  }
}

/**
 * Levels that stand for positive values with the least squared error (Lloyd, 1982; Max, 1960), from a start spaced evenly
 * between the logarithms of the smallest and the largest.
 * @returns the levels, and of each value the number of the nearest
 */
export function toLevels(values: Float64Array, count: number): { levels: Float32Array<ArrayBuffer>; level: Uint8Array } {
  const sorted = values.toSorted();
  const [least, largest] = [sorted[0], sorted.at(-1)!];
  let levels = Float64Array.from({ length: count }, (_, k) => least * (largest / least) ** (k / (count - 1)));
  const below = (bound: number) => { // how many of `sorted` are
    let [from, to] = [0, sorted.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      if (sorted[middle] < bound) from = middle + 1;
      else to = middle;
    }
    return from;
  };
  const sums = new Float64Array(sorted.length + 1);
  sorted.forEach((value, i) => { sums[i + 1] = sums[i] + value; });
  for (let round = 0; round < 50; round++) {
    const bounds = [0, ...Array.from({ length: count - 1 }, (_, k) => below((levels[k] + levels[k + 1]) / 2)), sorted.length];
    levels = levels.map((value, k) => (bounds[k + 1] > bounds[k] ? (sums[bounds[k + 1]] - sums[bounds[k]]) / (bounds[k + 1] - bounds[k]) : value));
  }
  const rounded = Float32Array.from(levels);
  const level = Uint8Array.from(values, (value) => {
    let k = 0;
    while (k + 1 < count && value >= (rounded[k] + rounded[k + 1]) / 2) k++;
    return k;
  });
  return { levels: rounded, level };
}
