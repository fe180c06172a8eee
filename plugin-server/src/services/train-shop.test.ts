import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { TEST_CONFIG, withContext } from '../../../test/context.ts';
import { madeUpInteractions } from '../../../test/made-up-interactions.ts';
import { findLiveRelease, insertRelease } from '../store/releases.ts';
import { createRun, findRun, listRuns } from '../store/runs.ts';
import { cancelRun } from './cancel-run.ts';
import { importFile } from './import-file.ts';
import { trainShop } from './train-shop.ts';

/** A shop of 800 orders, in a home of its own. */
async function setUp(t: TestContext) {
  const home = mkdtempSync(join(tmpdir(), 'vitrine-train-'));
  t.after(() => rmSync(home, { recursive: true, force: true }));
  const ctx = await withContext(t, { config: { ...TEST_CONFIG, home } });
  const { item, group, actor, time } = madeUpInteractions({ events: 4000, items: 200 });
  const lines = Array.from(item, (row, i) =>
    `${group[i] + 1},p${row},Product ${row},1,${new Date(time[i] * 1000).toISOString().slice(0, 19).replace('T', ' ')},2.50,${actor[i] + 1}`);
  const path = join(home, 'orders.csv');
  writeFileSync(path, ['InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID', ...lines].join('\n'));
  await importFile(ctx, { path, shop: 'shop', currency: 'EUR' });
  return { ctx, home, folder: join(home, 'training'), state: join(home, 'training', 'shop.state') };
}

test('a run that its owner cancels ends at its next report, wherever it runs, and leaves nothing to go on with', async (t) => {
  const { ctx, state } = await setUp(t);
  await createRun(ctx.db, 'shop', { id: 'r1', status: 'queued', startedAt: 0 });
  let asked: Promise<unknown> | undefined;
  await assert.rejects(trainShop(ctx, {
    shop: 'shop', runId: 'r1', epochs: 500, saveEvery: 0,
    onProgress: () => { asked ??= cancelRun(ctx, { shop: 'shop', id: 'r1' }); },
  }), { code: 'cancelled' });
  await asked;
  assert.equal((await findRun(ctx.db, 'shop', 'r1'))!.status, 'cancelled');
  assert.ok(!existsSync(state));
  await assert.rejects(trainShop(ctx, { shop: 'shop', runId: 'r1' }), { code: 'cancelled' }, 'the queue may not revive it');
  await assert.rejects(cancelRun(ctx, { shop: 'shop', id: 'r2' }), { code: 'not_found' });
});

test('a training that is stopped keeps its checkpoint; its run waits for the queue, or is cancelled on the command line', async (t) => {
  const { ctx, state } = await setUp(t);
  for (const runId of ['r1', undefined]) {
    const stop = new AbortController();
    await assert.rejects(trainShop(ctx, { shop: 'shop', runId, epochs: 500, saveEvery: 0, signal: stop.signal, onProgress: ({ epoch }) => { if (epoch > 2) stop.abort(); } }), { code: 'cancelled' });
    const run = runId ? await findRun(ctx.db, 'shop', runId) : (await listRuns(ctx.db, 'shop')).find(({ id }) => id !== 'r1');
    assert.equal(run!.status, runId ? 'queued' : 'cancelled');
    assert.ok(existsSync(state));
  }
});

test('a full disk fails the run in one line; the published release stays', async (t) => {
  const { ctx, home, folder } = await setUp(t);
  const { artifactHash } = await trainShop(ctx, { shop: 'shop', epochs: 3 });
  await insertRelease(ctx.db, 'shop', { hash: artifactHash, reason: 'publish', publishedAt: ctx.clock() });
  rmSync(folder, { recursive: true });
  writeFileSync(folder, ''); // a file where the folder should be: nothing can be written
  await assert.rejects(trainShop(ctx, { shop: 'shop', epochs: 3 }), { code: 'internal', message: /could not be kept .* The published release is unchanged\.$/ });
  rmSync(folder);
  // A device that is always full.
  if (existsSync('/dev/full')) {
    const { writeCheckpointFile } = await import('../pipeline/train/checkpoint-file.ts');
    const { trainingFailure } = await import('../pipeline/train/training-failure.ts');
    const fs = await import('node:fs');
    const full = { ...fs, openSync: ((_: string, ...rest: never[]) => (fs.openSync as (...all: unknown[]) => number)('/dev/full', ...rest)) as typeof fs.openSync, renameSync: () => {} };
    assert.throws(() => {
      try {
        writeCheckpointFile(join(home, 'a.state'), { meta: {}, arrays: new Map([['x', new Float32Array(10_000)]]) }, full);
      } catch (error) {
        throw trainingFailure(error);
      }
    }, { message: /the disk is full/ });
  }
  const [failed] = await listRuns(ctx.db, 'shop');
  assert.equal(failed.status, 'failed');
  assert.match(failed.result!.error!, /The published release is unchanged\.$/);
  assert.equal((await findLiveRelease(ctx.db, 'shop'))!.hash, artifactHash);
});

test('too little memory fails the run in one line; the published release and the server stay', async (t) => {
  const { ctx } = await setUp(t);
  await assert.rejects(trainShop(ctx, { shop: 'shop', epochs: 3, memory: { maxOldGenerationSizeMb: 6 } }), { code: 'internal', message: /too little free memory/ });
  const [failed] = await listRuns(ctx.db, 'shop');
  assert.equal(failed.status, 'failed');
  assert.match(failed.result!.error!, /too little free memory/);
});
