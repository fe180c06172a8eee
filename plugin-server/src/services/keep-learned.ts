import type { Context } from '../context.ts';
import { trainingReason, WINDOW } from '../pipeline/train/update/drift.ts';
import type { UpdateScore } from '../pipeline/types.ts';
import { type LearnedModel, packLearnedModel } from '../pipeline/train/update/learned-model.ts';
import { countNewProducts } from '../store/catalogue-content.ts';
import { insertLearnedModel } from '../store/learned-models.ts';

/**
 * Stores what the next update goes on from, beside the artifact it ships as.
 * @returns why a full training should come next; undefined when it need not
 */
export async function keepLearned(ctx: Context, shop: string, input: {
  readonly hash: string; readonly learned: LearnedModel; readonly scores: readonly UpdateScore[]; readonly createdAt: number; readonly fullAt: number;
}): Promise<string | undefined> {
  const { hash, learned, createdAt, fullAt } = input;
  const scores = input.scores.slice(-WINDOW);
  const wantsTraining = trainingReason({ scores, lead: learned.full.lead, fullAt, now: createdAt, ...(await countNewProducts(ctx.db, shop, fullAt)) });
  await insertLearnedModel(ctx.db, shop, {
    hash, bytes: packLearnedModel(learned), items: learned.checkpoint.itemIds, scores, wantsTraining: wantsTraining ?? null, fullAt, createdAt,
  });
  return wantsTraining;
}
