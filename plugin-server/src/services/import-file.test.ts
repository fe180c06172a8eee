import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { TestContext } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { exitCode, type VitrineError } from '@vitrine/sdk/core';
import { withDatabase } from '../../../test/database.ts';
import type { Context } from '../context.ts';
import { silentLog } from '../log.ts';
import { parseMap } from '../pipeline/ingest/columns.ts';
import type { ImportReport } from '../pipeline/ingest/report.ts';
import { importFile } from './import-file.ts';
import type { ImportFileInput } from './import-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'vitrine-import-'));
after(() => rmSync(folder, { recursive: true }));

const NOW = Date.UTC(2026, 10, 23);

async function setUp(t: TestContext) {
  const db = await withDatabase(t);
  const ctx = { db, config: { secret: 's'.repeat(32) }, clock: () => NOW, log: silentLog } as unknown as Context;
  return {
    db,
    import(text: string | Uint8Array, input: Partial<ImportFileInput> = {}): Promise<ImportReport> {
      const path = join(folder, 'file.csv');
      writeFileSync(path, text);
      return importFile(ctx, { path, shop: 'demo', ...input });
    },
    /** Everything stored about shops, without what differs from run to run by design. */
    async stored(): Promise<Record<string, unknown[]>> {
      return {
        shops: await db.query('SELECT shop_id, source, currency FROM shops ORDER BY 1'),
        products: await db.query('SELECT * FROM products ORDER BY 1, 2'),
        variants: await db.query('SELECT * FROM variants ORDER BY 1, 2'),
        orders: await db.query('SELECT * FROM orders ORDER BY 1, 2'),
        lines: await db.query('SELECT * FROM order_lines ORDER BY 1, 2, 3'),
        events: await db.query('SELECT shop_id, event_id, session_id, type, product_id, at, payload FROM events ORDER BY 1, 2'),
      };
    },
  };
}

const dropped = (report: ImportReport): Record<string, number> => Object.fromEntries(report.dropped.map(({ reason, rows }) => [reason, rows]));

const ORDER_LINES = `InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country
1001,00042,MUG BLUE,6,2024-12-01 08:26:00,2.55,17850.0,Norway
1001,__proto__,LAMP,1,2024-12-01 08:26:00,3.39,17850.0,Norway
1001,00042,MUG BLUE,6,2024-12-01 08:26:00,2.55,17850.0,Norway
1002,42,MUG RED,2,2024-12-02 10:00:00,4.25,17851.0,Norway
1002,00042,MUG  BLUE,1,2024-12-02 10:00:00,2.65,17851.0,Norway
1002,00042,MUG BLUE,1,2024-12-02 10:00:00,2.60,17851.0,Norway
1002,POST,POSTAGE,1,2024-12-02 10:00:00,18,17851.0,Norway
C1003,00042,MUG BLUE,-6,2024-12-03 10:00:00,2.55,17850.0,Norway
1004,00042,damaged,-3,2024-12-03 11:00:00,0,,Norway
1005,00042,?,3,2024-12-03 11:00:00,0,,Norway
1006,,LAMP,3,2024-12-03 11:00:00,1,,Norway
,42,LAMP,3,2024-12-03 11:00:00,1,,Norway
1007,42,MUG RED,3,,1,,Norway
1008,42,MUG RED,3,2124-12-03 11:00:00,1,,Norway
1009,42,MUG RED,3,1900-01-01,1,,Norway
1010,42,MUG RED,80995,2024-12-05,1,17850.0,Norway
C1011,42,MUG RED,-80995,2024-12-05,1,17850.0,Norway
1012,42,MUG RED,900000,2024-12-05,1,17850.0,Norway
A1013,B,Adjust bad debt,1,2024-12-05,11062.06,,Norway
`;

