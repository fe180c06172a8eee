import assert from 'node:assert/strict';
import { createHmac, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { brotliCompressSync, gunzipSync } from 'node:zlib';
import type { Hono } from 'hono';
import { withContext, TEST_CONFIG, type TestContextWithJobs } from '../../test/context.ts';
import { createApp } from './app.ts';
import { createFileShop } from './services/create-file-shop.ts';
import { handleWebhook } from './services/handle-webhook.ts';
import { mintOwnerToken } from './services/owner-token.ts';
import { upsertProducts, type ProductRow } from './store/products.ts';
import { findShop, installShop } from './store/shops.ts';

const SHOP = 'demo.myshopify.com';
const OTHER = 'other.myshopify.com';
const NOW = Date.parse('2026-11-23T10:00:00Z');

interface Setup { ctx: TestContextWithJobs; app: Hono; key: string; otherKey: string }

async function setUp(t: TestContext, overrides: Parameters<typeof withContext>[1] = {}): Promise<Setup> {
  const ctx = await withContext(t, { clock: () => NOW, ...overrides });
  const [shop, other] = await Promise.all([SHOP, OTHER].map((id) => createFileShop(ctx, { shop: id, currency: 'EUR' })));
  return { ctx, app: createApp(ctx, { assets: [] }), key: shop!.publishableKey, otherKey: other!.publishableKey };
}

const product = (id: string, fields: Partial<ProductRow> = {}): ProductRow => ({
  id, title: `Product ${id}`, handle: `product-${id}`, productType: '', vendor: '', tags: [], price: 9.5, imageUrl: null,
  status: 'active', published: true, available: true, createdAt: null, updatedAt: NOW, ...fields,
});

const errorOf = async (response: Response): Promise<{ code: string; message: string; docsUrl: string }> => (await response.json()).error;

test('health, unknown addresses and headers', async (t) => {
  const { app } = await setUp(t);
  const healthy = await app.request('/healthz');
  assert.deepEqual(await healthy.json(), { status: 'ok' });
  assert.equal(healthy.headers.get('x-content-type-options'), 'nosniff');
  assert.match(healthy.headers.get('x-request-id')!, /^[\da-f-]{36}$/);
  for (const path of ['/', '/v1/shops', '/assets/../config.ts', '/assets/..%2fconfig.ts', '/assets/%2e%2e', '/webhooks', '/v1/shops/nobody/release', '/v1/shops/__proto__/release']) {
    const response = await app.request(path);
    assert.equal(response.status, 404, path);
    const { code, message, docsUrl } = await errorOf(response);
    assert.deepEqual([code, docsUrl], ['not_found', 'https://vitrine.example/docs/errors#not_found']);
    assert.doesNotMatch(message, /\n|\.ts:/);
  }
});

test('a failure inside is a line without a stack', async (t) => {
  const { ctx } = await setUp(t);
  const logged: unknown[] = [];
  const broken = createApp({
    ...ctx, log: { ...ctx.log, error: (message, fields) => { logged.push([message, String(fields?.reason)]); } },
    db: { ...ctx.db, query: async () => { throw new Error('secret table is gone'); } },
  });
  const response = await broken.request(`/v1/shops/${SHOP}/release`);
  assert.equal(response.status, 500);
  assert.doesNotMatch(await response.text(), /secret|at .*\.ts|stack/);
  assert.deepEqual(logged, [['request failed', 'Error: secret table is gone']]);
});

// --- Collector

const event = (fields: object = {}) => ({ type: 'product_viewed', id: randomUUID(), at: NOW - 1000, sessionId: 's', productId: '1', ...fields });

function send({ app }: Setup, body: unknown, options: { shop?: string; type?: string; headers?: Record<string, string> } = {}): Response | Promise<Response> {
  return app.request(`/v1/shops/${options.shop ?? SHOP}/events`, {
    method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body), headers: { 'content-type': options.type ?? 'application/json', ...options.headers },
  });
}

