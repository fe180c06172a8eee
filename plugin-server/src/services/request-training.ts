import type { Context } from '../context.ts';
import { createRun, findActiveRun } from '../store/runs.ts';
import { requireShop } from './require-shop.ts';
import { newRunId } from './train-shop.ts';

/** Queues a training run; a run already queued or running is returned instead of a second one. */
export async function requestTraining(ctx: Context, input: { readonly shop: string }): Promise<{ runId: string }> {
  const shop = await requireShop(ctx, input.shop);
  const active = await findActiveRun(ctx.db, shop.id);
  if (active) return { runId: active.id };
  const runId = newRunId(ctx.clock());
  await createRun(ctx.db, shop.id, { id: runId, status: 'queued', startedAt: ctx.clock() });
  await ctx.jobs.send('train', { shop: shop.id, runId });
  return { runId };
}
