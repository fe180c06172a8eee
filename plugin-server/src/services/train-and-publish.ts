import { VitrineError } from '@vitrine/sdk/core';
import type { Context } from '../context.ts';
import { findRun, finishRun } from '../store/runs.ts';
import { publishRelease } from './publish-release.ts';
import { type TrainShopInput, type TrainShopResult, trainShop } from './train-shop.ts';

export interface TrainAndPublishResult extends TrainShopResult {
  /** Set when the model went live. */
  readonly sequence?: number;
  /** Why it did not. */
  readonly notPublished?: string;
}

/** The job behind "train now" and the nightly schedule: train, then publish if the gate lets it through. */
export async function trainAndPublish(ctx: Context, input: TrainShopInput): Promise<TrainAndPublishResult> {
  const trained = await trainShop(ctx, input);
  const outcome = await publishRelease(ctx, { shop: input.shop, hash: trained.artifactHash }).then(
    ({ sequence }) => ({ sequence }),
    (error: unknown) => {
      if (error instanceof VitrineError && error.code === 'not_better') return { notPublished: error.message };
      throw error;
    });
  const run = await findRun(ctx.db, input.shop, trained.runId);
  await finishRun(ctx.db, input.shop, trained.runId, { status: 'done', result: { ...run?.result, ...outcome }, finishedAt: ctx.clock() });
  return { ...trained, ...outcome };
}
