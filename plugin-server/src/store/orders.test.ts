import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { testBothDatabases, withDatabase } from '../../../test/database.ts';
import { countShop, deleteOrders, forgetCustomer, upsertOrders } from './orders.ts';
import type { OrderLineRow, OrderRow } from './orders.ts';

const order = (id: string, updatedAt: number, change: Partial<OrderRow> = {}): OrderRow =>
  ({ id, customerKey: 'c1', orderedAt: 1_000, currency: 'GBP', total: 2.5, cancelledAt: null, updatedAt, ...change });
const line = (orderId: string, lineId: string, quantity = 1): OrderLineRow => ({ orderId, lineId, productId: `p${lineId}`, quantity, unitPrice: 1.25 });

testBothDatabases('orders: new, changed, equal and stale are told apart, and lines follow their order', async (db) => {
  const lines = async (): Promise<string[]> =>
    (await db.query<{ text: string }>(`SELECT order_id || '/' || line_id || '=' || quantity AS text FROM order_lines WHERE shop_id = 's' ORDER BY 1`)).map(({ text }) => text);
  const first = { orders: [order('1', 10), order('2', 10)], lines: [line('1', 'a'), line('1', 'b'), line('2', 'a')] };
  assert.deepEqual(await upsertOrders(db, 's', first), { inserted: 2, updated: 0, unchanged: 0 });
  assert.deepEqual(await upsertOrders(db, 's', first), { inserted: 0, updated: 0, unchanged: 2 });

  // Newer: a line is gone, one changed, one is new. Older: nothing of it is written.
  const second = { orders: [order('1', 11), order('2', 9, { total: 99 })], lines: [line('1', 'b', 5), line('1', 'c'), line('2', 'z')] };
  assert.deepEqual(await upsertOrders(db, 's', second), { inserted: 0, updated: 1, unchanged: 1 });
  assert.deepEqual(await lines(), ['1/b=5', '1/c=1', '2/a=1']);

  // The same time and other content: the later arrival counts. Lines of orders not named are not written.
  assert.deepEqual(await upsertOrders(db, 's', { orders: [order('1', 11)], lines: [line('9', 'a')] }), { inserted: 0, updated: 1, unchanged: 0 });
  assert.deepEqual(await lines(), ['2/a=1']);
  assert.deepEqual(await upsertOrders(db, 's', { orders: [], lines: [] }), { inserted: 0, updated: 0, unchanged: 0 });

  // Another shop's orders of the same id are its own.
  await upsertOrders(db, 'other', { orders: [order('2', 50, { orderedAt: 5_000 })], lines: [line('2', 'x')] });
  assert.deepEqual(await lines(), ['2/a=1']);
  assert.deepEqual(await countShop(db, 's'), { products: 0, orders: 2, lines: 1, events: 0, from: 1_000, to: 1_000 });
  assert.deepEqual(await countShop(db, 'nobody'), { products: 0, orders: 0, lines: 0, events: 0, from: null, to: null });

  assert.equal(await forgetCustomer(db, 's', 'c1'), 2);
  assert.equal(await forgetCustomer(db, 's', 'c1'), 0);
  await deleteOrders(db, 's');
  assert.deepEqual([(await countShop(db, 's')).orders, (await countShop(db, 'other')).lines], [0, 1]);
});

test('deliveries in any order end in the newest version', async (t) => {
  const db = await withDatabase(t);
  const version = fc.record({ id: fc.constantFrom('1', '2', '__proto__'), updatedAt: fc.integer({ min: 1, max: 9 }), lines: fc.uniqueArray(fc.constantFrom('a', 'b', 'c')) });
  // One content for each (order, time), or "newest" is not defined.
  const history = fc.uniqueArray(version, { selector: ({ id, updatedAt }) => `${id} ${updatedAt}`, minLength: 1, maxLength: 8 });
  let shops = 0;
  await fc.assert(fc.asyncProperty(history, async (versions) => {
    const shop = `s${++shops}`;
    for (const { id, updatedAt, lines } of versions) await upsertOrders(db, shop, { orders: [order(id, updatedAt)], lines: lines.map((name) => line(id, name, updatedAt)) });
    const newest = new Map<string, (typeof versions)[number]>();
    for (const candidate of versions.toSorted((a, b) => a.updatedAt - b.updatedAt)) newest.set(candidate.id, candidate);
    const stored = await db.query<{ text: string }>(`SELECT order_id || ' ' || line_id || ' ' || quantity AS text FROM order_lines WHERE shop_id = $1`, [shop]);
    assert.deepEqual(stored.map(({ text }) => text).sort(), [...newest.values()].flatMap(({ id, updatedAt, lines }) => lines.map((name) => `${id} ${name} ${updatedAt}`)).sort());
  }), { numRuns: 30 });
});

testBothDatabases('many writers at once end in the newest version, whole', async (db) => {
  const ids = Array.from({ length: 40 }, (_, at) => String(at));
  await Promise.all(Array.from({ length: 8 }, (_, version) => {
    const orders = ids.map((id) => order(id, version + 1, { total: version })).sort(() => (version % 2 === 0 ? 1 : -1));
    return upsertOrders(db, 's', { orders, lines: ids.flatMap((id) => [line(id, `only in ${version}`, version + 1), line(id, 'a', version + 1)]) });
  }));
  assert.deepEqual(await db.query(`SELECT DISTINCT total FROM orders`), [{ total: 7 }]);
  const names = await db.query(`SELECT line_id, count(*)::int AS orders FROM order_lines WHERE quantity = 8 GROUP BY 1 ORDER BY 1`);
  assert.deepEqual(names, [{ line_id: 'a', orders: 40 }, { line_id: 'only in 7', orders: 40 }]);
  assert.equal((await countShop(db, 's')).lines, 80);
});

test('a failure half-way leaves no order without its lines', async (t) => {
  const db = await withDatabase(t);
  const orders = Array.from({ length: 6_000 }, (_, at) => order(String(at), 1));
  const lines = orders.map(({ id }, at) => line(id, 'a', at === 5_999 ? Number.NaN : 1)); // the last batch cannot be written
  await assert.rejects(upsertOrders(db, 's', { orders, lines }));
  assert.equal((await countShop(db, 's')).orders, 0);
});
