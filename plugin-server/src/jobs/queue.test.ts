import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { test } from 'node:test';
import { VitrineError } from '@vitrine/sdk/core';
import { withContext } from '../../../test/context.ts';
import { testBothDatabases } from '../../../test/database.ts';
import { silentLog } from '../log.ts';
import { giveUpRun } from '../services/give-up-run.ts';
import { createRun, findRun, finishRun } from '../store/runs.ts';
import { DEAD_TRAINING, startQueue } from './start-queue.ts';
import { insertDeliveries } from '../store/webhook-deliveries.ts';
import { startWorker } from './start-worker.ts';

testBothDatabases('jobs run, a failed one is tried again and seen', async (db, t) => {
  const jobs = await startQueue(db, { log: silentLog });
  const seen: string[] = [];
  const errors: Record<string, unknown>[] = [];
  const done = new EventEmitter();
  let attempts = 0;
  const ctx = { ...(await withContext(t, { db })), jobs, log: { ...silentLog, error: (_: string, fields = {}) => { errors.push(fields); } } };
  await startWorker(ctx, {
    'install-import': async () => {},
    reconcile: async () => {},
    'handle-webhook': async (_, { webhookId }) => {
      if (webhookId === '2' && attempts++ === 0) throw new VitrineError('upstream', 'not yet');
      seen.push(webhookId);
      if (seen.length === 3) done.emit('all');
    },
    train: async () => {},
  });
  const all = once(done, 'all');
  for (const webhookId of ['1', '2', '3']) await jobs.send('handle-webhook', { shop: 's', topic: 'orders/create', webhookId });
  await all;
  assert.deepEqual(seen.toSorted(), ['1', '2', '3']);
  assert.deepEqual(errors.map(({ job, code, reason }) => [job, code, reason]), [['handle-webhook', 'upstream', 'not yet']]);
  await jobs.stop();
});

testBothDatabases('one shop trains once at a time, two shops beside each other', async (db) => {
  const jobs = await startQueue(db, { log: silentLog });
  for (const [shop, runId] of [['a', '1'], ['a', '2'], ['b', '3']] as const) await jobs.send('train', { shop, runId });
  const runsOf = async () => (await jobs.boss.fetch<{ runId: string }>('train', { batchSize: 10 })).map((job) => job.data.runId).sort();
  assert.deepEqual(await runsOf(), ['1', '3']);
  assert.deepEqual(await runsOf(), []);
  await jobs.stop();
});

testBothDatabases('one reconciliation of a shop waits or runs, another is not queued', async (db) => {
  const jobs = await startQueue(db, { log: silentLog });
  for (const shop of ['a', 'a', 'b']) await jobs.send('reconcile', { shop });
  const shopsOf = async () => (await jobs.boss.fetch<{ shop: string }>('reconcile', { batchSize: 10 })).map((job) => job.data.shop).sort();
  assert.deepEqual(await shopsOf(), ['a', 'b']);
  await jobs.send('reconcile', { shop: 'a' });
  assert.deepEqual(await shopsOf(), []);
  await jobs.stop();
});

test('what was sent before a restart is done after it', async (t) => {
  const ctx = await withContext(t);
  const before = await startQueue(ctx.db, { log: silentLog });
  await before.send('train', { shop: 'a', runId: '1' });
  await before.stop();
  const jobs = await startQueue(ctx.db, { log: silentLog });
  const done = new EventEmitter();
  const ran = once(done, 'ran');
  await startWorker({ ...ctx, jobs }, { 'install-import': async () => {}, reconcile: async () => {}, 'handle-webhook': async () => {}, train: async (_, payload) => { done.emit('ran', payload); } });
  assert.deepEqual(await ran, [{ shop: 'a', runId: '1' }]);
  await jobs.stop();
});

test('training that is given up by the queue does not stay running', async (t) => {
  const ctx = await withContext(t);
  const jobs = await startQueue(ctx.db, { log: silentLog });
  await createRun(ctx.db, 'a', { id: '1', status: 'running', startedAt: 0 });
  await jobs.boss.send('train', { shop: 'a', runId: '1' }, { retryLimit: 0, singletonKey: 'a' });
  const [last] = await jobs.boss.fetch('train');
  await jobs.boss.fail('train', last!.id);
  const [dead] = await jobs.boss.fetch<{ shop: string; runId: string }>(DEAD_TRAINING);
  await giveUpRun(ctx, dead!.data);
  assert.equal((await findRun(ctx.db, 'a', '1'))!.status, 'failed');
  await finishRun(ctx.db, 'a', '1', { status: 'done', result: {}, finishedAt: 1 });
  await giveUpRun(ctx, dead!.data);
  assert.equal((await findRun(ctx.db, 'a', '1'))!.status, 'done');
  await jobs.stop();
});

test('a training that its owner cancels is not tried again; one that a stopping server cancels is', async (t) => {
  const ctx = await withContext(t);
  for (const [runId, stops, state] of [['1', false, 'completed'], ['2', true, 'retry']] as const) {
    const jobs = await startQueue(ctx.db, { log: silentLog });
    await jobs.send('train', { shop: runId, runId });
    const started = new EventEmitter();
    const running = once(started, 'running');
    await startWorker({ ...ctx, jobs }, {
      'install-import': async () => {}, reconcile: async () => {}, 'handle-webhook': async () => {},
      async train(_, payload, signal) {
        started.emit('running', payload);
        if (stops) await once(signal, 'abort');
        throw new VitrineError('cancelled', 'Training was cancelled.');
      },
    });
    assert.deepEqual(await running, [{ shop: runId, runId }]);
    await jobs.stop();
    const after = await startQueue(ctx.db, { log: silentLog });
    assert.deepEqual((await after.boss.findJobs<{ runId: string }>('train')).filter(({ data }) => data.runId === runId).map((job) => job.state), [state]);
    await after.stop();
  }
});

testBothDatabases('what a process stored and was killed before queueing is queued by the next worker', async (db, t) => {
  const jobs = await startQueue(db, { log: silentLog });
  const ctx = { ...(await withContext(t, { db, clock: () => Date.now() + 120_000 })), jobs };
  for (const [id, status] of [['lost', 'queued'], ['waiting', 'queued'], ['by hand', 'running']] as const) await createRun(db, 'a', { id, status, startedAt: Date.now() });
  await jobs.send('train', { shop: 'a', runId: 'waiting' });
  const delivery = { shop: 'a', topic: 'orders/create', triggeredAt: null, receivedAt: Date.now(), body: '{}' };
  await insertDeliveries(db, [{ ...delivery, webhookId: 'lost' }, { ...delivery, webhookId: 'waiting' }]);
  await jobs.sendWebhooks([{ shop: 'a', topic: 'orders/create', webhookId: 'waiting' }]);
  const webhooks: string[] = [];
  const ran: string[] = [];
  const done = new EventEmitter();
  const both = once(done, 'both');
  await startWorker(ctx, {
    async train(_, { shop, runId }) {
      ran.push(runId);
      await finishRun(db, shop, runId, { status: 'done', result: {}, finishedAt: Date.now() });
      if (ran.length + webhooks.length === 4) done.emit('both');
    },
    async 'handle-webhook'(_, { webhookId }) {
      webhooks.push(webhookId);
      if (ran.length + webhooks.length === 4) done.emit('both');
    },
  });
  await both;
  assert.deepEqual([ran.toSorted(), webhooks.toSorted()], [['lost', 'waiting'], ['lost', 'waiting']]);
  await jobs.stop();
});
