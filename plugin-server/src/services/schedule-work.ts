import type { Context } from '../context.ts';
import { findShopsToReconcile, findShopsToTrain } from '../store/due-shops.ts';
import { forgetOldData } from './forget-old-data.ts';
import { requestTraining } from './request-training.ts';

const DAY = 24 * 3_600_000;

/**
 * Queues what is due: each installed shop is reconciled once a day, and trained again once a day when orders or events
 * have come since its last run. Any number of workers may ask at the same time: a job that is already waiting is not
 * queued again, and doing one twice changes nothing. What is older than it is kept is removed.
 *
 * @param options.reconcileEvery, options.trainEvery milliseconds
 * @returns the shops whose jobs were queued
 */
export async function scheduleWork(
  ctx: Context, options: { readonly reconcileEvery?: number; readonly trainEvery?: number } = {},
): Promise<{ reconcile: string[]; train: string[] }> {
  const { reconcileEvery = DAY, trainEvery = DAY } = options;
  const now = ctx.clock();
  const due = { reconcile: await findShopsToReconcile(ctx.db, now - reconcileEvery), train: await findShopsToTrain(ctx.db, now - trainEvery) };
  for (const shop of due.reconcile) await ctx.jobs.send('reconcile', { shop });
  for (const shop of due.train) await requestTraining(ctx, { shop });
  await forgetOldData(ctx);
  return due;
}
