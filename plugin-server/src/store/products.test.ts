import assert from 'node:assert/strict';
import { testBothDatabases } from '../../../test/database.ts';
import { insertEvents, toEventRow } from './events.ts';
import { finishImport, listImports, startImport, updateImport } from './imports.ts';
import { upsertOrders } from './orders.ts';
import { ensureProducts, joinProducts, listMentionedProducts, readCatalogueNames } from './mentioned-products.ts';
import {
  deleteOtherVariants, deleteProducts, findProducts, listUnavailable, refreshAvailability, setInventory, setProductStatus, upsertProducts, upsertVariants,
} from './products.ts';
import type { ProductRow } from './products.ts';

const product = (id: string, updatedAt: number, change: Partial<ProductRow> = {}): ProductRow => ({
  id, title: `T${id}`, handle: `h-${id}`, productType: '', vendor: '', tags: ['a', 'b "q", {x}', 'NULL', '\\'], price: 1.5, imageUrl: null, status: 'active',
  published: true, available: true, createdAt: 500, updatedAt, ...change,
});

testBothDatabases('products: an older version never overwrites a newer one', async (db) => {
  const rows = [product('1', 10), product('__proto__', 10, { tags: [], createdAt: null, price: null }), product('1', 9, { title: 'older' })];
  assert.deepEqual(await upsertProducts(db, 's', rows), { inserted: 2, updated: 0, unchanged: 0 });
  assert.deepEqual(await findProducts(db, 's', ['__proto__', 'nothing', '1']), [rows[1], rows[0]]);
  assert.deepEqual(await upsertProducts(db, 's', [product('1', 9, { title: 'stale' }), product('2', 1)]), { inserted: 1, updated: 0, unchanged: 1 });
  assert.deepEqual(await upsertProducts(db, 's', [product('1', 20), product('2', 2, { title: 'new' })]), { inserted: 0, updated: 1, unchanged: 1 });
  // Equal content of a later time counts as unchanged but does move the guard.
  await upsertProducts(db, 's', [product('1', 15, { title: 'delayed' })]);
  assert.deepEqual((await findProducts(db, 's', ['1', '2'])).map(({ title, updatedAt }) => [title, updatedAt]), [['T1', 20], ['new', 2]]);

  assert.equal(await setProductStatus(db, 's', ['1', '2'], 'deleted', 15), 1);
  assert.deepEqual((await findProducts(db, 's', ['1', '2'])).map(({ status }) => status), ['active', 'deleted']);
  assert.deepEqual([await listUnavailable(db, 's', ['2', 'nothing', '1']), await listUnavailable(db, 's')], [['2', 'nothing'], ['2']]);
  await deleteProducts(db, 's');
  assert.deepEqual(await findProducts(db, 's', ['1']), []);
});

testBothDatabases('availability follows the variants', async (db) => {
  await upsertProducts(db, 's', [product('1', 1), product('2', 1), product('3', 1, { available: false })]);
  const variant = (id: string, productId: string, quantity: number, tracked = true) => ({ id, productId, inventoryItemId: `i${id}`, price: 2, tracked, quantity });
  await upsertVariants(db, 's', [variant('a', '1', 0), variant('b', '1', 0), variant('c', '2', -3, false)]);
  await refreshAvailability(db, 's');
  assert.deepEqual(await listUnavailable(db, 's'), ['1', '3'], 'the third has no variants and keeps what it has');
  assert.deepEqual(await setInventory(db, 's', 'ib', 4), ['1']);
  assert.deepEqual(await setInventory(db, 's', 'unknown', 4), []);
  await refreshAvailability(db, 's', ['2']);
  assert.deepEqual(await listUnavailable(db, 's'), ['1', '3']);
  await refreshAvailability(db, 's', ['1']);
  assert.deepEqual(await listUnavailable(db, 's'), ['3']);
  await deleteOtherVariants(db, 's', ['1'], ['a']);
  await refreshAvailability(db, 's', ['1']);
  assert.deepEqual(await listUnavailable(db, 's'), ['1', '3']);
});

