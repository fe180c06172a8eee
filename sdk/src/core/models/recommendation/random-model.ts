import { MIX_SIZE, paramShapes } from './config.ts';
import type { RecommendationModel } from './load.ts';

/**
 * For tests: a model with random values, `count` companions an item (a fifth of them of weight 0), and facets: type `t0` to `t3`, vendor,
 * the tag "sale" for every fifth, price row + 1, stock.
 */
export function randomModel({ items, dim, seed, count = 4 }: { items: number; dim: number; seed: number; count?: number }): RecommendationModel {
  let state = seed;
  const random = () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32;
  const whole = (below: number) => Math.floor(random() * below);
  const config = { items, dim, maxLength: 12, scale: 10, goals: 3, neighbours: count };
  const params = new Map([...paramShapes(config)].filter(([name]) => name !== 'item_table').map(([name, shape]) =>
    [name, Float32Array.from({ length: shape.reduce((size, axis) => size * axis) }, () => random() - 0.5)]));
  const itemIds = Array.from({ length: items }, (_, row) => `p${row}`);
  const facets: string[] = [];
  const position = (text: string) => (facets.includes(text) ? facets.indexOf(text) : facets.push(text) - 1);
  const lists = itemIds.map((_, row) => [`tt${row % 4}`, `vv${row % 3}`, `p${row + 1}`, ...(row % 5 === 0 ? ['gsale'] : []), `s${['low', 'some', 'plenty'][row % 3]}`].map(position));
  const start = new Int32Array(items + 1);
  lists.forEach((list, row) => { start[row + 1] = start[row] + list.length; });
  const row = Int32Array.from(itemIds.flatMap((_, item) => {
    const found = new Set<number>();
    while (found.size < Math.min(count, items - 1)) found.add((item + 1 + whole(items - 1)) % items);
    return [...found].sort((x, y) => x - y);
  }));
  const weight = Float32Array.from(row, () => Math.max(0, random() - 0.2));
  return {
    config, version: 'random', itemIds, rowOf: new Map(itemIds.map((id, row) => [id, row])), params,
    table: Int8Array.from({ length: items * dim }, () => whole(255) - 127), tableScale: 1 / 127,
    neighbours: {
      count, row, weight, together: Uint8Array.from(weight, (value) => (value > 0 ? whole(3) : 0)), mix: Float32Array.from({ length: MIX_SIZE }, () => random() * 6),
      sums: Array.from({ length: MIX_SIZE }, (_, at) => ({ decay: 0.9 + random() * 0.1, root: at % 2 === 0 })),
    },
    attributes: { facets, start, facet: Int32Array.from(lists.flat()) },
  };
}