test('order lines: what is kept, what is left out and why', async (t) => {
  const shop = await setUp(t);
  const report = await shop.import(gzipSync(ORDER_LINES), { currency: 'NOK' });
  assert.deepEqual(report.rows, { read: 19, kept: 5 });
  assert.deepEqual(dropped(report), {
    cancelled: 2, returned: 1, duplicate: 1, not_a_product: 1, missing_product: 1, missing_order: 1, missing_time: 1, bad_time: 2,
    bad_price: 1, bad_quantity: 1, reversed: 1, adjustment: 1,
  });
  assert.deepEqual(report.dropped.find(({ reason }) => reason === 'cancelled')?.lines, [9, 18]);
  assert.deepEqual(report.nonProducts, [{ code: 'POST', title: 'POSTAGE', rows: 1 }]);
  assert.deepEqual([report.kind, report.currency, report.customers, report.from, report.to], ['order-lines', 'NOK', 2, '2024-12-01T08:26:00.000Z', '2024-12-02T10:00:00.000Z']);
  assert.deepEqual([report.orders, report.products], [{ inserted: 2, updated: 0, unchanged: 0 }, { inserted: 3, updated: 0, unchanged: 0 }]);

  const { products, orders, lines } = await shop.stored() as Record<string, Record<string, unknown>[]>;
  assert.deepEqual(products.map(({ product_id, title, price }) => [product_id, title, price]), [['00042', 'MUG BLUE', 2.65], ['42', 'MUG RED', 4.25], ['__proto__', 'LAMP', 3.39]]);
  assert.deepEqual(orders.map(({ order_id, total }) => [order_id, total]), [['1001', 18.69], ['1002', 13.75]]);
  assert.deepEqual(lines.map(({ order_id, product_id, quantity }) => [order_id, product_id, quantity]).sort(), [['1001', '00042', 6], ['1001', '__proto__', 1], ['1002', '00042', 1], ['1002', '00042', 1], ['1002', '42', 2]]);
  assert.ok(orders.every(({ customer_key }) => typeof customer_key === 'string' && !customer_key.includes('1785')), 'customers are hashed');
});

test('importing twice changes nothing, and says so; a dry run stores nothing', async (t) => {
  const shop = await setUp(t);
  const empty = await shop.stored();
  const dry = await shop.import(ORDER_LINES, { dryRun: true });
  assert.deepEqual([dry.rows.kept, dry.orders], [5, undefined]);
  assert.deepEqual(await shop.stored(), empty);
  await shop.import(ORDER_LINES, { currency: 'NOK' });
  const once = await shop.stored();
  const again = await shop.import(ORDER_LINES);
  assert.deepEqual(await shop.stored(), once);
  assert.deepEqual([again.orders, again.products], [{ inserted: 0, updated: 0, unchanged: 2 }, { inserted: 0, updated: 0, unchanged: 3 }]);
  const corrected = await shop.import(ORDER_LINES.replace('1002,42,MUG RED,2', '1002,42,MUG RED,5'));
  assert.deepEqual(corrected.orders, { inserted: 0, updated: 1, unchanged: 1 });
});

test('the rows of any file may come in any order, and twice: the store is the same', async (t) => {
  const shop = await setUp(t);
  const row = fc.record({
    order: fc.integer({ min: 1, max: 4 }), product: fc.constantFrom('1', '01', '__proto__', 'constructor', 'a,b', '"q"'), title: fc.constantFrom('One', 'Two', 'Ö "x"', ''),
    quantity: fc.integer({ min: -2, max: 5 }), day: fc.integer({ min: 1, max: 28 }), price: fc.constantFrom('1.10', '2.35', '0', '7'), customer: fc.constantFrom('k1', 'k2', ''),
  });
  const quote = (value: string | number): string => `"${String(value).replaceAll('"', '""')}"`;
  const csv = (rows: readonly { order: number; product: string; title: string; quantity: number; day: number; price: string; customer: string }[]): string =>
    ['order,product,title,quantity,time,price,customer', ...rows.map((r) => [r.order, r.product, r.title, r.quantity, `2024-03-${r.day}`, r.price, r.customer].map(quote).join(','))].join('\n');
  let number = 0;
  await fc.assert(fc.asyncProperty(
    fc.array(row, { minLength: 1, maxLength: 12 }).chain((rows) => fc.tuple(fc.constant(rows), fc.shuffledSubarray([...rows, ...rows], { minLength: rows.length * 2 }))),
    async ([rows, shuffled]) => {
      fc.pre(rows.some((r) => r.quantity > 0 && r.price !== '0'));
      const [a, b] = [`a${++number}`, `b${number}`];
      await shop.import(csv(rows), { shop: a });
      await shop.import(csv(shuffled), { shop: b });
      await shop.import(csv(rows), { shop: b });
      const read = async (name: string): Promise<unknown> => ({
        products: await shop.db.query('SELECT product_id, title, price, updated_at FROM products WHERE shop_id = $1 ORDER BY 1', [name]),
        orders: await shop.db.query('SELECT order_id, ordered_at, total, customer_key IS NULL AS unknown FROM orders WHERE shop_id = $1 ORDER BY 1', [name]),
        lines: await shop.db.query('SELECT order_id, line_id, product_id, quantity, unit_price FROM order_lines WHERE shop_id = $1 ORDER BY 1, 2', [name]),
      });
      assert.deepEqual(await read(b), await read(a));
    }), { numRuns: 25 });
});

