import { compressRecommendation, previewModel } from '../compress/compress-recommendation.ts';
import type { Case } from '../dataset/cases.ts';
import type { Checkpoint } from '../types.ts';
import { RankingMetrics } from './metrics.ts';
import { shippedRecommender } from './recommenders.ts';

/** Mean NDCG@20 over the cases, of the int8 model that would ship. Chooses epochs and settings; 0 without cases. */
export function scoreCheckpoint(checkpoint: Checkpoint, cases: readonly Case[]): number {
  const recommend = shippedRecommender(previewModel(compressRecommendation(checkpoint)));
  const metrics = new RankingMetrics(20, checkpoint.itemIds.length);
  for (const question of cases) metrics.add(recommend(question, 20), question.targets);
  return metrics.result()['NDCG@20'];
}
