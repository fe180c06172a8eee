import type { NeighbourOptions } from './neighbours.ts';
import type { Mixture } from './ranking-questions.ts';
import type { RecommendationSettings } from './recommendation-problem.ts';

/** Everything that was chosen on validation data: enough to make the model again from more data. */
export interface Recipe {
  readonly settings: RecommendationSettings;
  /** Passes over the data that were best; the learning rate falls as if there were `settings`' number. */
  readonly epochs: number;
  readonly companions: NeighbourOptions;
  readonly mixture: Mixture;
}