test('the collector stores each event once, at a time that can be', async (t) => {
  const setup = await setUp(t);
  const events = [event(), event({ at: NOW + 3_600_000 }), event({ at: 0 })];
  const first = await send(setup, { key: setup.key, consent: true, events });
  assert.equal(first.status, 202);
  assert.equal(first.headers.get('access-control-allow-origin'), '*');
  assert.deepEqual(await first.json(), { accepted: 3, duplicates: 0 });
  assert.deepEqual(await (await send(setup, { key: setup.key, consent: true, events: [...events, event()] }, { type: 'text/plain;charset=UTF-8' })).json(), { accepted: 1, duplicates: 3 });
  const stored = await setup.ctx.db.query<{ event_id: string; at: Date; received_at: Date }>('SELECT event_id, at, received_at FROM events');
  assert.equal(stored.length, 4);
  for (const row of stored) {
    assert.equal(row.received_at.getTime(), NOW);
    assert.ok(row.at.getTime() <= NOW && row.at.getTime() >= NOW - 7 * 86_400_000);
  }
});

test('the collector refuses what is not well formed, allowed or consented to, and stores nothing of it', async (t) => {
  const setup = await setUp(t);
  const { key, otherKey } = setup;
  const good = event();
  const wrong: [unknown, number, string, object?][] = [
    ['{', 400, 'bad_input'], ['null', 400, 'bad_input'], [{ key, events: [good] }, 400, 'bad_input'], [{ key, consent: false, events: [good] }, 400, 'bad_input'],
    [{ key, consent: true, events: [good], name: 'x' }, 400, 'bad_input'], [{ key, consent: true, events: [{ ...good, email: 'a@b.c' }] }, 400, 'bad_input'],
    [{ key, consent: true, events: Array.from({ length: 51 }, () => event()) }, 400, 'bad_input'],
    [{ key, consent: true, events: [good, { type: 'unknown' }] }, 400, 'bad_input'], [{ key: otherKey, consent: true, events: [good] }, 403, 'forbidden'],
    [{ key: 'pk_', consent: true, events: [good] }, 400, 'bad_input'], [' '.repeat(16_385), 413, 'too_large'],
    [{ key, consent: true, events: [good] }, 404, 'not_found', { shop: 'nobody' }], [{ key, consent: true, events: [good] }, 403, 'forbidden', { shop: OTHER }],
    [{ key, consent: true, events: [good] }, 400, 'bad_input', { type: 'application/x-www-form-urlencoded' }],
  ];
  for (const [body, status, code, options] of wrong) {
    const response = await send(setup, body, options);
    assert.equal(response.status, status, JSON.stringify(body).slice(0, 120));
    assert.equal((await errorOf(response)).code, code);
  }
  assert.deepEqual(await setup.ctx.db.query('SELECT event_id FROM events'), []);
});

test('a flood is stopped for its address and shop alone, and ends when it does', async (t) => {
  let now = NOW;
  const setup = await setUp(t, { clock: () => now });
  const post = async (address: string, shop = SHOP) => (await send(setup, { key: shop === SHOP ? setup.key : setup.otherKey, consent: true, events: [event()] }, { shop, headers: { 'x-forwarded-for': address } })).status;
  const statuses: number[] = [];
  for (let index = 0; index < 80; index++) statuses.push(await post('203.0.113.1'));
  assert.equal(statuses.filter((status) => status === 202).length, 60);
  assert.equal(statuses.at(-1), 429);
  assert.equal(await post('203.0.113.2'), 202);
  assert.equal(await post('203.0.113.1', OTHER), 202);
  now += 1_000;
  assert.deepEqual([await post('203.0.113.1'), await post('203.0.113.1'), await post('203.0.113.1')], [202, 202, 429]);
});

