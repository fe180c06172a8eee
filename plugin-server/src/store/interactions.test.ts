import assert from 'node:assert/strict';
import { testBothDatabases } from '../../../test/database.ts';
import { insertEvents } from './events.ts';
import { readInteractions } from './interactions.ts';
import { upsertOrders } from './orders.ts';
import { upsertProducts } from './products.ts';

const SHOP = 'a.myshopify.com';
const product = (id: string, status: 'active' | 'deleted' = 'active') => ({
  id, title: id, handle: null, productType: '', vendor: '', tags: [], price: 1, imageUrl: null, status, published: true, available: true, createdAt: null, updatedAt: 1,
});
const order = (id: string, orderedAt: number, customerKey: string | null, cancelledAt: number | null = null) =>
  ({ id, customerKey, orderedAt, currency: 'EUR', total: 1, cancelledAt, updatedAt: 1 });
const line = (orderId: string, lineId: string, productId: string, quantity = 1) => ({ orderId, lineId, productId, quantity, unitPrice: 1 });

testBothDatabases('reads what was bought, looked at and put into the cart, by time, of products still sold', async (db) => {
  await upsertProducts(db, SHOP, [product('007'), product('7'), product('__proto__'), product('gone', 'deleted')]);
  await upsertOrders(db, SHOP, {
    orders: [order('o2', 5_000, 'anna'), order('o1', 3_000, 'anna'), order('o3', 4_000, null, 4_500), order('o4', 3_000, null)],
    lines: [line('o1', '1', '007'), line('o1', '2', 'gone'), line('o2', '1', '__proto__'), line('o2', '2', '7', 0), line('o3', '1', '7'), line('o4', '1', '7')],
  });
  const event = (id: string, type: string, productId: string | null, at: number) =>
    ({ id, sessionId: 's', visitorId: 'v', type, productId, at, receivedAt: at, payload: {} });
  await insertEvents(db, SHOP, [event('e1', 'product_viewed', '7', 4_000), event('e2', 'product_added_to_cart', '7', 6_000), event('e3', 'page_viewed', null, 1_000), event('e4', 'product_viewed', 'gone', 1_000)]);
  await upsertOrders(db, 'b.myshopify.com', { orders: [order('x', 1, null)], lines: [line('x', '1', '7')] });

  const found = await readInteractions(db, SHOP);
  const rows = Array.from(found.item, (item, i) => [found.itemIds[item], found.kind[i], found.time[i], found.group[i], found.actor[i] < 0]);
  assert.deepEqual(rows, [['007', 2, 3, 0, false], ['7', 2, 3, 1, true], ['7', 0, 4, 2, false], ['__proto__', 2, 5, 3, false], ['7', 1, 6, 2, false]]);
  assert.equal(found.actor[0], found.actor[3], 'both orders are the same customer\'s');
  assert.notEqual(found.actor[2], found.actor[0]);
});

testBothDatabases('an order on the edge of a page is read once, and only once', async (db) => {
  await upsertProducts(db, SHOP, [product('p')]);
  const orders = Array.from({ length: 5_001 }, (_, i) => order(`o${i}`, 1_000 + (i % 7), null));
  await upsertOrders(db, SHOP, { orders, lines: orders.map(({ id }) => line(id, '1', 'p')) });
  const found = await readInteractions(db, SHOP);
  assert.equal(found.item.length, 5_001);
  assert.equal(new Set(found.group).size, 5_001);
});
