import type { Context } from '../context.ts';
import { findRun, finishRun } from '../store/runs.ts';

/** Ends a run whose job will not be tried again. One that has ended by itself has said why already and is left alone. */
export async function giveUpRun(ctx: Context, input: { readonly shop: string; readonly runId: string }): Promise<void> {
  const run = await findRun(ctx.db, input.shop, input.runId);
  if (run?.status !== 'queued' && run?.status !== 'running') return;
  await finishRun(ctx.db, input.shop, input.runId, {
    status: 'failed', result: { error: 'The server was stopped several times while it trained. Train again.' }, finishedAt: ctx.clock(),
  });
}
