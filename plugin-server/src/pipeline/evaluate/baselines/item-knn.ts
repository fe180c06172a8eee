import type { Baseline, Fitted } from './baseline.ts';
import { countTogether } from './pair-counts.ts';

export interface ItemKnnSettings {
  /** λ, added to the numbers of lists: rare items are less similar to everything. */
  readonly regularisation: number;
  /** α: 0.5 is the cosine, less favours popular neighbours. */
  readonly normalisation: number;
}

/**
 * Neighbours of the newest item by cosine over the lists that hold them (Hidasi et al., 2016):
 * s(i, j) = c_ij / ((n_i + λ)^(1-α) (n_j + λ)^α), here up to a factor that depends on i only.
 */
export const itemKnn: Baseline<ItemKnnSettings> = {
  name: 'item-kNN',
  choices: { regularisation: [20, 0, 5, 80, 300], normalisation: [0.5, 0.25, 0.75] },
  prepare(lists, items) {
    const { start, column, after: together, occurrences } = countTogether(lists, items);
    return ({ regularisation, normalisation }): Fitted => {
      const scale = occurrences.map((n) => (n + regularisation) ** -normalisation);
      return {
        bytes: start.byteLength + column.byteLength + together.byteLength,
        score(seen, best) {
          const last = seen[seen.length - 1];
          for (let at = start[last]; at < start[last + 1]; at++) best.add(column[at], together[at] * scale[column[at]]);
        },
      };
    };
  },
};