test('preflight', async (t) => {
  const { app } = await setUp(t);
  const response = await app.request(`/v1/shops/${SHOP}/events`, { method: 'OPTIONS', headers: { origin: 'https://shop.example', 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' } });
  assert.equal(response.status, 204);
  assert.equal(response.headers.get('access-control-allow-origin'), '*');
  assert.match(response.headers.get('access-control-allow-headers')!, /content-type/i);
});

// --- Products, release, assets

test('products: those that may be shown, in the order asked', async (t) => {
  const { app, ctx } = await setUp(t);
  await upsertProducts(ctx.db, SHOP, [
    product('1'), product('2', { available: false }), product('3', { published: false }), product('4', { status: 'draft' }), product('5', { status: 'deleted' }),
    product('6'), product('__proto__'),
  ]);
  await upsertProducts(ctx.db, OTHER, [product('7')]);
  const response = await app.request(`/v1/shops/${SHOP}/products?ids=6,5,4,3,2,1,7,__proto__,6,none`);
  assert.equal(response.headers.get('cache-control'), 'public, max-age=60');
  const { products } = await response.json();
  assert.deepEqual(products.map(({ id }: { id: string }) => id), ['6', '1', '__proto__']);
  assert.deepEqual(products[1], { id: '1', title: 'Product 1', url: null, image: null, price: 9.5, currency: 'EUR' });
  for (const ids of ['', Array.from({ length: 51 }, (_, index) => index).join()]) assert.equal((await app.request(`/v1/shops/${SHOP}/products?ids=${ids}`)).status, 400);
});

test('a shop without a release answers so, and a second time with 304', async (t) => {
  const { app } = await setUp(t);
  const response = await app.request(`/v1/shops/${SHOP}/release`);
  assert.deepEqual(await response.json(), { shop: SHOP, artifact: null, unavailable: [], popular: [], rules: [] });
  assert.equal(response.headers.get('cache-control'), 'public, max-age=30');
  const again = await app.request(`/v1/shops/${SHOP}/release`, { headers: { 'if-none-match': response.headers.get('etag')! } });
  assert.deepEqual([again.status, await again.text()], [304, '']);
  for (const hash of ['0'.repeat(64), '..', "' OR 1=1"]) assert.equal((await app.request(`/v1/shops/${SHOP}/artifacts/${encodeURIComponent(hash)}`)).status, 404);
});

test('artifacts: only for browsers, only from their own shop, compressed as asked', async (t) => {
  const { app, ctx } = await setUp(t);
  const file = Buffer.from('artifact '.repeat(100));
  const [browser, server] = ['a'.repeat(64), 'b'.repeat(64)];
  for (const [hash, audience] of [[browser, 'browser'], [server, 'server']]) {
    await ctx.db.query("INSERT INTO artifacts VALUES ($1, $2, 'recommendation', 'v', $3, $4, '{}', '[]', now())", [SHOP, hash!, audience!, file]);
  }
  const get = (shop: string, hash: string, encoding = '') => app.request(`/v1/shops/${shop}/artifacts/${hash}`, { headers: { 'accept-encoding': encoding } });
  const plain = await get(SHOP, browser);
  assert.deepEqual(Buffer.from(await plain.arrayBuffer()), file);
  assert.equal(plain.headers.get('cache-control'), 'public, max-age=31536000, immutable');
  const zipped = await get(SHOP, browser, 'gzip, br;q=0');
  assert.equal(zipped.headers.get('content-encoding'), 'gzip');
  assert.deepEqual(gunzipSync(Buffer.from(await zipped.arrayBuffer())), file);
  assert.equal((await get(SHOP, browser, 'gzip, deflate, br')).headers.get('content-encoding'), 'br');
  assert.equal((await get(SHOP, server)).status, 404);
  assert.equal((await get(OTHER, browser)).status, 404);
});

test('assets: hashed names for ever, others for minutes, brotli where the build made it', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'vitrine-assets-'));
  t.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'vitrine.js'), 'export {};');
  writeFileSync(join(folder, 'vitrine.js.br'), brotliCompressSync('export {};'));
  writeFileSync(join(folder, 'worker-ABCD1234.js'), 'worker');
  writeFileSync(join(folder, 'secret.txt'), 'no');
  const app = createApp(await withContext(t), { assets: [folder] });
  const loader = await app.request('/assets/vitrine.js', { headers: { 'accept-encoding': 'br' } });
  assert.deepEqual([loader.status, loader.headers.get('content-encoding'), loader.headers.get('content-type')], [200, 'br', 'text/javascript; charset=utf-8']);
  assert.equal(loader.headers.get('cache-control'), 'public, max-age=300, stale-while-revalidate=604800');
  assert.equal((await app.request('/assets/vitrine.js', { headers: { 'if-none-match': loader.headers.get('etag')! } })).status, 304);
  assert.equal((await app.request('/assets/worker-ABCD1234.js')).headers.get('cache-control'), 'public, max-age=31536000, immutable');
  for (const name of ['secret.txt', 'none.js', 'worker-ABCD1235.js']) assert.equal((await app.request(`/assets/${name}`)).status, 404);
});

// --- Owner

