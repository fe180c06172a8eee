import type { Context } from '../context.ts';
import { createRun, findActiveRun, type RunKind } from '../store/runs.ts';
import { requireShop } from './require-shop.ts';
import { newRunId } from './train-shop.ts';

/**
 * Queues a training run, or with `kind: 'update'` one that goes on from the live model; a run already queued or running is
 * returned instead of a second one.
 * @param input.reason why, where the schedule asks
 */
export async function requestTraining(ctx: Context, input: { readonly shop: string; readonly kind?: RunKind; readonly reason?: string }): Promise<{ runId: string }> {
  const { kind = 'training', reason } = input;
  const shop = await requireShop(ctx, input.shop);
  const active = await findActiveRun(ctx.db, shop.id);
  if (active) return { runId: active.id };
  const runId = newRunId(ctx.clock());
  await createRun(ctx.db, shop.id, { id: runId, status: 'queued', startedAt: ctx.clock(), kind, reason });
  await ctx.jobs.send(kind === 'update' ? 'update' : 'train', { shop: shop.id, runId });
  return { runId };
}
