import { VitrineError } from '@vitrine/sdk/core';
import type { Context } from '../context.ts';
import { cancelRun as cancelStoredRun, findRun, type RunRow } from '../store/runs.ts';

/**
 * Cancels a training run that waits or runs, in whatever process: the one that trains sees it with its next report.
 * @throws VitrineError `not_found`; `conflict` when the run has ended
 */
export async function cancelRun(ctx: Context, { shop, id }: { readonly shop: string; readonly id: string }): Promise<RunRow> {
  const cancelled = await cancelStoredRun(ctx.db, shop, id, {
    result: { error: 'Cancelled from the dashboard. The published release is unchanged.' }, finishedAt: ctx.clock(),
  });
  const run = await findRun(ctx.db, shop, id);
  if (!run) throw new VitrineError('not_found', 'There is no such training run.');
  if (!cancelled && run.status !== 'cancelled') throw new VitrineError('conflict', 'This training run has ended already.');
  return run;
}
