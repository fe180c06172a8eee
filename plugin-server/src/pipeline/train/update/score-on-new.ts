import type { RecommendationModel } from '@vitrine/sdk/core';
import { countCooccurrence } from '../../dataset/cooccurrence.ts';
import { buildCases, type Case, TASKS } from '../../dataset/cases.ts';
import { createRandom } from '../../dataset/random.ts';
import type { Sequences } from '../../dataset/sequences.ts';
import { RankingMetrics } from '../../evaluate/metrics.ts';
import { coPurchaseRecommender, type Recommender, shippedRecommender } from '../../evaluate/recommenders.ts';

/** NDCG@20 and HR@20 over the cases of all tasks. */
export interface Score {
  readonly ndcg: number;
  readonly hr: number;
}

/** How a model does on what came after it. */
export interface NewScore {
  readonly cases: number;
  readonly live: Score;
  readonly coPurchase: Score;
}

/** Cases of each task at most: the standard error of a mean of three tasks is then below .01. */
const CASES = 400;
/** Co-purchase as `evaluateRecommendation` begins with it; choosing its settings anew every day would cost more than the update. */
const CO_PURCHASE = { damping: 0.25, reminder: 2, decay: 0.97 };

/** Questions of groups [from, to): orders and visits that a model has not learned from. */
export function newCases(sequences: Sequences, from: number, to: number, seed: number, limit = CASES): Case[] {
  return TASKS.flatMap((task) => buildCases(sequences, task, from, to, createRandom(seed), limit));
}

/** Scores a model on the groups from `from` on, which it has not learned from, beside co-purchase counted before them. */
export function scoreOnNew(model: RecommendationModel, sequences: Sequences, from: number, seed: number): NewScore {
  const cases = newCases(sequences, from, sequences.previous.length, seed);
  const baseline = coPurchaseRecommender(countCooccurrence(sequences, from), CO_PURCHASE);
  const items = sequences.itemIds.length;
  return { cases: cases.length, live: scoreCases(shippedRecommender(model, sequences.itemIds), cases, items), coPurchase: scoreCases(baseline, cases, items) };
}

export function scoreCases(recommend: Recommender, cases: readonly Case[], items: number): Score {
  const metrics = new RankingMetrics(20, items);
  for (const question of cases) metrics.add(recommend(question, 20), question.targets);
  const result = metrics.result();
  return { ndcg: result['NDCG@20'], hr: result['HR@20'] };
}
