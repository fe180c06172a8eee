import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { readConfig } from '../../plugin-server/src/config.ts';
import { silentLog } from '../../plugin-server/src/log.ts';
import { startServer } from '../../plugin-server/src/serve.ts';
import { handleWebhook } from '../../plugin-server/src/services/handle-webhook.ts';
import { importShop } from '../../plugin-server/src/services/import-shop.ts';
import { reconcileShop } from '../../plugin-server/src/services/reconcile-shop.ts';
import { scheduleWork } from '../../plugin-server/src/services/schedule-work.ts';
import type { Database } from '../../plugin-server/src/store/database.ts';
import { createRandom } from '../shop/generator/random.ts';
import { createShop, type Shop } from '../shop/shop.ts';
import { SellingError } from '../shop/selling.ts';

const APP = { clientId: 'client-id', clientSecret: 'client-secret', scopes: ['read_products', 'read_orders', 'read_inventory', 'read_customers'] };
const HOUR = 3_600_000;
const quick = async (): Promise<void> => {};
const seconds = (time: number | null): number | null => (time === null ? null : Math.floor(time / 1000));

/** Names the same thing the same, in the order of first appearance: what hashes of customers are compared by. */
function numbered<Row extends { customer: unknown }>(rows: Row[]): Row[] {
  const numbers = new Map<unknown, number>();
  const numberOf = (customer: unknown): number | null => {
    if (customer === null) return null;
    if (!numbers.has(customer)) numbers.set(customer, numbers.size);
    return numbers.get(customer)!;
  };
  return rows.map((row) => ({ ...row, customer: numberOf(row.customer) }));
}

/** Rows as the shop's own data say they must be; of customers, which orders are the same one's. */
function truth(shop: Shop) {
  const known = new Set(shop.products.map(({ id }) => id));
  const byId = <Row extends { id: string }>(rows: Row[]) => rows.sort((a, b) => (a.id < b.id ? -1 : 1));
  return {
    products: byId(shop.products.map((product) => ({
      id: product.id, title: product.title, handle: product.handle, type: product.type, vendor: product.vendor, tags: [...product.tags],
      price: Math.min(...product.variants.map(({ price }) => price)) / 100, status: product.status, published: product.publishedAt !== null,
      available: product.variants.some(({ tracked, quantity }) => !tracked || quantity > 0), created: seconds(product.createdAt), image: `${shop.origin}/images/${product.id}.svg`,
    }))),
    variants: byId(shop.products.flatMap((product) => product.variants.map((variant) => ({
      id: variant.id, product: product.id, price: variant.price / 100, quantity: variant.quantity, tracked: variant.tracked, item: variant.inventoryItemId,
    })))),
    orders: numbered(byId(shop.orders.filter(({ test }) => !test).map((order) => ({
      id: order.id, customer: order.customerId as unknown, at: seconds(order.createdAt), cancelled: seconds(order.cancelledAt), updated: seconds(order.updatedAt), currency: 'EUR',
      total: (order.cancelledAt === null ? order.total - order.lines.reduce((sum, line) => sum + line.price * line.refunded, 0) : 0) / 100,
    })))),
    // A line whose product was deleted since no longer names it in the shop's answers.
    lines: byId(shop.orders.filter(({ test }) => !test).flatMap((order) => order.lines
      .filter((line) => line.quantity > line.refunded && known.has(line.productId!))
      .map((line) => ({ id: `${order.id}/${line.id}`, product: line.productId, quantity: line.quantity - line.refunded, price: line.price / 100 })))),
  };
}

async function stored(db: Database, shop: string): Promise<ReturnType<typeof truth>> {
  const read = <Row extends object>(sql: string) => db.query<Row>(sql, [shop]);
  return {
    products: await read(`SELECT product_id AS id, title, handle, product_type AS type, vendor, tags, price, status, published, available, extract(epoch FROM created_at)::float8 AS created, image_url AS image
                          FROM products WHERE shop_id = $1 AND status <> 'deleted' ORDER BY product_id COLLATE "C"`),
    variants: await read(`SELECT variant_id AS id, v.product_id AS product, v.price, quantity, tracked, inventory_item_id AS item FROM variants v JOIN products p USING (shop_id, product_id)
                          WHERE v.shop_id = $1 AND p.status <> 'deleted' ORDER BY variant_id COLLATE "C"`),
    orders: numbered(await read<{ customer: unknown }>(`SELECT order_id AS id, customer_key AS customer, extract(epoch FROM ordered_at)::float8 AS at, extract(epoch FROM cancelled_at)::float8 AS cancelled,
                               extract(epoch FROM updated_at)::float8 AS updated, currency, total FROM orders WHERE shop_id = $1 ORDER BY order_id COLLATE "C"`)),
    lines: await read(`SELECT order_id || '/' || line_id AS id, product_id AS product, quantity, unit_price AS price
                       FROM order_lines l JOIN products p USING (shop_id, product_id) WHERE shop_id = $1 AND p.status <> 'deleted' ORDER BY order_id || '/' || line_id COLLATE "C"`),
  } as ReturnType<typeof truth>;
}

