import { MIX_SIZE, paramShapes } from '@vitrine/sdk/core';
import { createRandom } from '../dataset/random.ts';
import type { Checkpoint } from '../types.ts';

/** For tests: an untrained checkpoint of 8 dimensions with random values, `count` companions an item, a fifth of them of weight 0. */
export function randomCheckpoint(items: number, count: number): Checkpoint {
  const random = createRandom(items);
  const params = new Map([...paramShapes({ items, dim: 8 })].map(([name, shape]) =>
    [name, { shape, data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random() * 4 - 2) }]));
  params.set('scale', { shape: [1], data: Float32Array.of(11.5) });
  return {
    config: { dim: 8, maxLength: 20, goals: 3 }, itemIds: Array.from({ length: items }, (_, i) => `${i}`), params, history: [],
    neighbours: {
      count, row: Int32Array.from({ length: items * count }, () => Math.floor(random() * items)),
      weight: Float32Array.from({ length: items * count }, () => Math.max(0, random() - 0.2)), mix: Float32Array.from({ length: MIX_SIZE }, () => random() * 10),
    },
  };
}