const SHOPIFY_ORDERS = `Name,Email,Financial Status,Paid at,Currency,Total,Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,Cancelled at,Id
#1001,one@shop.example,paid,2024-12-01 09:00:00 +0100,EUR,30.50,2024-12-01 08:59:00 +0100,2,Mug - Blue,10.00,MUG-B,,9001
#1001,,,,,,,1,"Lamp - Tall - Black",10.50,,,
#1002,TWO@shop.example,paid,2024-12-02 09:00:00 +0100,EUR,10.00,2024-12-02 08:59:00 +0100,1,Mug - Red,10.00,MUG-R,2024-12-03 09:00:00 +0100,9002
#1003,two@shop.example,refunded,,EUR,10.00,2024-12-04 08:59:00 +0100,1,Mug - Blue,10.00,MUG-B,,9003
#1004,two@shop.example,paid,,EUR,35.00,2024-12-05 08:59:00 +0100,1,Gift Card,25.00,,,9004
#1004,,,,,,,1,Mug - Red,10.00,MUG-R,,
`;
const SHOPIFY_PRODUCTS = `Handle,Title,Body (HTML),Vendor,Type,Tags,Published,Variant SKU,Variant Inventory Qty,Variant Price,Image Src,Status
mug,Mug,<p>A mug</p>,Pottery,Kitchen,"blue, red",true,MUG-B,3,10.00,https://img.example/mug.png,active
mug,,,,,,,MUG-R,0,9.50,,
lamp,Lamp - Tall,,Lights,Home,,true,LAMP-T,0,10.50,javascript:alert(1),active
old,Old thing,,,,,false,OLD,1,5,,draft
`;

test("Shopify's order export: an order takes several rows, a line goes by SKU or name", async (t) => {
  const shop = await setUp(t);
  const report = await shop.import(SHOPIFY_ORDERS);
  assert.equal(report.kind, 'orders');
  assert.deepEqual(report.rows, { read: 6, kept: 3 });
  assert.deepEqual(dropped(report), { cancelled: 1, returned: 1, not_a_product: 1 });
  assert.deepEqual([report.currency, report.customers], ['EUR', 2]);
  const { orders, lines } = await shop.stored() as Record<string, Record<string, unknown>[]>;
  assert.deepEqual(orders.map(({ order_id, total, cancelled_at }) => [order_id, total, cancelled_at === null]), [['9001', 30.5, true], ['9002', 10, false], ['9003', 10, false], ['9004', 35, true]]);
  assert.deepEqual(orders[0].ordered_at, new Date('2024-12-01T07:59:00Z'));
  assert.notEqual(orders[0].customer_key, orders[1].customer_key);
  assert.equal(orders[1].customer_key, orders[2].customer_key, 'mail addresses differ by case only');
  assert.deepEqual(lines.filter(({ order_id }) => order_id === '9001').map(({ product_id }) => product_id).sort(), ['Lamp - Tall - Black', 'MUG-B']);
});

test("a Shopify export that someone has sorted is read the same", async (t) => {
  const shop = await setUp(t);
  const [header, ...rows] = SHOPIFY_ORDERS.trimEnd().split('\n');
  await shop.import(SHOPIFY_ORDERS);
  const stored = await shop.stored();
  const report = await shop.import([header, ...rows.toReversed()].join('\n'));
  assert.deepEqual(report.orders, { inserted: 0, updated: 0, unchanged: 4 });
  assert.deepEqual(await shop.stored(), stored);
});

