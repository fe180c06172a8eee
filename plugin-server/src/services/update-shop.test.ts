import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { createJsScan, rank } from '@vitrine/sdk/core';
import { TEST_CONFIG, type TestContextWithJobs, withContext } from '../../../test/context.ts';
import { madeUpInteractions } from '../../../test/made-up-interactions.ts';
import { findLearnedModel, planRun } from '../store/learned-models.ts';
import { type ProductRow, upsertProducts } from '../store/products.ts';
import { findLiveRelease } from '../store/releases.ts';
import { createRun, findRun, listRuns } from '../store/runs.ts';
import { importFile } from './import-file.ts';
import { publishRelease } from './publish-release.ts';
import { readModel } from './read-model.ts';
import { scheduleWork } from './schedule-work.ts';
import { trainShop } from './train-shop.ts';
import { updateShop } from './update-shop.ts';

const ITEMS = 200;
/** Products of a type stand next to each other, and so do products that shoppers touch in one visit. */
const OF_TYPE = 20;
const NOUNS = ['Mug', 'Teapot', 'Plate', 'Bowl', 'Glass', 'Board', 'Apron', 'Candle', 'Cushion', 'Lamp'];
const COLOURS = ['Oat', 'Clay', 'Rust', 'Sage', 'Moss', 'Ink', 'Rose', 'Plum', 'Teal', 'Sky'];

const product = (number: number, changes: Partial<ProductRow> = {}): ProductRow => {
  const noun = NOUNS[Math.floor(number / OF_TYPE) % NOUNS.length];
  return {
    id: `p${number}`, title: `${COLOURS[number % COLOURS.length]} ${noun}`, handle: null, productType: `${noun}s`, vendor: '', tags: [], price: 10, imageUrl: null,
    status: 'active', published: true, available: true, createdAt: 1, updatedAt: 2e12, ...changes,
  };
};

async function orders({ events, from = 0 }: { events: number; from?: number }) {
  const { item, group, actor, time } = madeUpInteractions({ events, items: ITEMS, seed: from + 1 });
  const lines = Array.from(item, (row, i) =>
    `${from + group[i] + 1},p${row},Product ${row},1,${new Date((time[i] + from * 60) * 1000).toISOString().slice(0, 19).replace('T', ' ')},2.50,${actor[i] + 1}`);
  const path = join(home, `orders-${from}.csv`);
  writeFileSync(path, ['InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID', ...lines].join('\n'));
  await importFile(ctx, { path, shop: 'shop', currency: 'EUR' });
  await upsertProducts(ctx.db, 'shop', Array.from({ length: ITEMS }, (_, number) => product(number)));
}

const home = mkdtempSync(join(tmpdir(), 'vitrine-update-'));
test.after(() => rmSync(home, { recursive: true, force: true }));
let ctx: TestContextWithJobs;

test('a shop with a published model, as if installed in Shopify; the parts go on from each other', async (t) => {
  ctx = await withContext(t, { config: { ...TEST_CONFIG, home } });
  await orders({ events: 5_000 });
  await ctx.db.query(`UPDATE shops SET source = 'shopify'`);
  const { artifactHash } = await trainShop(ctx, { shop: 'shop', epochs: 3 });
  await publishRelease(ctx, { shop: 'shop', hash: artifactHash, force: true });
  await t.test('the schedule asks for an update within the hour of a new product, and for a training, with its reason, when the model has fallen behind', asksWhenDue);
  await t.test('an update that is stopped, cancelled or fails leaves the published release alone', () => leavesTheReleaseAlone(artifactHash));
  await t.test('a product added after training is in the updated artifact, placed among its kind, and marked as new', () => placesNewProducts(artifactHash));
});

const live = async () => (await findLiveRelease(ctx.db, 'shop'))!.hash;

