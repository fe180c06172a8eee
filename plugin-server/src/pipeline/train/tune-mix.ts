import { GOALS, KINDS, MIX_SIZE, mixIndex } from '@vitrine/sdk/core';
import { compressRecommendation, previewModel } from '../compress/compress-recommendation.ts';
import { CART, type Case, PURCHASE, type Task, VIEW } from '../dataset/cases.ts';
import { RankingMetrics } from '../evaluate/metrics.ts';
import { shippedRecommender } from '../evaluate/recommenders.ts';
import type { Checkpoint } from '../types.ts';

/** Weights tried, in units of the model's score. */
const WEIGHTS = [0, 0.3, 1, 3, 10, 30, 100];

/** Which entries of the mix each task decides. Product pages know views only, so views follow the cart's weight. */
const DECIDES: Record<Task, readonly number[]> = {
  'rest-of-basket': [mixIndex(GOALS.indexOf('purchase'), CART), mixIndex(GOALS.indexOf('purchase'), VIEW)],
  'next-basket': [mixIndex(GOALS.indexOf('purchase'), PURCHASE)],
  'next-view': KINDS.map((_, kind) => mixIndex(GOALS.indexOf('view'), kind)),
};

/**
 * How much neighbours count beside the session's direction, by goal and kind: the weight with the best NDCG@20 on the
 * validation cases of the task that uses it. 0 turns them off.
 */
export function tuneMix(checkpoint: Checkpoint, cases: ReadonlyMap<Task, readonly Case[]>): Float32Array {
  const mix = new Float32Array(MIX_SIZE);
  if (checkpoint.neighbours.count === 0) return mix;
  const tried = { ...checkpoint, neighbours: { ...checkpoint.neighbours, mix } };
  for (const [task, questions] of cases) {
    if (questions.length === 0) continue;
    let best = { weight: 0, score: -1 };
    for (const weight of WEIGHTS) {
      for (const entry of DECIDES[task]) mix[entry] = weight;
      const recommend = shippedRecommender(previewModel(compressRecommendation(tried)));
      const metrics = new RankingMetrics(20, checkpoint.itemIds.length);
      for (const question of questions) metrics.add(recommend(question, 20), question.targets);
      const score = metrics.result()['NDCG@20'];
      if (score > best.score) best = { weight, score };
    }
    for (const entry of DECIDES[task]) mix[entry] = best.weight;
  }
  return mix;
}