/** Rows that only one side has, as text: empty when both are equal. */
async function differences(db: Database, shop: Shop): Promise<string[]> {
  const rows = (side: ReturnType<typeof truth>) => new Set(Object.entries(side).flatMap(([table, list]) => list.map((row) => `${table} ${JSON.stringify(row)}`)));
  const [is, should] = [rows(await stored(db, shop.domain)), rows(truth(shop))];
  return [...[...is].filter((row) => !should.has(row)).map((row) => `stored: ${row}`), ...[...should].filter((row) => !is.has(row)).map((row) => `shop:   ${row}`)];
}

test('after four hours of lost, repeated and reordered webhooks, one reconciliation makes the store equal to the shop, row by row', async (t) => {
  const home = mkdtempSync(join(tmpdir(), 'vitrine-outage-'));
  let ahead = 0; // the session token's times are checked by the real clock, so the test's starts there
  const clock = () => Date.now() + ahead;
  const random = createRandom('outage');
  const shop = await createShop({ seed: 5, products: 60, orders: 300, customers: 90, days: 50, bulkDelayMs: 0, clock });
  await shop.listen(0);
  const server = await startServer(
    readConfig({ VITRINE_HOME: home, PORT: '0', SHOPIFY_API_KEY: APP.clientId, SHOPIFY_API_SECRET: APP.clientSecret, SHOPIFY_SHOP_ORIGIN: shop.origin }),
    { work: false, log: silentLog, clock });
  t.after(async () => {
    await shop.close();
    await server.close();
    rmSync(home, { recursive: true, force: true });
  });
  const { ctx } = server;
  const reconcile = () => reconcileShop(ctx, { shop: shop.domain, sleep: quick });
  assert.equal((await shop.install({ ...APP, appUrl: server.url })).status, 200);
  await importShop(ctx, { shop: shop.domain, sleep: quick });
  assert.deepEqual(await differences(ctx.db, shop), []);

  shop.setFaults({ dropWebhooks: 0.5, duplicateWebhooks: 0.3, reorderWebhooks: 0.4 });
  for (let step = 0; step < 160; step++) {
    ahead += (4 * HOUR) / 160;
    const product = shop.products[random.below(shop.products.length)].id;
    const order = shop.orders[random.below(shop.orders.length)].id;
    const actions = [
      () => shop.placeOrder({ lines: [{ productId: product }], email: `shopper-${random.below(200)}@example.com` }),
      () => shop.placeOrder({ lines: [{ productId: product }] }),
      () => shop.setStock(product, random.below(4)), () => shop.setVisible(product, random.chance(0.5)), () => shop.setPrice(product, 100 + random.below(9_000)),
      () => shop.cancelOrder(order), () => shop.refundOrder(order), () => shop.deleteOrder(order),
      () => shop.deleteProduct(product),
    ];
    try {
      actions[Math.min(random.below(actions.length + 3), actions.length - (step % 9 === 0 ? 1 : 2))]();
    } catch (error) {
      if (!(error instanceof SellingError)) throw error; // sold out, or cancelled before
    }
  }
  await shop.idle();
  const jobs = await ctx.jobs.boss.fetch<{ shop: string; topic: string; webhookId: string }>('handle-webhook', { batchSize: 5_000 });
  assert.ok(jobs.length > 50, 'half of the webhooks came through');
  for (const job of jobs.map((each) => ({ each, order: random.below(1e6) })).sort((a, b) => a.order - b.order).map(({ each }) => each)) await handleWebhook(ctx, job.data);

  assert.ok((await differences(ctx.db, shop)).length > 20, 'the outage did harm');
  const { webhooks } = await reconcile();
  assert.equal(webhooks, 0, 'no subscription was missing');
  assert.deepEqual(await differences(ctx.db, shop), []);

  const again = await reconcile();
  assert.deepEqual([again.products.written.updated, again.products.written.inserted, again.orders.written.inserted, again.orders.written.updated, again.deletedOrders], [0, 0, 0, 0, 0]);

  // What is due: nothing now, this shop tomorrow, and no other.
  assert.deepEqual((await scheduleWork(ctx)).reconcile, []);
  ahead += 25 * HOUR;
  assert.deepEqual((await scheduleWork(ctx)).reconcile, [shop.domain]);
});