test('an owner sees their own shop and no other', async (t) => {
  const { app, ctx } = await setUp(t);
  await ctx.db.query("INSERT INTO training_runs (shop_id, run_id, family, status, started_at) VALUES ($1, 'r1', 'recommendation', 'done', now())", [SHOP]);
  const get = (path: string, token: string, method = 'GET') => app.request(path, { method, headers: { authorization: `Bearer ${token}` } });
  const mine = mintOwnerToken(TEST_CONFIG, SHOP, { now: NOW });
  const theirs = mintOwnerToken(TEST_CONFIG, OTHER, { now: NOW });
  assert.equal((await (await get('/api/runs/r1', mine)).json()).id, 'r1');
  assert.equal((await get('/api/runs/r1', theirs)).status, 404);
  assert.equal((await get('/api/runs/r1/cancel', mine, 'POST')).status, 409, 'it has ended');
  await ctx.db.query("INSERT INTO training_runs (shop_id, run_id, family, status, started_at) VALUES ($1, 'r2', 'recommendation', 'queued', now())", [SHOP]);
  assert.equal((await get('/api/runs/r2/cancel', theirs, 'POST')).status, 404);
  assert.equal((await (await get('/api/runs/r2/cancel', mine, 'POST')).json()).status, 'cancelled');
  assert.equal((await get('/api/overview', mine)).status, 200);
  assert.equal((await get('/api/releases/rollback', theirs, 'POST')).status, 409);
  const [header, payload, signature] = mine.split('.');
  const forged = Buffer.from(JSON.stringify({ ...JSON.parse(Buffer.from(payload!, 'base64url').toString()), sub: OTHER })).toString('base64url');
  for (const bad of ['', 'x', `${header}.${payload}.`, `${header}.${forged}.${signature}`, `${mine}.x`, `${mine}x`, mintOwnerToken({ secret: 'another secret of at least 32 chars' }, SHOP, { now: NOW }),
    mintOwnerToken(TEST_CONFIG, SHOP, { now: NOW - 13 * 3_600_000 }), `${Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url')}.${payload}.`]) {
    for (const [path, method] of [['/api/overview', 'GET'], ['/api/train', 'POST'], ['/api/runs/r1', 'GET'], ['/api/runs/r1/cancel', 'POST'], ['/api/releases/rollback', 'POST'], ['/api/rules', 'GET'], ['/api/rules', 'POST'], ['/api/rules/r', 'DELETE'], ['/api/recommend', 'POST'], ['/api/none', 'GET']] as const) {
      const response = await get(path, bad, method);
      assert.equal(response.status, 401, `${path} ${bad}`);
      assert.equal(response.headers.get('x-shopify-retry-invalid-session-request'), '1');
    }
  }
  assert.deepEqual(ctx.sent, []);
});

test('the dashboard may be framed by its shop alone', async (t) => {
  const { app } = await setUp(t);
  const response = await app.request(`/app?shop=${SHOP}`);
  assert.equal(response.status, 200);
  assert.match(response.headers.get('content-security-policy')!, new RegExp(`frame-ancestors https://${SHOP} https://admin.shopify.com$`));
  assert.match((await app.request('/app?shop=files')).headers.get('content-security-policy')!, /frame-ancestors 'none'$/);
  for (const query of ['', '?shop=', '?shop=a%20b', '?shop=evil.example/', `?shop=${SHOP}&shop=${OTHER}`, `?shop=${SHOP}&id_token=a&id_token=b`]) assert.equal((await app.request(`/app${query}`)).status, 400, query);
});

// --- Webhooks

const hmac = (body: string, secret = TEST_CONFIG.shopify!.apiSecret) => createHmac('sha256', secret).update(body).digest('base64');

function webhook({ app }: Setup, topic: string, body: unknown, options: { id?: string; at?: string; shop?: string; signature?: string; drop?: string } = {}): Response | Promise<Response> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const headers = new Headers({
    'x-shopify-topic': topic, 'x-shopify-shop-domain': options.shop ?? SHOP, 'x-shopify-webhook-id': options.id ?? randomUUID(), 'x-shopify-api-version': '2026-10',
    'x-shopify-triggered-at': options.at ?? new Date(NOW).toISOString(), 'x-shopify-hmac-sha256': options.signature ?? hmac(text), 'content-type': 'application/json',
  });
  if (options.drop) headers.delete(options.drop);
  return app.request('/webhooks', { method: 'POST', body: text, headers });
}

async function work({ ctx }: Setup): Promise<void> {
  for (const { name, payload } of ctx.sent.splice(0)) if (name === 'handle-webhook') await handleWebhook(ctx, payload as Parameters<typeof handleWebhook>[1]);
}

