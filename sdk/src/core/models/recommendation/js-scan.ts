import { dot } from './dot.ts';
import type { RecommendationModel } from './load.ts';
import { BLOCK, type BlockScan } from './types.ts';

/** The catalogue scan in plain JavaScript: every row's score as the definition has it, and each block's largest. */
export function createJsScan(model: Pick<RecommendationModel, 'table' | 'config' | 'params'>): BlockScan {
  const { table, config: { items, dim } } = model;
  const bias = model.params.get('item_bias')!;
  return {
    name: 'js',
    scan(query, unit) {
      const maxima = new Float64Array(Math.ceil(items / BLOCK)).fill(-Infinity);
      for (let row = 0; row < items; row++) {
        const score = dot(query, table, row * dim) * unit + bias[row];
        const block = Math.floor(row / BLOCK);
        if (score > maxima[block]) maxima[block] = score;
      }
      return { maxima, slack: 0 };
    },
    dispose() {},
  };
}
