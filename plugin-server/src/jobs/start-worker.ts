import type { Job } from 'pg-boss';
import { type ErrorCode, VitrineError } from '@vitrine/sdk/core';
import type { Context } from '../context.ts';
import { giveUpRun } from '../services/give-up-run.ts';
import { handleWebhook } from '../services/handle-webhook.ts';
import { handleWebhooksTogether } from '../services/handle-webhooks-together.ts';
import { importShop } from '../services/import-shop.ts';
import { reconcileShop } from '../services/reconcile-shop.ts';
import { requestTraining } from '../services/request-training.ts';
import { scheduleWork } from '../services/schedule-work.ts';
import { trainShop } from '../services/train-shop.ts';
import { updateShop } from '../services/update-shop.ts';
import { findLostRuns } from '../store/lost-runs.ts';
import { deleteDeliveriesBefore, findLostDeliveries } from '../store/webhook-deliveries.ts';
import type { JobName, JobPayloads } from './queue.ts';
import { DEAD_TRAINING, type RunningQueue } from './start-queue.ts';

export type Services = { readonly [Name in JobName]: (ctx: Context, payload: JobPayloads[Name], signal: AbortSignal) => Promise<unknown> } & {
  /** Handles what can be handled together of a batch; the rest is for 'handle-webhook'. Says of each whether it is done. */
  readonly webhooksTogether?: (ctx: Context, payloads: readonly JobPayloads['handle-webhook'][]) => Promise<readonly boolean[]>;
};

/** How long handled webhooks are remembered, in milliseconds: Shopify repeats one for four hours. */
const KEPT = 2 * 86_400_000;

/** Which service does which job. */
export const SERVICES: Services = {
  'install-import': (ctx, payload, signal) => importShop(ctx, { ...payload, signal }),
  reconcile: (ctx, payload, signal) => reconcileShop(ctx, { ...payload, signal }),
  'handle-webhook': handleWebhook,
  webhooksTogether: handleWebhooksTogether,
  async train(ctx, payload, signal) {
    await deleteDeliveriesBefore(ctx.db, ctx.clock() - KEPT);
    await trainShop(ctx, { ...payload, publish: true, signal });
  },
  async update(ctx, payload, signal) {
    const { wantsTraining } = await updateShop(ctx, { ...payload, publish: true, signal });
    if (wantsTraining !== undefined) await requestTraining(ctx, { shop: payload.shop, reason: wantsTraining });
  },
};

/** Jobs of a kind taken at once. Webhooks are many and short; the others are long. */
const BATCH: Readonly<Record<JobName, number>> = { 'install-import': 1, reconcile: 1, 'handle-webhook': 100, train: 1, update: 1 };

/** Failures that trying again cannot mend; the owner is told where the job left its result. */
const FINAL: ReadonlySet<ErrorCode> = new Set(['not_enough_data', 'not_found']);

/** Seconds between two looks at an empty queue. */
const POLL_SECONDS = 0.5;

/** Milliseconds between two looks at what is due. */
const SCHEDULE_EVERY = 10 * 60_000;
const HOUR = 3_600_000;
/** Milliseconds after which what was stored and not queued is not just being queued by another process. */
const ABOUT_TO_BE_QUEUED = 60_000;

