import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test, type TestContext } from 'node:test';
import { TEST_CONFIG, withContext, type TestContextWithJobs } from '../../../test/context.ts';
import { createApp } from '../app.ts';
import { createFileShop } from '../services/create-file-shop.ts';
import { signProxyQuery } from '../shopify/proxy-signature.ts';
import { upsertProducts, type ProductRow } from '../store/products.ts';

const SHOP = 'demo.myshopify.com';
const NOW = Date.parse('2026-11-23T10:00:00Z');
const product = (id: string, fields: Partial<ProductRow> = {}): ProductRow => ({
  id, title: `Product ${id}`, handle: `product-${id}`, productType: '', vendor: '', tags: [], price: 9.5, imageUrl: null,
  status: 'active', published: true, available: true, createdAt: null, updatedAt: NOW, ...fields,
});

/** As the platform passes it on: its own parameters beside the shopper's, all signed. */
function proxied(path: string, query: Record<string, string> = {}, shop = SHOP): string {
  const parameters = { ...query, shop, path_prefix: '/apps/vitrine', timestamp: String(NOW / 1000), logged_in_customer_id: '' };
  const signature = signProxyQuery(new Map(Object.entries(parameters)), TEST_CONFIG.shopify!.apiSecret);
  return `/proxy${path}?${new URLSearchParams({ ...parameters, signature })}`;
}

async function setUp(t: TestContext): Promise<{ ctx: TestContextWithJobs; app: ReturnType<typeof createApp>; key: string }> {
  const ctx = await withContext(t, { clock: () => NOW });
  const { publishableKey } = await createFileShop(ctx, { shop: SHOP, currency: 'EUR' });
  await createFileShop(ctx, { shop: 'other.myshopify.com', currency: 'EUR' });
  await upsertProducts(ctx.db, SHOP, [product('1'), product('2', { available: false }), product('3')]);
  return { ctx, app: createApp(ctx, { assets: [] }), key: publishableKey };
}

test('release, products and popular list answer the shop\'s own domain, as JSON', async (t) => {
  const { app } = await setUp(t);
  const base = `/v1/shops/${SHOP}`;
  for (const [path, query, body] of [
    [`${base}/release`, {}, { shop: SHOP, artifact: null, unavailable: [], popular: [], rules: [] }],
    [`${base}/products`, { ids: '3,2,1' }, { products: ['3', '1'].map((id) => ({ id, title: `Product ${id}`, url: null, image: null, price: 9.5, currency: 'EUR' })) }],
    [`${base}/popular`, { limit: '4' }, { products: [] }],
  ] as const) {
    const response = await app.request(proxied(path, query));
    assert.equal(response.status, 200, path);
    assert.match(response.headers.get('content-type')!, /^application\/json/);
    const answer = await response.json() as typeof body;
    assert.deepEqual(answer, body);
    const direct = path.endsWith('/popular') ? null : await app.request(`${path}?${new URLSearchParams(query)}`);
    if (direct) assert.deepEqual(await direct.json(), body, 'the same as the public route');
  }
});

test('unsigned, changed, another shop\'s and unknown addresses are refused in JSON', async (t) => {
  const { app } = await setUp(t);
  const signed = proxied(`/v1/shops/${SHOP}/products`, { ids: '1' });
  for (const [path, status] of [
    [`/proxy/v1/shops/${SHOP}/release`, 401], [signed.replace('ids=1', 'ids=2'), 401], [`${signed}&ids=2`, 401],
    [proxied('/v1/shops/other.myshopify.com/release'), 403], [proxied(`/v1/shops/${SHOP}/artifacts/a`), 404], [proxied(`/v1/shops/${SHOP}/popular`, { limit: '25' }), 400],
    ['/proxy', 404], ['/proxy/v1/shops', 404], [proxied('/v1/shops/nobody.myshopify.com/release', {}, 'nobody.myshopify.com'), 404],
  ] as const) {
    const response = await app.request(path);
    assert.equal(response.status, status, path.split('?')[0]);
    assert.match(response.headers.get('content-type')!, /^application\/json/);
    assert.ok(typeof ((await response.json()) as { error: { code: string } }).error.code === 'string');
  }
});

test('events come this way too, with the shop\'s key, limited by shop', async (t) => {
  const { app, key } = await setUp(t);
  const send = (id: string, withKey = key) => app.request(proxied(`/v1/shops/${SHOP}/events`), {
    method: 'POST', headers: { 'content-type': 'text/plain' },
    body: JSON.stringify({ key: withKey, consent: true, events: [{ type: 'product_viewed', id, at: NOW, sessionId: 's', productId: '1' }] }),
  });
  const id = randomUUID();
  const first = await send(id);
  assert.deepEqual([first.status, await first.json()], [202, { accepted: 1, duplicates: 0 }]);
  assert.deepEqual(await (await send(id)).json(), { accepted: 0, duplicates: 1 });
  assert.equal((await send(randomUUID(), 'pk_other')).status, 403);
  let refused = 0;
  for (let request = 0; request < 605; request++) if ((await app.request(proxied(`/v1/shops/${SHOP}/events`), { method: 'POST', body: '{' })).status === 429) refused++;
  assert.equal(refused, 8);
});

test('without Shopify there is no proxy', async (t) => {
  const { ctx } = await setUp(t);
  const { shopify: _, ...config } = ctx.config;
  assert.equal((await createApp({ ...ctx, config }, { assets: [] }).request(proxied(`/v1/shops/${SHOP}/release`))).status, 404);
});