testBothDatabases('what orders mention gives way to the catalogue', async (db) => {
  const mention = (id: string, updatedAt: number, title = id) => ({ id, title, price: 3, updatedAt });
  await upsertProducts(db, 's', [product('mug', 5, { title: 'Mug' })]);
  assert.deepEqual(await ensureProducts(db, 's', [mention('mug', 99), mention('SKU-1', 7)]), { inserted: 1, updated: 0, unchanged: 1 });
  assert.deepEqual(await ensureProducts(db, 's', [mention('SKU-1', 8, 'Newer'), mention('mug', 100)]), { inserted: 0, updated: 1, unchanged: 1 });
  assert.deepEqual(await ensureProducts(db, 's', [mention('SKU-1', 6, 'Older')]), { inserted: 0, updated: 0, unchanged: 1 });
  assert.deepEqual((await findProducts(db, 's', ['mug', 'SKU-1'])).map(({ title }) => title), ['Mug', 'Newer']);
  assert.deepEqual(await listMentionedProducts(db, 's'), [{ id: 'SKU-1', title: 'Newer' }]);

  await upsertVariants(db, 's', [{ id: 'SKU-1', productId: 'mug', inventoryItemId: null, price: null, tracked: false, quantity: 0 }]);
  const names = await readCatalogueNames(db, 's');
  assert.deepEqual([[...names.byVariant], [...names.byTitle], [...names.byHandle]], [[['SKU-1', 'mug']], [['Mug', 'mug']], [['h-mug', 'mug']]]);
  const order = { id: '1', customerKey: null, orderedAt: 1, currency: null, total: null, cancelledAt: null, updatedAt: 1 };
  await upsertOrders(db, 's', { orders: [order], lines: [{ orderId: '1', lineId: 'l', productId: 'SKU-1', quantity: 1, unitPrice: null }] });
  await joinProducts(db, 's', new Map([['SKU-1', 'mug'], ['mug', 'mug']]));
  assert.deepEqual(await db.query(`SELECT product_id FROM order_lines`), [{ product_id: 'mug' }]);
  assert.deepEqual((await findProducts(db, 's', ['SKU-1', 'mug'])).map(({ id }) => id), ['mug']);

  // A title that two products share says nothing.
  await upsertProducts(db, 's', [product('mug-2', 5, { title: 'Mug' })]);
  assert.equal((await readCatalogueNames(db, 's')).byTitle.size, 0);
});

testBothDatabases('events are stored once; a clock that runs ahead is set back', async (db) => {
  const event = { type: 'product_added_to_cart', id: 'e1', at: 9_000, sessionId: 's1', visitorId: 'v', productId: 'p', quantity: 2 } as const;
  const row = toEventRow(event, 5_000);
  assert.deepEqual(row, { id: 'e1', sessionId: 's1', visitorId: 'v', type: 'product_added_to_cart', productId: 'p', at: 5_000, receivedAt: 5_000, origin: null, payload: { quantity: 2 } });
  const cart = toEventRow({ type: 'cart_viewed', id: 'e2', at: 1, sessionId: 's1', items: [{ productId: '"', quantity: 1 }] }, 5_000);
  assert.deepEqual([cart.productId, cart.visitorId, cart.payload], [null, null, { items: [{ productId: '"', quantity: 1 }] }]);
  assert.equal(await insertEvents(db, 's', [row, row, cart]), 2);
  assert.equal(await insertEvents(db, 's', [row, { ...cart, id: 'e3' }]), 1);
  assert.deepEqual(await db.query(`SELECT payload, at FROM events WHERE event_id = 'e2'`), [{ payload: cart.payload, at: new Date(1) }]);
});

testBothDatabases('imports: started, reported, ended; a retried one begins anew', async (db) => {
  const start = (id: string, startedAt: number) => startImport(db, 's', { id, kind: 'orders', source: 'a.csv', startedAt });
  await start('i1', 1);
  await updateImport(db, 's', 'i1', { rows: 5 });
  await start('i2', 2);
  await finishImport(db, 's', 'i2', { status: 'failed', report: { error: 'x' }, finishedAt: 3 });
  const base = { kind: 'orders', source: 'a.csv' };
  assert.deepEqual(await listImports(db, 's'), [
    { id: 'i2', ...base, status: 'failed', report: { error: 'x' }, startedAt: 2, finishedAt: 3 },
    { id: 'i1', ...base, status: 'running', report: { rows: 5 }, startedAt: 1, finishedAt: null },
  ]);
  await start('i2', 4);
  assert.deepEqual(await listImports(db, 's', { limit: 1 }), [{ id: 'i2', ...base, status: 'running', report: {}, startedAt: 4, finishedAt: null }]);
  assert.deepEqual(await listImports(db, 'other'), []);
});
