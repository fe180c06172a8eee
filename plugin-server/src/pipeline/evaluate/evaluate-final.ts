import type { RecommendationModel } from '@vitrine/sdk/core';
import { buildCases, type Task } from '../dataset/cases.ts';
import { createRandom } from '../dataset/random.ts';
import type { Sequences } from '../dataset/sequences.ts';
import type { Evaluation } from '../types.ts';
import { RankingMetrics } from './metrics.ts';
import { shippedRecommender } from './recommenders.ts';

/** Cases per task: enough to see that a model is broken. */
const CASES = 500;

export interface FinalModels {
  /** What ships: it has learned from the test groups too. */
  readonly final: RecommendationModel;
  /** The model live now. */
  readonly live?: RecommendationModel;
  readonly seed?: number;
}

/**
 * Adds to each evaluation how the model that ships ranks the test cases, which it has learned from by now. That is no
 * measure of its quality, the rows are; but a model that ranks what it has learned from worse than one that had not is broken.
 * A live model that has learned from them as well is compared here, on equal terms.
 */
export function evaluateFinal(sequences: Sequences, evaluations: readonly Evaluation[], { final, live, seed = 1 }: FinalModels): Evaluation[] {
  return evaluations.map((evaluation) => {
    const task = evaluation.protocol.split(':')[0] as Task;
    const cases = buildCases(sequences, task, sequences.validation, sequences.previous.length, createRandom(seed), CASES);
    const score = (model: RecommendationModel): number => {
      const recommend = shippedRecommender(model, sequences.itemIds);
      const metrics = new RankingMetrics(20, sequences.itemIds.length);
      for (const question of cases) metrics.add(recommend(question, 20), question.targets);
      return metrics.result()['NDCG@20'];
    };
    return { ...evaluation, final: { shipped: score(final), ...(live && hasLearned(live, sequences.split.testFrom) && { live: score(live) }) } };
  });
}

/** A model says in its manifest up to when it has learned. */
export function hasLearned({ config }: RecommendationModel, from: number): boolean {
  return ((config as { readonly learnedTo?: number }).learnedTo ?? 0) > from;
}
