import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { serve, type ServerType } from '@hono/node-server';
import { createApp } from '../../plugin-server/src/app.ts';
import { installShop } from '../../plugin-server/src/store/shops.ts';
import { createShopKeys } from '../../plugin-server/src/services/create-shop-keys.ts';
import { upsertProducts } from '../../plugin-server/src/store/products.ts';
import { build } from '../../build.ts';
import { browserMissing, launchBrowser } from '../browser.ts';
import { TEST_CONFIG, withContext } from '../context.ts';
import { createShop } from '../shop/shop.ts';

// A shopper's visit in the simulated shop with the pixel in its sandbox, the script beside it, and everything of the app's
// asked through the shop's own domain: page → Worker without DOM → collector, and page → app proxy → server.

const APP = { clientId: 'client-id', clientSecret: 'client-secret', scopes: [] };

test('a visit reported by the pixel alone, once, as one visit, through consent given on the way', { skip: browserMissing(), timeout: 180_000 }, async (t) => {
  const ctx = await withContext(t, { config: { ...TEST_CONFIG, shopify: { apiKey: APP.clientId, apiSecret: APP.clientSecret } } });
  const { browser: assets, pixel } = await build();
  const app = createApp(ctx, { assets: [assets] });
  const requests: string[] = [];
  const server = await new Promise<ServerType>((resolve) => {
    const own = serve({ fetch: (request, env) => { requests.push(`${request.method} ${new URL(request.url).pathname}`); return app.fetch(request, env); }, port: 0, hostname: '127.0.0.1' }, () => resolve(own));
  });
  const shop = await createShop({ seed: 11, products: 60, orders: 60, customers: 20, days: 30, end: new Date('2026-11-01') });
  await shop.listen(0);
  const browser = await launchBrowser();
  t.after(async () => {
    await browser.close();
    await shop.close();
    await new Promise((resolve) => server.close(resolve));
  });
  const appUrl = `http://localhost:${(server.address() as AddressInfo).port}`;
  await shop.install({ ...APP, appUrl }).catch(() => {});
  const keys = await createShopKeys(ctx.config);
  await installShop(ctx.db, { id: shop.domain, source: 'shopify', name: 'Demo', currency: 'EUR', timezone: 'UTC', storefrontUrl: shop.origin, scopes: '', installedAt: Date.now(), ...keys });
  const product = shop.products.find((candidate) => candidate.status === 'active' && candidate.publishedAt !== null && candidate.variants[0].quantity > 3)!;
  await upsertProducts(ctx.db, shop.domain, [{ id: product.id, title: product.title, handle: product.handle, productType: '', vendor: '', tags: [], price: 9, imageUrl: null, status: 'active', published: true, available: true, createdAt: null, updatedAt: 1 }]);
  shop.setEmbed({ appUrl, key: keys.publishableKey, pixel: await readFile(pixel, 'utf8'), server: '/apps/vitrine' });

  const page = await (await browser.newContext()).newPage();
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => { if (/security policy/i.test(message.text())) problems.push(message.text()); });
  const stored = () => ctx.db.query<{ type: string; session_id: string; visitor_id: string | null }>('SELECT type, session_id, visitor_id FROM events ORDER BY type');
  const until = async (type: string) => {
    while (!(await stored()).some((event) => event.type === type)) await page.waitForTimeout(50);
  };

  await page.goto(shop.origin);
  await page.waitForTimeout(600);
  assert.deepEqual(await stored(), [], 'no decision, nothing sent');
  await page.getByRole('button', { name: 'Accept' }).click();
  await until('page_viewed');
  await page.goto(`${shop.origin}/products/${product.handle}`);
  await until('product_viewed');
  await page.getByRole('button', { name: 'Add to cart' }).click();
  await page.waitForURL('**/cart');
  await until('cart_viewed');
  await page.getByRole('link', { name: 'Go to checkout' }).click();
  await until('checkout_started');
  await page.getByRole('button', { name: 'Place order' }).click();
  await page.waitForURL('**/orders/*');
  await until('checkout_completed');

  const events = await stored();
  const counts: Record<string, number> = {};
  for (const { type } of events) counts[type] = (counts[type] ?? 0) + 1;
  assert.deepEqual(counts, { page_viewed: 5, product_viewed: 1, product_added_to_cart: 1, cart_viewed: 1, checkout_started: 1, checkout_completed: 1 }, 'nothing twice');
  const visit = await page.evaluate((name) => JSON.parse(localStorage.getItem(`vitrine:visit:${name}`)!) as { id: string; items: { id: string; kind: string }[] }, shop.domain);
  assert.deepEqual([...new Set(events.map(({ session_id }) => session_id))], [visit.id], 'the visit that the script ranks for');
  assert.equal(new Set(events.map(({ visitor_id }) => visitor_id)).size, 1);
  assert.deepEqual(visit.items.map(({ kind }) => kind), ['view', 'cart', 'purchase'], 'the script notes all of it for its lists');
  const orders = await ctx.db.query('SELECT 1 FROM orders');
  assert.equal(orders.length, 0, 'a checkout that a browser reports is no purchase');
  assert.deepEqual(problems, []);

  // Through the shop's own domain, signed on the way.
  const products = await page.evaluate(async (address) => (await fetch(address)).json() as Promise<{ products: { id: string }[] }>, `/apps/vitrine/v1/shops/${shop.domain}/products?ids=${product.id}`);
  assert.deepEqual(products.products.map(({ id }) => id), [product.id]);
  assert.ok(requests.includes(`GET /proxy/v1/shops/${shop.domain}/products`));
  assert.equal((await fetch(`${shop.origin}/apps/vitrine/v1/shops/other.myshopify.com/products?ids=1`)).status, 403);
  assert.equal((await fetch(`${appUrl}/proxy/v1/shops/${shop.domain}/products?ids=1`)).status, 401);
});