test('a status column, a line id column, a slash date and a decimal comma', async (t) => {
  const shop = await setUp(t);
  const report = await shop.import(`Bestellnummer;Line ID;Artikelnummer;Menge;Einzelpreis;Datum;Status;Currency
7;L1;A1;2;1,50;03/12/2024;paid;eur
7;L2;A1;1;1,50;03/12/2024;paid;EUR
8;L1;A1;1;1,50;25/12/2024;Cancelled;EUR
9;L1;A2;1;1.234,50;25/12/2024;refunded;EUR
9;L2;A2;1;1.234,50;25/12/2024;shipped;EUR
`);
  assert.deepEqual([report.rows, dropped(report), report.currency], [{ read: 5, kept: 3 }, { cancelled: 1, returned: 1 }, 'EUR']);
  const { lines } = await shop.stored() as { lines: { order_id: string; line_id: string; unit_price: number }[] };
  assert.deepEqual(lines.map(({ order_id, line_id, unit_price }) => [order_id, line_id, unit_price]), [['7', 'L1', 1.5], ['7', 'L2', 1.5], ['9', 'L2', 1234.5]]);
  assert.deepEqual([report.from, report.to], ['2024-12-03T00:00:00.000Z', '2024-12-25T00:00:00.000Z'], 'the 25th settles that the day comes first');
});

test('--currency keeps one of several', async (t) => {
  const shop = await setUp(t);
  const report = await shop.import('order,product,price,time,currency\n1,a,2,2024-01-01,EUR\n2,b,2,2024-01-02,GBP\n3,c,2,2024-01-02,\n', { currency: 'GBP' });
  assert.deepEqual([report.rows.kept, dropped(report), report.currency], [2, { other_currency: 1 }, 'GBP']);
  const { orders, shops } = await shop.stored() as Record<string, Record<string, unknown>[]>;
  assert.deepEqual([orders.map(({ order_id, currency }) => [order_id, currency]), shops], [[['2', 'GBP'], ['3', 'GBP']], [{ shop_id: 'demo', source: 'file', currency: 'GBP' }]]);
});

test('orders and catalogue meet, whichever comes first', async (t) => {
  const shop = await setUp(t);
  await shop.import(SHOPIFY_ORDERS, { shop: 'orders-first' });
  await shop.import(SHOPIFY_PRODUCTS, { shop: 'orders-first' });
  const report = await shop.import(SHOPIFY_PRODUCTS, { shop: 'products-first' });
  await shop.import(SHOPIFY_ORDERS, { shop: 'products-first' });
  assert.deepEqual([report.kind, report.rows, report.products], ['products', { read: 4, kept: 4 }, { inserted: 3, updated: 0, unchanged: 0 }]);
  const read = async (name: string): Promise<unknown[]> => [
    await shop.db.query('SELECT product_id, title, vendor, product_type, tags, price, image_url, status, published, available FROM products WHERE shop_id = $1 ORDER BY 1', [name]),
    await shop.db.query('SELECT order_id, product_id, quantity FROM order_lines WHERE shop_id = $1 ORDER BY 1, 2', [name]),
  ];
  const [products, lines] = await read('products-first');
  assert.deepEqual(products, [
    { product_id: 'lamp', title: 'Lamp - Tall', vendor: 'Lights', product_type: 'Home', tags: [], price: 10.5, image_url: null, status: 'active', published: true, available: false },
    { product_id: 'mug', title: 'Mug', vendor: 'Pottery', product_type: 'Kitchen', tags: ['blue', 'red'], price: 9.5, image_url: 'https://img.example/mug.png', status: 'active', published: true, available: true },
    { product_id: 'old', title: 'Old thing', vendor: '', product_type: '', tags: [], price: 5, image_url: null, status: 'draft', published: false, available: true },
  ]);
  assert.deepEqual((lines as { product_id: string }[]).map(({ product_id }) => product_id), ['lamp', 'mug', 'mug', 'mug', 'mug']);
  assert.deepEqual(await read('orders-first'), [products, lines]);
  for (const name of ['orders-first', 'products-first']) {
    const again = await shop.import(SHOPIFY_ORDERS, { shop: name });
    const catalogue = await shop.import(SHOPIFY_PRODUCTS, { shop: name });
    assert.deepEqual([again.orders?.unchanged, again.products?.inserted, catalogue.products], [4, 0, { inserted: 0, updated: 0, unchanged: 3 }], name);
  }
});

