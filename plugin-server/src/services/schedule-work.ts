import type { Context } from '../context.ts';
import { findShopsToReconcile, findShopsToTrain } from '../store/due-shops.ts';
import { findShopsWithNewProducts, planRun } from '../store/learned-models.ts';
import { forgetOldData } from './forget-old-data.ts';
import { requestTraining } from './request-training.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/**
 * Queues what is due: each installed shop is reconciled once a day, and its model brought up to date once a day when orders
 * or events have come since its last run, within the hour when products have come that it has no place for. That is an
 * update, where the live model can be gone on from; a full training, with the reason in its run, where it cannot or has
 * fallen behind. Any number of workers may ask at the same time: a job that is already waiting is not
 * queued again, and doing one twice changes nothing. What is older than it is kept is removed.
 *
 * @param options.reconcileEvery, options.trainEvery, options.placeEvery milliseconds
 * @returns the shops whose jobs were queued
 */
export async function scheduleWork(
  ctx: Context, options: { readonly reconcileEvery?: number; readonly trainEvery?: number; readonly placeEvery?: number } = {},
): Promise<{ reconcile: string[]; train: string[]; update: string[] }> {
  const { reconcileEvery = DAY, trainEvery = DAY, placeEvery = HOUR } = options;
  const now = ctx.clock();
  const due = { reconcile: await findShopsToReconcile(ctx.db, now - reconcileEvery), train: [] as string[], update: [] as string[] };
  for (const shop of due.reconcile) await ctx.jobs.send('reconcile', { shop });
  for (const shop of new Set([...await findShopsToTrain(ctx.db, now - trainEvery), ...await findShopsWithNewProducts(ctx.db, now - placeEvery)])) {
    const { kind, reason } = await planRun(ctx.db, shop);
    await requestTraining(ctx, { shop, kind, reason: reason ?? undefined });
    due[kind === 'update' ? 'update' : 'train'].push(shop);
  }
  await forgetOldData(ctx);
  return due;
}
