import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { VitrineError } from '@vitrine/sdk/core';
import { importShop } from '../../plugin-server/src/services/import-shop.ts';
import { reconcileShop } from '../../plugin-server/src/services/reconcile-shop.ts';
import type { Shop } from '../shop/shop.ts';
import { noFaults } from '../shop/faults.ts';
import { install, quick, settle, setUp, stored, truth, type Pair } from './shop-and-server.ts';

// One server for all: each part leaves the store equal to the shop, and the next begins from there.

const rows = ({ server: { ctx } }: Pair) => Promise.all(['products', 'variants', 'orders', 'order_lines'].map((table) => ctx.db.query(`SELECT * FROM ${table} ORDER BY 1, 2, 3`)));

/** Something that can be bought. */
const sellable = (shop: Shop) => shop.products.filter((each) => each.status === 'active' && each.publishedAt !== null && each.variants[0]!.quantity > 2).map(({ id }) => id);

test('an import\'s hard cases', async (t) => {
  let starts = 0;
  let shopsNow: number | undefined;
  const pair = await setUp(t, {
    shop: { clock: () => shopsNow ?? Date.now(), bulkDelayMs: 20 },
    fetch: (async (input, init) => {
      if (String(init?.body).includes('bulkOperationRunQuery')) starts++;
      return fetch(input, init);
    }) as typeof fetch,
  });
  const { shop, server: { ctx } } = pair;
  const run = () => importShop(ctx, { shop: shop.domain, sleep: quick });
  const failed = async () => (await ctx.db.query<{ report: { error: string; rows?: { kept: number } } }>("SELECT report FROM imports WHERE status = 'failed' ORDER BY started_at DESC LIMIT 1"))[0]!.report;
  await install(pair);

  await t.test('a result that is there in part is stored, told as such, and made whole by the next attempt', async () => {
    shop.setFaults({ bulkEnds: 'FAILED', partialBulk: true });
    await assert.rejects(run(), (error: VitrineError) => error.code === 'upstream' && /ended as FAILED: Shopify ran out of time.*What it had written is stored/.test(error.message));
    const { products } = await stored(pair);
    assert.ok(products > 0 && products < shop.products.length, `${products} of ${shop.products.length}`);
    assert.equal((await failed()).rows!.kept, products);
    shop.setFaults(noFaults());
    await run();
    assert.deepEqual(await stored(pair), truth(shop));
    const before = await rows(pair);

    // With everything stored, half a result deletes nothing.
    shop.setFaults({ bulkEnds: 'CANCELED', partialBulk: true });
    await assert.rejects(run(), { code: 'upstream' });
    await assert.rejects(reconcileShop(ctx, { shop: shop.domain, sleep: quick }), { code: 'upstream' });
    assert.deepEqual(await rows(pair), before);
  });

  await t.test('each other way to end is one line, and takes nothing away', async () => {
    const before = await rows(pair);
    for (const bulkEnds of ['FAILED', 'CANCELED', 'EXPIRED'] as const) {
      shop.setFaults({ ...noFaults(), bulkEnds });
      await assert.rejects(run(), (error: VitrineError) => error.code === 'upstream' && error.message.includes(`ended as ${bulkEnds}`) && !error.message.includes('\n'));
      assert.match((await failed()).error, new RegExp(bulkEnds));
    }
    shop.setFaults({ ...noFaults(), truncateBulk: true });
    await assert.rejects(run(), /cut off/);
    assert.deepEqual(await rows(pair), before);
  });

  await t.test('busy, at the limit, throttled, failing, expired: got over', async () => {
    shop.setFaults({ ...noFaults(), bulkBusy: 0.4, bulkLimit: 0.4, throttle: 0.3, serverError: 0.2, expireToken: true });
    const report = await run();
    shop.setFaults(noFaults());
    assert.equal(report.orders.rows.kept, truth(shop).orders);
    shop.setFaults({ bulkLimit: 1 });
    await assert.rejects(run(), (error: VitrineError) => error.code === 'conflict' && /still busy/.test(error.message));
    shop.setFaults(noFaults());
  });

  await t.test('after a kill the operation that had been started is taken up', async () => {
    // The first attempt dies while the shop prepares its file: nothing of it runs any more, nothing is cleaned up.
    const waiting = Promise.withResolvers<void>();
    void importShop(ctx, { shop: shop.domain, sleep: () => { waiting.resolve(); return new Promise(() => {}); } });
    starts = 0;
    await waiting.promise;
    assert.equal(starts, 1);
    const [{ report }] = await ctx.db.query<{ report: { operation: string } }>("SELECT report FROM imports WHERE status = 'running'");
    const { products } = await run();
    assert.equal(products.operation, report.operation);
    assert.equal(starts, 2, 'products taken up, orders started');
    assert.deepEqual(await stored(pair), truth(shop));
  });

  await t.test('values that no schema has yet hide a product rather than show it, until they are known', async () => {
    const shown = async () => (await ctx.db.query<{ shown: number }>("SELECT count(*)::int AS shown FROM products WHERE status = 'active' AND published AND available"))[0]!.shown;
    const before = await shown();
    assert.ok(before > 10);
    shop.setFaults({ unknownEnums: true });
    await run();
    assert.equal(await shown(), 0);
    shop.setFaults({ unknownEnums: false });
    for (const { id } of shop.products) shop.setPrice(id, 1_000); // the shop says so anew, by webhooks
    await settle(pair);
    assert.equal(await shown(), before);
  });

  await t.test('an order in another currency, and in the hour that the clocks go through twice, is the same by webhook and by bulk', async () => {
    const times = ['2026-10-25T00:30:00Z', '2026-10-25T01:30:00Z', '2026-03-29T00:59:59Z', '2026-03-29T01:00:00Z', '2026-07-01T22:30:00Z', '2026-12-31T23:30:00Z', '2026-12-31T22:59:59Z'].map(Date.parse);
    const placed: string[] = [];
    for (const time of times) {
      shopsNow = time;
      const [product] = sellable(shop);
      placed.push(shop.placeOrder({ lines: [{ productId: product! }], email: 'shopper@example.com' }).id);
    }
    shopsNow = undefined;
    await settle(pair);
    const byWebhook = await ctx.db.query<{ order_id: string; ordered_at: Date; currency: string }>('SELECT * FROM orders WHERE order_id = ANY($1::text[]) ORDER BY order_id', [placed]);
    assert.deepEqual(byWebhook.map(({ ordered_at }) => ordered_at.getTime()), times);
    assert.deepEqual([...new Set(byWebhook.map(({ currency }) => currency))], ['EUR']);
    const orders = shop.orders.filter(({ id }) => placed.includes(id));
    assert.ok(orders.some(({ number }) => number % 7 === 0), 'one of them was placed in dollars');
    assert.deepEqual(byWebhook.map((row) => (row as unknown as { total: number }).total), orders.map(({ total }) => total / 100));
    for (const table of ['order_lines', 'orders']) await ctx.db.query(`DELETE FROM ${table} WHERE order_id = ANY($1::text[])`, [placed]);
    await run();
    assert.deepEqual(await ctx.db.query('SELECT * FROM orders WHERE order_id = ANY($1::text[]) ORDER BY order_id', [placed]), byWebhook);
  });

  await t.test('what was deleted in the shop: lines of products that are gone, variants, whole products', async () => {
    const [product, other] = sellable(shop).slice(-2); // not those whose last change lies in the future
    const order = shop.placeOrder({ lines: [{ productId: product! }, { productId: other! }] });
    shop.deleteProduct(product!);
    await settle(pair);
    await run();
    // Bulk answers say null where the product was: nothing is left to learn from such a line.
    assert.deepEqual(await ctx.db.query('SELECT product_id FROM order_lines WHERE order_id = $1', [order.id]), [{ product_id: other }]);
    assert.deepEqual(await ctx.db.query('SELECT status FROM products WHERE product_id = $1', [product!]), [{ status: 'deleted' }]);
    assert.deepEqual(await stored(pair), truth(shop));
  });
});