test('a plain product list fills in what it knows and leaves the rest', async (t) => {
  const shop = await setUp(t);
  await shop.import(SHOPIFY_PRODUCTS);
  const report = await shop.import('id;title;price\nmug;Mug;1.099,50\nnew;New;3\n');
  assert.deepEqual(report.products, { inserted: 1, updated: 1, unchanged: 0 });
  const [mug] = await shop.db.query("SELECT price, vendor, tags FROM products WHERE product_id = 'mug'");
  assert.deepEqual(mug, { price: 1099.5, vendor: 'Pottery', tags: ['blue', 'red'] });
});

test('events: JSONL and CSV, each once', async (t) => {
  const shop = await setUp(t);
  const id = '0b0e8a52-6a0e-4a6a-9b1e-0c8a1f0e2d3c';
  const lines = [
    { type: 'product_viewed', id, at: Date.UTC(2026, 0, 2), sessionId: 's1', productId: '__proto__' },
    { type: 'product_viewed', at: '2026-01-02T10:00:00Z', sessionId: 's1', productId: '00042' },
    { type: 'search_submitted', at: '2026-01-02T10:01:00Z', sessionId: 's1', query: 'mug "x"' },
    { type: 'no_such_event', at: '2026-01-02T10:01:00Z', sessionId: 's1' },
    { type: 'product_viewed', at: '2026-01-02T10:01:00Z', sessionId: 's1' },
    { type: 'product_viewed', id, at: Date.UTC(2026, 0, 2), sessionId: 's1', productId: '__proto__' },
  ].map((event) => JSON.stringify(event));
  const report = await shop.import(gzipSync(lines.join('\n')));
  assert.deepEqual([report.kind, report.rows, report.events], ['events', { read: 6, kept: 3 }, { inserted: 3, updated: 0, unchanged: 0 }]);
  assert.deepEqual(dropped(report), { invalid: 2, duplicate: 1 });
  assert.deepEqual((await shop.import(lines.join('\n'))).events, { inserted: 0, updated: 0, unchanged: 3 });
  const csv = 'type,time,session_id,product_id,quantity\nproduct_added_to_cart,2026-01-03 10:00,s2,7,2\nproduct_viewed,2026-01-03 09:00,s2,7,\n';
  assert.deepEqual((await shop.import(csv)).events?.inserted, 2);
  assert.deepEqual((await shop.import(csv)).events?.inserted, 0);
  const { events } = await shop.stored() as { events: { product_id: string | null; payload: unknown }[] };
  assert.equal(events.length, 5);
  assert.deepEqual(events.filter(({ product_id }) => product_id === '7').map(({ payload }) => payload).sort(), [{ quantity: 2 }, {}]);
});