async function asksWhenDue(): Promise<void> {
  const later = (hours: number) => ({ ...ctx, clock: () => Date.now() + hours * 3_600_000 });
  assert.deepEqual((await scheduleWork(later(2))).update, [], 'nothing is new');
  await upsertProducts(ctx.db, 'shop', [product(3, { id: 'new' })]);
  assert.deepEqual((await scheduleWork(later(0.5))).update, []);
  assert.deepEqual((await scheduleWork(later(2))).update, ['shop']);
  const [queued] = await listRuns(ctx.db, 'shop', { limit: 1 });
  assert.deepEqual([queued.kind, queued.status], ['update', 'queued']);
  assert.equal(ctx.sent.at(-1)!.name, 'update');

  await ctx.db.query(`DELETE FROM training_runs WHERE status = 'queued'`);
  await ctx.db.query(`UPDATE learned_models SET wants_training = 'the model no longer beats it'`);
  assert.deepEqual((await scheduleWork(later(2))).train, ['shop']);
  const [wanted] = await listRuns(ctx.db, 'shop', { limit: 1 });
  assert.deepEqual([wanted.kind, wanted.reason], ['training', 'the model no longer beats it']);
  await ctx.db.query(`UPDATE learned_models SET wants_training = NULL`);
  await ctx.db.query(`DELETE FROM training_runs WHERE status = 'queued'`);
}

async function leavesTheReleaseAlone(artifactHash: string): Promise<void> {
  await orders({ events: 1_000, from: 5_000 });
  const stop = new AbortController();
  await createRun(ctx.db, 'shop', { id: 'r1', status: 'queued', startedAt: 0, kind: 'update' });
  await assert.rejects(updateShop(ctx, { shop: 'shop', runId: 'r1', publish: true, signal: stop.signal, onProgress: () => stop.abort() }), { code: 'cancelled' });
  assert.equal(await live(), artifactHash);
  assert.deepEqual([(await findRun(ctx.db, 'shop', 'r1'))!.status, (await findRun(ctx.db, 'shop', 'r1'))!.kind], ['queued', 'update'], 'the queue takes it up again');

  const { bytes } = (await findLearnedModel(ctx.db, 'shop', artifactHash))!;
  await ctx.db.query(`UPDATE learned_models SET bytes = $1`, [new Uint8Array(100)]);
  await assert.rejects(updateShop(ctx, { shop: 'shop', publish: true }), { code: 'not_found', message: /no published model to go on from/ });
  assert.equal(await live(), artifactHash);
  const [failed] = await listRuns(ctx.db, 'shop', { limit: 1 });
  assert.equal(failed.status, 'failed');
  await ctx.db.query(`DELETE FROM training_runs WHERE run_id = 'r1'`);
  assert.deepEqual(await planRun(ctx.db, 'shop'), { kind: 'training', reason: 'the last update failed' });
  await ctx.db.query(`UPDATE learned_models SET bytes = $1`, [bytes]);
}

async function placesNewProducts(artifactHash: string): Promise<void> {
  await upsertProducts(ctx.db, 'shop', [product(3 * OF_TYPE, { id: 'new', title: 'Amber Bowl', updatedAt: 3e12 }), product(3 * OF_TYPE, { id: 'draft', status: 'draft' }), product(3 * OF_TYPE, { id: 'hidden', published: false })]);

  const result = await updateShop(ctx, { shop: 'shop', publish: true });
  assert.ok(result.placed >= 1);
  assert.ok(result.groups > 100 && result.onNew.cases > 50);
  assert.equal(await live(), result.artifactHash);
  assert.notEqual(result.artifactHash, artifactHash);

  const model = (await readModel(ctx, 'shop', result.artifactHash))!;
  assert.ok(model.rowOf.has('new') && !model.rowOf.has('draft') && !model.rowOf.has('hidden'));
  assert.ok(model.lists!.fresh.has('new'));
  const scan = createJsScan(model);
  const rankOf = async (type: number) => {
    const session = [1, 4, 7].map((place) => ({ id: `p${type * OF_TYPE + place}`, kind: 'view' as const }));
    return (await rank(model, scan, { session, goal: 'view', limit: ITEMS })).findIndex(({ id }) => id === 'new');
  };
  assert.ok(await rankOf(3) < 20, `rank ${await rankOf(3)} among ${ITEMS} for a session of its type`);
  for (const other of [0, 6, 8]) assert.ok(await rankOf(other) > 2 * await rankOf(3), `rank ${await rankOf(other)} for a session of another type`);

  // The next update goes on from this one, and the one after a day without anything new changes little.
  const next = await updateShop(ctx, { shop: 'shop', publish: true });
  assert.equal(next.groups, 0);
  assert.equal((await findLearnedModel(ctx.db, 'shop', next.artifactHash))!.scores.length, 1, 'nothing new was scored');
  const [run] = await listRuns(ctx.db, 'shop', { limit: 1 });
  assert.deepEqual([run.kind, run.status], ['update', 'done']);
}

