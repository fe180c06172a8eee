import type { RecommendationModel } from './load.ts';
import type { Scorer } from './types.ts';

/** The reference catalogue scan: plain JavaScript, whole numbers throughout. */
export function createJsScorer(model: Pick<RecommendationModel, 'table' | 'config'>): Scorer {
  const { table } = model;
  const { items, dim } = model.config;
  return {
    name: 'js',
    score(query) {
      const q = Int32Array.from(query);
      const dots = new Int32Array(items);
      for (let row = 0, at = 0; row < items; row++) {
        let sum = 0;
        for (let j = 0; j < dim; j++, at++) sum += q[j] * table[at];
        dots[row] = sum;
      }
      return dots;
    },
    dispose() {},
  };
}
