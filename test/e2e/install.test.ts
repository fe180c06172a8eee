import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { VitrineError } from '@vitrine/sdk/core';
import { SERVICES, startWorker } from '../../plugin-server/src/jobs/start-worker.ts';
import type { ShopImportProgress } from '../../plugin-server/src/services/import-bulk.ts';
import { importShop } from '../../plugin-server/src/services/import-shop.ts';
import { findProducts, listUnavailable } from '../../plugin-server/src/store/products.ts';
import { findShop } from '../../plugin-server/src/store/shops.ts';
import { withPostgres } from '../database.ts';
import { APP, install, quick, settle, setUp, stored, truth } from './shop-and-server.ts';

test('install → import: what is stored is what the shop has, and a second time changes nothing', async (t) => {
  const pair = await setUp(t);
  const { shop, server: { ctx }, logged } = pair;
  const opened = await install(pair);
  assert.equal(opened.status, 200);
  assert.match(opened.headers.get('content-security-policy')!, new RegExp(`frame-ancestors https://${shop.domain.replaceAll('.', '\\.')} https://admin\\.shopify\\.com http://localhost:\\d+$`));
  const row = (await findShop(ctx.db, shop.domain))!;
  assert.match(row.publishableKey, /^pk_[\w-]{87}$/);
  const jobs = await ctx.jobs.boss.fetch<{ shop: string }>('install-import');
  assert.deepEqual(jobs.map(({ data }) => data), [{ shop: shop.domain }]);

  const progress: ShopImportProgress[] = [];
  const report = await importShop(ctx, { shop: shop.domain, sleep: quick, onProgress: (each) => progress.push(each) });
  assert.deepEqual(await stored(pair), truth(shop));
  assert.equal(report.products.written.inserted, shop.products.length);
  assert.equal(report.orders.rows.kept, truth(shop).orders);
  assert.equal(report.orders.orphans, 0);
  assert.deepEqual([...new Set(progress.map(({ kind, stage }) => `${kind} ${stage}`))], ['bulk-products', 'bulk-orders'].flatMap((kind) => ['wait', 'read', 'store'].map((stage) => `${kind} ${stage}`)));
  const [first] = shop.products;
  const [product] = await findProducts(ctx.db, shop.domain, [first!.id]);
  assert.deepEqual([product!.title, product!.vendor, product!.tags, product!.price], [first!.title, first!.vendor, first!.tags, Math.min(...first!.variants.map(({ price }) => price)) / 100]);
  const hidden = shop.products.filter((each) => each.status !== 'active' || each.publishedAt === null || !each.variants.some(({ tracked, quantity }) => !tracked || quantity > 0)).map(({ id }) => id);
  assert.deepEqual((await listUnavailable(ctx.db, shop.domain, shop.products.map(({ id }) => id))).sort(), hidden.sort());
  const runs = await ctx.jobs.boss.fetch<{ shop: string }>('train');
  assert.equal(runs[0]!.data.shop, shop.domain);

  const dump = () => Promise.all(['products', 'variants', 'orders', 'order_lines'].map((table) => ctx.db.query(`SELECT * FROM ${table} ORDER BY 1, 2, 3`)));
  const before = await dump();
  const again = await importShop(ctx, { shop: shop.domain, sleep: quick });
  for (const { written } of [again.products, again.orders]) assert.deepEqual([written.inserted, written.updated], [0, 0]);
  assert.deepEqual(await dump(), before);

  // Nobody's name, mail or token is anywhere in the database or the log.
  const everything = JSON.stringify([await dump(), logged, await ctx.db.query('SELECT report FROM imports')]);
  for (const secret of [...shop.orders.slice(0, 20).flatMap(({ email }) => email ?? []), 'shpat_', 'shprt_', APP.clientSecret, 'eyJ']) assert.ok(!everything.includes(secret), secret);
  const [credential] = await ctx.db.query<{ sealed: Uint8Array }>('SELECT sealed FROM credentials');
  assert.ok(!Buffer.from(credential!.sealed).includes('shpat_'));
});

test('the same on a PostgreSQL server', async (t) => {
  const database = await withPostgres(t, { migrated: false });
  if (!database) return;
  const pair = await setUp(t, { env: { DATABASE_URL: database.url, VITRINE_SECRET: 'a secret of more than 32 characters' } });
  await install(pair);
  await importShop(pair.server.ctx, { shop: pair.shop.domain, sleep: quick });
  const { orders } = await importShop(pair.server.ctx, { shop: pair.shop.domain, sleep: quick });
  assert.deepEqual([orders.written.inserted, orders.written.updated], [0, 0]);
  assert.deepEqual(await stored(pair), truth(pair.shop));
  await pair.server.close(); // before its database is dropped
});