test('only a signed webhook gets in, and each once', async (t) => {
  const setup = await setUp(t);
  const body = '{"id":1}';
  for (const [options, status] of [
    [{ signature: hmac(body, 'another secret') }, 401], [{ signature: '' }, 401], [{ signature: hmac(`${body} `) }, 401], [{ signature: 'AAAA' }, 401], [{ drop: 'x-shopify-hmac-sha256' }, 401],
    [{ shop: 'evil.example' }, 400], [{ drop: 'x-shopify-webhook-id' }, 400], [{ drop: 'x-shopify-topic' }, 400],
  ] as const) assert.equal((await webhook(setup, 'orders/create', body, options)).status, status, JSON.stringify(options));
  assert.deepEqual(setup.ctx.sent, []);
  for (const topic of ['customers/redact', 'shop/redact', 'customers/data_request']) assert.equal((await webhook(setup, topic, body, { signature: hmac('x') })).status, 401);

  assert.equal((await webhook(setup, 'orders/create', body, { id: 'w1' })).status, 200);
  assert.equal((await webhook(setup, 'orders/create', body, { id: 'w1' })).status, 200);
  await work(setup);
  assert.equal((await webhook(setup, 'orders/create', body, { id: 'w1' })).status, 200);
  assert.deepEqual(setup.ctx.sent, [], 'handled: not queued again');
  const rows = await setup.ctx.db.query('SELECT topic, webhook_id, body FROM webhook_deliveries');
  assert.deepEqual(rows, [{ topic: 'orders/create', webhook_id: 'w1', body: '' }], 'stored once, without its body once handled');
});

test('an order arrives in any order of its webhooks', async (t) => {
  const order = (minute: number, fields: object = {}) => ({
    id: 5, created_at: '2026-11-23T09:00:00Z', updated_at: `2026-11-23T09:${String(minute).padStart(2, '0')}:00Z`, currency: 'EUR', current_total_price: '19.00', test: false, cancelled_at: null,
    customer: { id: 77, email: 'nobody@example.com' }, line_items: [{ id: 1, product_id: 10, quantity: 2, price: '9.50' }, { id: 2, product_id: null, quantity: 1, price: '1.00' }], ...fields,
  });
  const deliveries: [string, object][] = [
    ['orders/create', order(0)], ['orders/updated', order(1, { line_items: [{ id: 1, product_id: 10, quantity: 2, current_quantity: 1, price: '9.50' }] })],
    ['orders/cancelled', order(2, { cancelled_at: '2026-11-23T09:02:00Z', line_items: [{ id: 1, product_id: 10, quantity: 1, price: '9.50' }] })],
  ];
  for (const sequence of [[0, 1, 2], [2, 1, 0], [1, 2, 0, 1, 1]]) {
    await t.test(sequence.join(), async (t) => {
      const setup = await setUp(t as TestContext);
      for (const index of sequence) {
        await webhook(setup, ...deliveries[index]!);
        await work(setup);
      }
      const orders = await setup.ctx.db.query<{ customer_key: string; cancelled_at: Date; total: number }>('SELECT customer_key, cancelled_at, total FROM orders');
      assert.equal(orders.length, 1);
      assert.equal(orders[0]!.cancelled_at?.toISOString(), '2026-11-23T09:02:00.000Z');
      assert.match(orders[0]!.customer_key, /^[\w-]{22}$/);
      assert.deepEqual(await setup.ctx.db.query('SELECT product_id, quantity, unit_price FROM order_lines'), [{ product_id: '10', quantity: 1, unit_price: 9.5 }]);
    });
  }
});

