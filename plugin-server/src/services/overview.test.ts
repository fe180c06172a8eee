import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VitrineError } from '@vitrine/sdk/core';
import { testBothDatabases, withDatabase } from '../../../test/database.ts';
import type { Context } from '../context.ts';
import type { Evaluation } from '../pipeline/types.ts';
import { insertArtifact } from '../store/artifacts.ts';
import type { Database } from '../store/database.ts';
import { finishImport, startImport } from '../store/imports.ts';
import { insertRelease } from '../store/releases.ts';
import { createRun, finishRun } from '../store/runs.ts';
import { installShop } from '../store/shops.ts';
import { overview } from './overview.ts';

const HASHES = ['a', 'b', 'c'].map((digit) => digit.repeat(64));
const NOW = Date.UTC(2026, 10, 23, 3, 30); // 22 November, 22:30, in New York
const HOUR = 3_600_000;

const contextOf = (db: Database): Context => ({ db, clock: () => NOW }) as unknown as Context;

const install = (db: Database, id: string, timezone: string | null) => installShop(db, {
  id, source: 'shopify', name: `Shop ${id}`, currency: 'EUR', timezone, publishableKey: `pk_${id}`, signingKey: new Uint8Array(8), storefrontUrl: null, installedAt: NOW - HOUR,
});

const addOrder = (db: Database, shop: string, id: string, at: number, options: { lines?: number; customer?: string; cancelled?: boolean } = {}) => db.query(
  `WITH placed AS (
     INSERT INTO orders (shop_id, order_id, customer_key, ordered_at, cancelled_at, updated_at)
     VALUES ($1, $2, $3, to_timestamp($4::float8 / 1000), CASE WHEN $5 THEN now() END, now()))
   INSERT INTO order_lines (shop_id, order_id, line_id, product_id, quantity) SELECT $1, $2, 'l' || n, 'p1', 1 FROM generate_series(1, $6::int) AS n`,
  [shop, id, options.customer ?? null, at, options.cancelled ?? false, options.lines ?? 1]);

const addEvent = (db: Database, shop: string, id: string, type: string, at: number, payload: object = {}) => db.query(
  `INSERT INTO events (shop_id, event_id, session_id, type, at, received_at, payload)
   VALUES ($1, $2, 's', $3, to_timestamp($4::float8 / 1000), to_timestamp($4::float8 / 1000), $5::text::jsonb)`, [shop, id, type, at, JSON.stringify(payload)]);

testBothDatabases('a shop just installed: everything is there, and empty', async (db) => {
  await install(db, 'new', null);
  const seen = await overview(contextOf(db), { shop: 'new' });
  assert.deepEqual(seen.counts, { products: 0, orders: 0, lines: 0, customers: 0, events: 0, from: null, to: null });
  assert.deepEqual([seen.imports, seen.release, seen.previousReleases, seen.evaluations, seen.run], [[], null, [], [], null]);
  assert.equal(seen.activity.days.length, 14);
  assert.deepEqual(seen.activity.days.at(-1), { date: '2026-11-23', views: 0, carts: 0, impressions: 0, clicks: 0, orders: 0 });
  assert.deepEqual([seen.activity.firstEventAt, seen.activity.clickThrough, seen.activity.widgets], [null, null, []]);
  assert.equal(JSON.stringify(seen).includes('signingKey'), false);
});

