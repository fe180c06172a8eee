import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withContext } from '../../../test/context.ts';
import { withDatabase } from '../../../test/database.ts';
import type { Context } from '../context.ts';
import { createRandom } from '../pipeline/dataset/random.ts';
import { insertDeliveries } from '../store/webhook-deliveries.ts';
import { createFileShop } from './create-file-shop.ts';
import { handleWebhook } from './handle-webhook.ts';
import { handleWebhooksTogether } from './handle-webhooks-together.ts';

const SHOP = 'demo.myshopify.com';
const NOW = Date.parse('2026-11-23T10:00:00Z');

/** Deliveries about a few orders and products, with versions in any order, repeated things, strange ones and deletions. */
function deliveries(seed: number, count: number) {
  const random = createRandom(seed);
  const pick = (below: number) => Math.floor(random() * below);
  return Array.from({ length: count }, (_, index) => {
    const id = 1 + pick(4);
    const version = pick(6);
    const updated = new Date(NOW - 60_000 + version * 1000).toISOString();
    const kind = pick(10);
    const [topic, body] = kind < 5
      ? [['orders/create', 'orders/updated', 'orders/cancelled'][pick(3)], { id, created_at: updated, updated_at: updated, currency: 'EUR', current_total_price: String(version), customer: { id: 7 },
        line_items: Array.from({ length: 1 + version % 3 }, (_, line) => ({ id: line + 1, product_id: version, quantity: version + 1, price: '1' })) }]
      : kind < 8 ? ['products/update', { id, title: `Version ${version}`, status: 'active', updated_at: updated, published_at: updated, variants: Array.from({ length: 1 + version % 2 }, (_, variant) => ({ id: id * 10 + variant, price: String(version) })) }]
        : kind < 9 ? ['products/delete', { id: 9 }] : ['orders/create', ['not an object']];
    return { shop: SHOP, topic, webhookId: `w${index}`, triggeredAt: Date.parse(updated), receivedAt: NOW + index, body: JSON.stringify(body) };
  });
}

async function contentsOf({ db }: Context) {
  return {
    orders: await db.query('SELECT order_id, updated_at, total, cancelled_at FROM orders ORDER BY order_id'),
    lines: await db.query('SELECT order_id, line_id, product_id, quantity FROM order_lines ORDER BY order_id, line_id'),
    products: await db.query('SELECT product_id, title, price, status FROM products ORDER BY product_id'),
    variants: await db.query('SELECT variant_id, price FROM variants ORDER BY variant_id'),
    deliveries: await db.query("SELECT webhook_id, handled_at IS NOT NULL AS handled, body = '' AS dropped FROM webhook_deliveries ORDER BY webhook_id"),
  };
}

test('deliveries handled together leave what they leave one by one', async (t) => {
  const [together, single] = [await withContext(t, { db: await withDatabase(t) }), await withContext(t, { db: await withDatabase(t) })];
  for (const ctx of [together, single]) await createFileShop(ctx, { shop: SHOP });
  for (let seed = 1; seed <= 6; seed++) {
    const batch = deliveries(seed, 25).map((each) => ({ ...each, webhookId: `${seed}-${each.webhookId}` }));
    for (const ctx of [together, single]) await insertDeliveries(ctx.db, batch);
    const one = async (ctx: Context, delivery: (typeof batch)[number]) => handleWebhook(ctx, delivery).catch((error: { code: string }) => assert.equal(error.code, 'bad_input'));
    for (const delivery of batch) await one(single, delivery);
    const known = batch.filter(({ body }) => !body.startsWith('['));
    const handled = await handleWebhooksTogether(together, known);
    assert.ok(handled.filter(Boolean).length >= known.length - known.filter(({ topic }) => topic === 'products/delete').length);
    for (const [place, delivery] of known.entries()) if (!handled[place]) await one(together, delivery);
    assert.deepEqual(await contentsOf(together), await contentsOf(single), `seed ${seed}`);
    assert.deepEqual(await handleWebhooksTogether(together, known), known.map(() => true), 'again: nothing is left');
  }
});

test('one that cannot be read does not keep the others: they are left to be handled one by one', async (t) => {
  const ctx = await withContext(t);
  await createFileShop(ctx, { shop: SHOP });
  const [good, other] = deliveries(1, 25).filter(({ topic, body }) => topic.startsWith('orders') && !body.startsWith('['));
  const bad = { ...other, webhookId: 'bad', body: '[]' };
  const product = deliveries(1, 25).find(({ topic }) => topic === 'products/update')!;
  await insertDeliveries(ctx.db, [good, bad, product]);
  assert.deepEqual(await handleWebhooksTogether(ctx, [good, bad, product, { ...good, webhookId: 'never came' }]), [false, false, true, true]);
  await handleWebhook(ctx, good);
  await assert.rejects(handleWebhook(ctx, bad), { code: 'bad_input' });
});