/** Works on the queue until it is stopped. Several workers, on several machines, share it. */
export async function startWorker(ctx: Context & { readonly jobs: RunningQueue }, services: Partial<Services> = SERVICES): Promise<void> {
  const { boss, stopping } = ctx.jobs;
  if (!ctx.config.databaseUrl) await takeUpOrphans(boss);
  await queueWhatWasNot(ctx);
  await deleteDeliveriesBefore(ctx.db, ctx.clock() - KEPT);
  for (const name of Object.keys(BATCH) as JobName[]) {
    if (!services[name]) continue;
    await boss.work(name, { batchSize: BATCH[name], pollingIntervalSeconds: POLL_SECONDS, perJobResults: true, burstWhenBatchFull: true }, async (jobs: Job<JobPayloads[typeof name]>[]) => {
      const done = name === 'handle-webhook' ? await services.webhooksTogether?.(ctx, jobs.map(({ data }) => data as JobPayloads['handle-webhook'])) : undefined;
      const results = [];
      for (const [place, job] of jobs.entries()) results.push(done?.[place] ? { id: job.id, status: 'completed' as const } : await runJob(ctx, services, name, job, stopping));
      return results;
    });
  }
  await boss.work<JobPayloads['train']>(DEAD_TRAINING, { pollingIntervalSeconds: 10 }, async (jobs) => {
    for (const job of jobs) await giveUpRun(ctx, job.data);
  });
  const look = (options = {}) => void scheduleWork(ctx, options).then(() => queueWhatWasNot(ctx)).catch((error: unknown) => ctx.log.error('schedule', { reason: error }));
  const timer = setInterval(() => look(), SCHEDULE_EVERY);
  timer.unref();
  // What a killed process had just stored when this one began to work.
  const again = setTimeout(() => void queueWhatWasNot(ctx).catch((error: unknown) => ctx.log.error('schedule', { reason: error })), 2 * ABOUT_TO_BE_QUEUED);
  again.unref();
  stopping.addEventListener('abort', () => { clearInterval(timer); clearTimeout(again); });
  look({ reconcileEvery: HOUR }); // webhooks may have been lost while nothing ran
}

/**
 * What was stored for the queue by a process that was killed before it had queued it. Who shares the database may be about
 * to: so only what is a minute old.
 */
async function queueWhatWasNot(ctx: Context): Promise<void> {
  const before = ctx.clock() - (ctx.config.databaseUrl ? ABOUT_TO_BE_QUEUED : 0);
  for (const { shop, runId, kind } of await findLostRuns(ctx.db, before)) {
    ctx.log.warn('run without a job is queued again', { shop, run: runId });
    await ctx.jobs.send(kind === 'update' ? 'update' : 'train', { shop, runId });
  }
  const deliveries = await findLostDeliveries(ctx.db, before);
  if (deliveries.length > 0) await ctx.jobs.sendWebhooks(deliveries);
}

/**
 * The embedded database has one process at a time, so a job that is active when that one starts was left by a process
 * that was killed. A shared queue learns of it by the heartbeat, a minute later.
 */
async function takeUpOrphans(boss: RunningQueue['boss']): Promise<void> {
  for (const name of Object.keys(BATCH)) {
    const active = (await boss.findJobs(name)).filter(({ state }) => state === 'active').map(({ id }) => id);
    if (active.length > 0) await boss.fail(name, active, { message: 'the process was killed' });
  }
}

async function runJob(ctx: Context, services: Partial<Services>, name: JobName, job: Job<JobPayloads[JobName]>, stopping: AbortSignal) {
  const { shop } = job.data;
  const started = ctx.clock();
  const signal = AbortSignal.any([job.signal, stopping]);
  try {
    await (services[name] as (ctx: Context, payload: unknown, signal: AbortSignal) => Promise<unknown>)(ctx, job.data, signal);
    if (name !== 'handle-webhook') ctx.log.info('job done', { job: name, shop, seconds: (ctx.clock() - started) / 1000 });
    return { id: job.id, status: 'completed' as const };
  } catch (error) {
    const message = error instanceof VitrineError ? error.message : error instanceof Error ? error.message.split('\n')[0]! : String(error);
    // Cancelled by the owner; what a stopping process cancels is taken up again.
    const cancelled = error instanceof VitrineError && error.code === 'cancelled' && !signal.aborted;
    if (cancelled || (error instanceof VitrineError && FINAL.has(error.code))) {
      ctx.log.info('job ended', { job: name, shop, code: (error as VitrineError).code, reason: message });
      return { id: job.id, status: 'completed' as const };
    }
    ctx.log.error('job failed', { job: name, shop, code: error instanceof VitrineError ? error.code : 'internal', reason: message });
    return { id: job.id, status: 'failed' as const, output: { message } };
  }
}