testBothDatabases('counts one shop only, without cancelled orders, by the days of its own calendar', async (db) => {
  await install(db, 'here', 'America/New_York');
  await install(db, 'other', 'Mars/Olympus'); // a zone nobody knows: days of UTC
  await addOrder(db, 'here', 'o1', NOW, { lines: 3, customer: 'c1' });
  await addOrder(db, 'here', 'o2', NOW - 24 * HOUR, { customer: 'c1' });
  await addOrder(db, 'here', 'o3', NOW, { cancelled: true });
  await addOrder(db, 'other', 'o1', NOW, { lines: 9 });
  await addEvent(db, 'here', 'e1', 'product_viewed', NOW);
  await addEvent(db, 'here', 'e2', 'product_added_to_cart', NOW - 30 * 24 * HOUR);
  for (let i = 0; i < 4; i++) await addEvent(db, 'here', `i${i}`, 'impression', NOW - HOUR, { widget: 'related' });
  await addEvent(db, 'here', 'k1', 'recommendation_clicked', NOW - HOUR, { widget: 'related' });
  await addEvent(db, 'other', 'e1', 'product_viewed', NOW);

  const here = await overview(contextOf(db), { shop: 'here' });
  assert.deepEqual(here.counts, { products: 0, orders: 2, lines: 4, customers: 1, events: 7, from: NOW - 24 * HOUR, to: NOW });
  assert.deepEqual(here.activity.days.slice(-2), [
    { date: '2026-11-21', views: 0, carts: 0, impressions: 0, clicks: 0, orders: 1 }, { date: '2026-11-22', views: 1, carts: 0, impressions: 4, clicks: 1, orders: 1 },
  ]);
  assert.deepEqual(here.activity.widgets, [{ widget: 'related', impressions: 4, clicks: 1 }]);
  assert.equal(here.activity.clickThrough, 0.25);
  assert.equal(here.activity.firstEventAt, NOW - 30 * 24 * HOUR);

  const other = await overview(contextOf(db), { shop: 'other' });
  assert.deepEqual([other.counts.orders, other.counts.lines, other.activity.days.at(-1)?.date], [1, 9, '2026-11-23']);
});

test('the live release with its size and evaluation, those before it, the run and the imports', async (t) => {
  const db = await withDatabase(t);
  await install(db, 'shop', null);
  const evaluations = (value: number): Evaluation[] => [{ dataset: 'shop', protocol: 'next-basket: …', goal: 'purchase', seed: 1, cases: 10, rows: [{ model: 'shipped', metrics: { 'HR@20': value }, seconds: 1 }] }];
  for (const [index, hash] of HASHES.entries()) {
    await insertArtifact(db, 'shop', {
      hash, family: 'recommendation', version: `v${index}`, audience: 'browser', manifest: {} as never, evaluations: evaluations(index / 10), createdAt: NOW, file: new Uint8Array(5000 + index),
    });
  }
  await insertRelease(db, 'shop', { hash: HASHES[0], reason: 'publish', publishedAt: NOW - 2 * HOUR });
  await insertRelease(db, 'shop', { hash: HASHES[1], reason: 'publish', publishedAt: NOW - HOUR });
  await createRun(db, 'shop', { id: 'r1', status: 'running', startedAt: NOW });
  await finishRun(db, 'shop', 'r1', { status: 'done', result: { artifact: HASHES[2], notPublished: 'it does not beat popularity' }, finishedAt: NOW });
  await startImport(db, 'shop', { id: 'i1', kind: 'orders', source: 'orders.csv', startedAt: NOW - HOUR });
  await finishImport(db, 'shop', 'i1', { status: 'failed', report: { error: 'orders.csv, line 1: no column holds the time.' }, finishedAt: NOW });

  const seen = await overview(contextOf(db), { shop: 'shop' });
  assert.deepEqual({ ...seen.release, brotliBytes: undefined }, { sequence: 2, version: 'v1', publishedAt: NOW - HOUR, reason: 'publish', hash: HASHES[1], bytes: 5001, brotliBytes: undefined });
  assert.ok(seen.release!.brotliBytes! < 100, 'zeros compress well');
  assert.deepEqual(seen.previousReleases.map(({ version }) => version), ['v0']);
  assert.equal(seen.evaluations[0].rows[0].metrics['HR@20'], 0.1);
  assert.deepEqual([seen.run?.status, seen.run?.result?.notPublished, seen.run?.evaluations[0].rows[0].metrics['HR@20']], ['done', 'it does not beat popularity', 0.2]);
  assert.equal(seen.imports[0].report.error, 'orders.csv, line 1: no column holds the time.');
});

test('a shop that was never installed is not found', async (t) => {
  const db = await withDatabase(t);
  await assert.rejects(overview(contextOf(db), { shop: 'nobody' }), (error) => error instanceof VitrineError && error.code === 'not_found');
});