test('a product: newer stays, deleted stays deleted, test orders are dropped', async (t) => {
  const setup = await setUp(t);
  const body = (minute: number, fields: object = {}) => ({
    id: 10, title: `At ${minute}`, handle: 'p', product_type: 'Mug', vendor: 'V', tags: 'a, b', status: 'active', published_at: '2026-01-01T00:00:00Z', created_at: '2026-01-01T00:00:00Z',
    updated_at: `2026-11-23T09:${String(minute).padStart(2, '0')}:00Z`, image: { src: 'https://cdn.example/1.png' },
    variants: [{ id: 100, price: '12.00', inventory_item_id: 1000, inventory_quantity: 0, inventory_policy: 'deny', inventory_management: 'shopify' }, { id: 101, price: '11.00', inventory_item_id: 1001, inventory_quantity: 4, inventory_policy: 'deny', inventory_management: 'shopify' }], ...fields,
  });
  const row = async () => (await setup.ctx.db.query('SELECT title, tags, price, available, status FROM products'))[0];
  await webhook(setup, 'products/update', body(5));
  await webhook(setup, 'products/create', body(1));
  await work(setup);
  assert.deepEqual(await row(), { title: 'At 5', tags: ['a', 'b'], price: 11, available: true, status: 'active' });
  await webhook(setup, 'products/update', body(6, { variants: [{ ...body(6).variants[0] }] }));
  await work(setup);
  assert.deepEqual(await row(), { title: 'At 6', tags: ['a', 'b'], price: 12, available: false, status: 'active' });
  assert.deepEqual(await setup.ctx.db.query('SELECT variant_id FROM variants'), [{ variant_id: '100' }]);
  await webhook(setup, 'products/delete', { id: 10 }, { at: '2026-11-23T09:10:00Z' });
  await webhook(setup, 'products/update', body(7));
  await work(setup);
  assert.equal(((await row()) as { status: string }).status, 'deleted');
  await webhook(setup, 'orders/create', { id: 9, created_at: '2026-11-23T09:00:00Z', test: true, line_items: [] });
  await work(setup);
  assert.deepEqual(await setup.ctx.db.query('SELECT order_id FROM orders'), []);
});

test('an uninstallation from before the reinstallation is ignored', async (t) => {
  const setup = await setUp(t);
  const { ctx } = setup;
  const shop = (await findShop(ctx.db, SHOP))!;
  await installShop(ctx.db, { ...shop, source: 'shopify', installedAt: NOW });
  await ctx.db.query("INSERT INTO credentials VALUES ($1, 's', $2, now())", [SHOP, Uint8Array.of(1)]);
  await webhook(setup, 'app/uninstalled', {}, { at: new Date(NOW - 1000).toISOString() });
  await work(setup);
  assert.equal((await findShop(ctx.db, SHOP))!.uninstalledAt, null);
  assert.equal((await ctx.db.query('SELECT 1 FROM credentials')).length, 1);
  await webhook(setup, 'app/uninstalled', {}, { at: new Date(NOW + 1000).toISOString() });
  await work(setup);
  assert.equal((await findShop(ctx.db, SHOP))!.uninstalledAt, NOW + 1000);
  assert.equal((await ctx.db.query('SELECT 1 FROM credentials')).length, 0);
  assert.equal((await setup.app.request(`/v1/shops/${SHOP}/release`)).status, 404);
});

test('redaction removes what it names and nothing else', async (t) => {
  const setup = await setUp(t);
  const { db } = setup.ctx;
  for (const shop of [SHOP, OTHER]) {
    await upsertProducts(db, shop, [product('1')]);
    for (const [id, customer] of [[1, 77], [2, 78]]) {
      await webhook(setup, 'orders/create', { id, created_at: '2026-11-23T09:00:00Z', customer: { id: customer }, line_items: [{ id: 1, product_id: 1, quantity: 1, price: '1' }] }, { shop });
    }
  }
  await work(setup);
  await webhook(setup, 'customers/redact', { customer: { id: 77 }, orders_to_redact: [1] });
  await work(setup);
  for (const table of ['orders', 'order_lines']) assert.deepEqual(await db.query(`SELECT shop_id, order_id FROM ${table} ORDER BY 1, 2`), [{ shop_id: SHOP, order_id: '2' }, { shop_id: OTHER, order_id: '1' }, { shop_id: OTHER, order_id: '2' }]);

  await webhook(setup, 'shop/redact', {});
  await work(setup);
  assert.ok(await findShop(db, SHOP), 'still installed: kept');
  await webhook(setup, 'app/uninstalled', {}, { at: new Date(NOW + 1000).toISOString() });
  await webhook(setup, 'shop/redact', {});
  await work(setup);
  const tables = ['shops', 'credentials', 'products', 'variants', 'orders', 'order_lines', 'events', 'imports', 'training_runs', 'artifacts', 'releases'];
  for (const table of tables) assert.deepEqual(await db.query(`SELECT 1 FROM ${table} WHERE shop_id = $1`, [SHOP]), [], table);
  assert.equal((await db.query('SELECT 1 FROM orders WHERE shop_id = $1', [OTHER])).length, 2);
});