test('a bad file is one clear line, and nothing stored changes', async (t) => {
  const shop = await setUp(t);
  await shop.import(ORDER_LINES, { currency: 'NOK' });
  const before = await shop.stored();
  const header = 'order,product,quantity,price,time,currency\n';
  const cases: [string, string | Uint8Array, Partial<ImportFileInput>, RegExp][] = [
    ['empty', '', {}, /file\.csv: the file is empty/],
    ['header only', header, {}, /there is a header but no rows/],
    ['binary', Uint8Array.from({ length: 5000 }, (_, at) => (at * 31) % 256), {}, /not a text file|not UTF-8/],
    ['wrong separator', ORDER_LINES.replaceAll(',', ':'), {}, /found no columns in "InvoiceNo:StockCode/],
    ['missing column', 'order,quantity,time\n1,2,2024-01-01\n', {}, /found no column for product\. Columns: order, quantity, time\. Name them with --map product=COLUMN/],
    ['unknown column in --map', ORDER_LINES, { map: parseMap('product=Stock') }, /--map product=Stock: there is no such column\. Columns: InvoiceNo, StockCode/],
    ['unknown role in --map', ORDER_LINES, { map: parseMap('colour=StockCode') }, /--map: "colour" is not a role/],
    ['two currencies', `${header}1,a,1,2,2024-01-01,EUR\n2,b,1,2,2024-01-02,GBP\n`, {}, /more than one currency: EUR \(1 rows, e\.g\. line 2\), GBP \(1 rows, e\.g\. line 3\)\. .*--currency EUR/],
    ['two currencies in one order', `${header}1,a,1,2,2024-01-01,EUR\n1,b,1,2,2024-01-01,GBP\n`, {}, /line 3: order 1 is in EUR and in GBP/],
    ['another currency than the shop', `${header}1,a,1,2,2024-01-01,EUR\n`, {}, /is in EUR, but demo keeps its accounts in NOK/],
    ['no currency code', `${header}1,a,1,2,2024-01-01,euros\n`, {}, /line 2: "euros" is not a currency code/],
    ['dates in three formats', `${header}1,a,1,2,2024-01-01,NOK\n2,b,1,2,25.12.2024,NOK\n3,c,1,2,12/25/2024,NOK\n`, {}, /more than one format: line 2 has "2024-01-01", line 3 has "25\.12\.2024"/],
    ['no day order', `${header}1,a,1,2,1/2/2024,NOK\n`, {}, /--dates dmy or --dates mdy/],
    ['nothing usable', `${header}1,a,1,0,2024-01-01,NOK\n2,a,1,0,2024-01-02,NOK\n`, {}, /none of its 2 rows can be used: impossible prices \(zero or less\) \(2, e\.g\. line 2\)/],
    ['cut gzip, late', (() => { const all = gzipSync(header + Array.from({ length: 60_000 }, (_, at) => `${at},p${at % 97},1,${at % 13}.50,2024-01-01,NOK\n`).join('')); return all.subarray(0, all.length - 30); })(), {}, /cut off/],
    ['bad bytes, late', Buffer.concat([Buffer.from(header + '1,a,1,2,2024-01-01,NOK\n'.repeat(9_000)), Buffer.from([0xff, 0x0a])]), {}, /line 9002, byte \d+: not UTF-8/],
    ['10 MB line', `${header}1,a,1,2,2024-01-01,NOK\n2,${'y'.repeat(10_000_000)},1,2,2024-01-01,NOK\n`, {}, /line 3: a record longer than 1 MiB/],
    ['JSON array', '[{"type":"product_viewed"}]', {}, /a JSON array/],
    ['broken JSONL', '{"type":"product_viewed"\n', {}, /line 1: not JSON/],
    ['events without a valid one', '{"type":"product_viewed","at":1767312000000}\n', {}, /none of its 1 rows can be used: not valid events .*line 1: sessionId/],
    ['JSONL as orders', '{"a":1}\n', { kind: 'orders' }, /is JSONL, which only events are read from/],
    ['status of no product', 'id,title,status\n1,Mug,sleeping\n', {}, /line 2: "sleeping" is not a status/],
  ];
  for (const [name, bytes, input, message] of cases) {
    await assert.rejects(shop.import(bytes, input), (error: VitrineError) => {
      assert.match(error.message, message, name);
      assert.equal(exitCode(error), 2, name);
      assert.ok(!error.message.includes('\n'), name);
      return true;
    }, name);
    assert.deepEqual(await shop.stored(), before, name);
  }
  const imports = await shop.db.query('SELECT status FROM imports');
  assert.deepEqual(imports, [{ status: 'done' }]);
});

test('a stopped import, before or while it stores, leaves nothing', async (t) => {
  const shop = await setUp(t);
  const before = await shop.stored();
  const many = `order,product,time\n${Array.from({ length: 3_000 }, (_, at) => `${at},p${at % 5},2024-01-01\n`).join('')}`;
  for (const stage of ['read', 'store'] as const) {
    const stop = new AbortController();
    const reached: string[] = [];
    await assert.rejects(shop.import(many, {
      signal: stop.signal,
      onProgress: (progress) => { reached.push(progress.stage); if (progress.stage === stage) stop.abort(); },
    }), { code: 'cancelled' });
    assert.ok(reached.includes(stage));
    assert.deepEqual(await shop.stored(), before);
  }
});

test('the smallest shops: one product, three orders; ids that look like numbers', async (t) => {
  const shop = await setUp(t);
  const report = await shop.import('order,product,time\n1,007,2024-01-01\n01,007,2024-01-02\n1e0,007,2024-01-03\n');
  assert.deepEqual([report.rows.kept, report.orders?.inserted, report.products?.inserted], [3, 3, 1]);
  const { orders, products } = await shop.stored() as Record<string, Record<string, unknown>[]>;
  assert.deepEqual(orders.map(({ order_id }) => order_id), ['01', '1', '1e0']);
  assert.deepEqual(products.map(({ product_id }) => product_id), ['007']);
});