test('webhooks keep the copy right, lost order of delivery and repeats included', async (t) => {
  const pair = await setUp(t);
  const { shop, server: { ctx } } = pair;
  await install(pair);
  await importShop(ctx, { shop: shop.domain, sleep: quick });
  shop.setFaults({ duplicateWebhooks: 0.5, reorderWebhooks: 0.5 });
  const sellable = shop.products.filter((product) => product.status === 'active' && product.publishedAt !== null && product.variants.every(({ quantity }) => quantity > 3));
  const [a, b, c, d] = sellable;
  for (let index = 0; index < 3; index++) shop.placeOrder({ lines: [{ productId: a!.id, quantity: 1 }], email: 'shopper@example.com' });
  shop.setStock(b!.id, 0);
  shop.setVisible(c!.id, false);
  shop.deleteProduct(d!.id);
  await settle(pair);
  assert.deepEqual((await listUnavailable(ctx.db, shop.domain, [a!.id, b!.id, c!.id, d!.id])).sort(), [b!.id, c!.id, d!.id].sort());
  assert.equal((await stored(pair)).orders, truth(shop).orders);
  const { products } = await (await fetch(`${pair.server.url}/v1/shops/${shop.domain}/products?ids=${[d, c, b, a].map((product) => product!.id).join()}`)).json() as { products: { id: string; currency: string }[] };
  assert.deepEqual(products.map(({ id }) => id), [a!.id]);
  shop.setStock(b!.id, 5);
  await settle(pair);
  assert.deepEqual(await listUnavailable(ctx.db, shop.domain, [b!.id]), []);
});

test('stock is what all locations have, not what the webhook says of one', async (t) => {
  const pair = await setUp(t);
  const { shop, server: { ctx } } = pair;
  await install(pair);
  await importShop(ctx, { shop: shop.domain, sleep: quick });
  const product = shop.products.find(({ status, publishedAt, variants }) => status === 'active' && publishedAt !== null && variants.length === 1 && variants[0]!.tracked && variants[0]!.quantity > 0)!;
  const [variant] = product.variants;
  const tell = async (available: number): Promise<string[]> => {
    await shop.deliverWebhook('inventory_levels/update', { inventory_item_id: Number(variant!.inventoryItemId), location_id: 1, available, updated_at: new Date().toISOString() });
    await settle(pair);
    return listUnavailable(ctx.db, shop.domain, [product.id]);
  };
  assert.deepEqual(await tell(0), [], 'one location is empty, another is not');
  variant!.quantity = 0;
  assert.deepEqual(await tell(7), [product.id]);
});

test('throttling, an expired token and a refused one are got over; a cut-off file is not taken for the whole', async (t) => {
  const pair = await setUp(t);
  const { shop, server: { ctx } } = pair;
  await install(pair);
  shop.setFaults({ throttle: 0.3, expireToken: true });
  await importShop(ctx, { shop: shop.domain, sleep: quick });
  assert.deepEqual(await stored(pair), truth(shop));

  shop.setFaults({ throttle: 0, truncateBulk: true });
  await assert.rejects(importShop(ctx, { shop: shop.domain, sleep: quick }), (error: VitrineError) => error.code === 'upstream' && /cut off/.test(error.message));
  const [{ report }] = await ctx.db.query<{ report: { error: string } }>("SELECT report FROM imports WHERE status = 'failed'");
  assert.match(report.error, /line \d+: not a whole JSON object/);
  assert.deepEqual(await stored(pair), truth(shop), 'nothing stored is lost');

  shop.setFaults({ truncateBulk: false, unauthorized: 1 });
  await assert.rejects(importShop(ctx, { shop: shop.domain, sleep: quick }), { code: 'unauthorized' });
  shop.setFaults({ unauthorized: 0 });
  assert.equal((await install(pair)).status, 200);
  await importShop(ctx, { shop: shop.domain, sleep: quick });
});

test('uninstalled, nothing is served or kept open; installed again, the keys are the same', async (t) => {
  const pair = await setUp(t);
  const { shop, server } = pair;
  await install(pair);
  await importShop(server.ctx, { shop: shop.domain, sleep: quick });
  const before = (await findShop(server.ctx.db, shop.domain))!;
  await shop.uninstall();
  await settle(pair);
  assert.equal((await fetch(`${server.url}/v1/shops/${shop.domain}/release`)).status, 404);
  assert.deepEqual(await server.ctx.db.query('SELECT * FROM credentials'), []);
  assert.equal((await install(pair)).status, 200);
  const after = (await findShop(server.ctx.db, shop.domain))!;
  assert.equal(after.uninstalledAt, null);
  assert.equal(after.publishableKey, before.publishableKey);
});

test('a session token opens its own shop, and only while it is valid', async (t) => {
  const pair = await setUp(t);
  const { shop, server } = pair;
  await install(pair);
  const overview = (token: string) => fetch(`${server.url}/api/overview`, { headers: { authorization: `Bearer ${token}` } });
  assert.equal((await overview(shop.sessionToken())).status, 200);
  for (const shopDomain of ['evil.example', 'evil.example/demo.myshopify.com', 'demo.myshopify.com.evil.example', 'DEMO.myshopify.com']) assert.equal((await overview(shop.sessionToken({ shopDomain }))).status, 401, shopDomain);
  assert.equal((await overview(`${shop.sessionToken()}x`)).status, 401);
  assert.equal((await fetch(`${server.url}/app?shop=other.myshopify.com&id_token=${shop.sessionToken()}`)).status, 403);
  assert.ok(!pair.logged.some((line) => line.includes('eyJ')), 'no token in the log');
});

test('the worker does it all by itself', async (t) => {
  const pair = await setUp(t, { shop: { products: 12, orders: 30, customers: 20 } });
  const { ctx } = pair.server;
  const trained = Promise.withResolvers<string>();
  await startWorker(ctx, { ...SERVICES, train: async (_, { shop }) => trained.resolve(shop) });
  await install(pair);
  assert.equal(await trained.promise, pair.shop.domain);
  assert.deepEqual(await stored(pair), truth(pair.shop));
});

