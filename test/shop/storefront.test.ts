import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { generateShop } from './generator/generate.ts';
import type { Product } from './generator/types.ts';
import type { Shop } from './shop.ts';
import { createShop } from './shop.ts';

const HOSTILE = '"><script>alert(1)</script>&\'';

describe('the storefront', () => {
  let shop: Shop, hostile: Product;
  const hooks: { topic: string; body: any }[] = [];

  before(async () => {
    const data = generateShop({ seed: 5, products: 120, orders: 300, customers: 80, days: 60, end: new Date('2026-11-01') });
    const at = data.products.findIndex((product) => product.status === 'active' && product.publishedAt !== null && product.variants[0].quantity > 5);
    hostile = data.products[at] = { ...data.products[at], title: HOSTILE };
    // The app is a function: every request to its address ends here.
    const toApp = (async (input: string | URL | Request, init?: RequestInit) => {
      const headers = new Headers(init?.headers);
      if (headers.get('x-shopify-topic')) hooks.push({ topic: headers.get('x-shopify-topic')!, body: JSON.parse(String(init!.body)) });
      return new Response('ok');
    }) as typeof fetch;
    shop = await createShop({ data, fetch: toApp });
    await shop.listen(0);
    await shop.install({ appUrl: 'http://localhost:9', clientId: 'id', clientSecret: 'secret', scopes: ['read_products', 'read_orders', 'read_inventory'] });
    const { access_token: token } = await (await fetch(`${shop.origin}/admin/oauth/access_token`, {
      method: 'POST', headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ client_id: 'id', client_secret: 'secret', grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange', subject_token: shop.sessionToken(), subject_token_type: 'urn:ietf:params:oauth:token-type:id_token', requested_token_type: 'urn:shopify:params:oauth:token-type:offline-access-token' }),
    })).json() as { access_token: string };
    for (const topic of ['ORDERS_CREATE', 'PRODUCTS_UPDATE', 'INVENTORY_LEVELS_UPDATE']) {
      await fetch(`${shop.origin}/admin/api/2026-10/graphql.json`, {
        method: 'POST', headers: { 'content-type': 'application/json', 'x-shopify-access-token': token },
        body: JSON.stringify({ query: `mutation { webhookSubscriptionCreate(topic: ${topic}, webhookSubscription: { uri: "http://localhost:9/webhooks" }) { userErrors { message } } }` }),
      });
    }
    shop.setEmbed({ appUrl: 'http://localhost:9', key: 'pk_test' });
  });
  after(() => shop.close());

  /** A browser with cookies and no scripts. */
  function visitor() {
    const cookies = new Map<string, string>();
    return async (path: string, form?: Record<string, string>): Promise<{ status: number; text: string; headers: Headers }> => {
      const response = await fetch(shop.origin + path, {
        redirect: 'manual', headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
        ...(form && { method: 'POST', body: new URLSearchParams(form) }),
      });
      for (const cookie of response.headers.getSetCookie()) {
        const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie)!;
        cookies.set(name, value);
      }
      return { status: response.status, text: await response.text(), headers: response.headers };
    };
  }

  test('every kind of page answers, without inline scripts or styles, under a strict policy', async () => {
    const visit = visitor();
    const product = hostile;
    await visit('/cart/add', { id: product.variants[0].id, quantity: '1' });
    const pages = ['/', '/collections/all', '/collections/all?sort=price&page=2', '/collections/mugs', `/products/${product.handle}`, '/search?q=tea', '/search', '/cart', '/checkout', `/orders/${shop.orders[0].token}`, '/consent', '/admin', '/admin/products', '/admin/orders', '/__faults', '/admin/apps/vitrine'];
    for (const path of pages) {
      const page = await visit(path);
      assert.equal(page.status, 200, path);
      assert.match(page.text, /^<!doctype html>/);
      assert.doesNotMatch(page.text, /<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|javascript:/i, path);
      assert.equal((page.text.match(/<h1/g) ?? []).length, path === '/admin/apps/vitrine' ? 0 : 1, path);
      const policy = page.headers.get('content-security-policy')!;
      assert.doesNotMatch(policy, /unsafe|\*/, path);
      if (!path.startsWith('/admin') && !path.startsWith('/__')) assert.match(policy, /script-src 'self' http:\/\/localhost:9;.*worker-src 'self' blob: http:\/\/localhost:9/);
      for (const [, tag, attributes] of page.text.matchAll(/<(img|input)\b([^>]*)>/g)) if (tag === 'img') assert.match(attributes, /\balt="/, path);
    }
    for (const path of ['/nope', '/collections/__proto__', '/products/__proto__', '/products/constructor.js', '/orders/__proto__', '/images/__proto__.svg', '/theme/__proto__']) assert.equal((await visit(path)).status, 404, path);
  });

  test('carries the app’s script, elements and page facts only while it is embedded', async () => {
    const visit = visitor();
    const product = (await visit(`/products/${hostile.handle}`)).text;
    assert.match(product, /<script type="module" fetchpriority="low" src="\/cdn\/extensions\/app\/vitrine\.js" id="vitrine" data-shop="demo\.myshopify\.com" data-key="pk_test" data-server="http:\/\/localhost:9">/);
    assert.match(product, new RegExp(`<vitrine-recommendations kind="related" product-id="${hostile.id}" limit="8" heading="You may also like">`));
    assert.match(product, new RegExp(`<meta name="vitrine:page" content="product"><meta name="vitrine:product-id" content="${hostile.id}">`));
    assert.match(product, new RegExp(`<form class="buy" method="post" action="/cart/add" data-vitrine-product="${hostile.id}">`));
    assert.match((await visit('/')).text, /<vitrine-recommendations kind="for-you" limit="8" heading="For you">/);
    assert.match((await visit('/search?q=mug')).text, /<meta name="vitrine:search" content="mug">/);
    await visit('/cart/add', { id: hostile.variants[0].id, quantity: '2' });
    const cart = (await visit('/cart')).text;
    assert.match(cart, new RegExp(`<vitrine-recommendations kind="bought-together" product-ids="${hostile.id}" limit="4"`));
    assert.match(cart, new RegExp(`<meta name="vitrine:cart" content="${hostile.id}:2">`));
    shop.setEmbed(null);
    const plain = (await visit(`/products/${hostile.handle}`)).text;
    assert.doesNotMatch(plain, /<vitrine-recommendations|id="vitrine"/);
    shop.setEmbed({ appUrl: 'http://localhost:9', key: 'pk_test' });
  });

  test('hostile text is escaped in titles, searches and the admin', async () => {
    const visit = visitor();
    await visit('/cart/add', { id: hostile.variants[0].id, quantity: '1' });
    for (const path of [`/products/${hostile.handle}`, `/search?q=${encodeURIComponent(HOSTILE)}`, '/cart', '/checkout', '/admin/products?q=script', `/collections/all?sort=${encodeURIComponent(HOSTILE)}&page=1`]) {
      const page = await visit(path);
      assert.ok(!page.text.includes('<script>alert(1)'), path);
    }
    assert.ok((await visit(`/products/${hostile.handle}`)).text.includes('&lt;script&gt;'));
    assert.equal((await visit('/consent', { analytics: 'accepted', back: '//evil.example/' })).headers.get('location'), '/');
    assert.equal((await visit('/consent', { analytics: 'accepted', back: 'https://evil.example/' })).headers.get('location'), '/');
  });

  test('a checkout places an order, takes from the stock and tells the app', async () => {
    const visit = visitor();
    const variant = hostile.variants[0];
    const before = variant.quantity, orders = shop.orders.length;
    assert.equal((await visit('/cart/add', { id: variant.id, quantity: '2' })).headers.get('location'), '/cart');
    const form = { email: 'buyer@example.com', address1: '1 Mill Lane', zip: '10115', city: 'Berlin', delivery: 'express' };
    const declined = await visit('/checkout', { ...form, payment: 'declined' });
    assert.equal(declined.status, 422);
    assert.match(declined.text, /role="alert">The card was declined/);
    assert.equal(variant.quantity, before);
    hooks.length = 0;
    const placed = await visit('/checkout', { ...form, payment: 'approved' });
    assert.equal(placed.status, 303);
    await shop.idle();
    assert.equal(shop.orders.length, orders + 1);
    const order = shop.orders.at(-1)!;
    assert.equal(order.shipping.title, 'Express');
    assert.equal(variant.quantity, before - 2);
    assert.deepEqual(hooks.map((hook) => hook.topic).sort(), ['inventory_levels/update', 'orders/create', 'products/update']);
    const status = await visit(placed.headers.get('location')!);
    assert.match(status.text, new RegExp(`<meta name="vitrine:order-id" content="${order.id}">`));
    assert.match((await visit('/cart')).text, /It is empty/);
  });

  test('what is sold out or hidden cannot be bought', async () => {
    const visit = visitor();
    const product = shop.products.find((candidate) => candidate !== hostile && candidate.status === 'active' && candidate.publishedAt !== null && candidate.variants.length === 1 && candidate.variants[0].quantity > 0)!;
    await visit('/cart/add', { id: product.variants[0].id, quantity: '1' });
    shop.setStock(product.id, 0);
    assert.match((await visit(`/products/${product.handle}`)).text, /<button class="button large" disabled>Sold out/);
    assert.equal((await visit('/checkout', { email: 'a@example.com', payment: 'approved' })).status, 422);
    shop.setVisible(product.id, false);
    assert.equal((await visit(`/products/${product.handle}`)).status, 404);
    assert.match((await visit('/cart')).text, /It is empty/);
    assert.throws(() => shop.placeOrder({ lines: [{ productId: product.id, quantity: 1 }] }), /left/);
    assert.throws(() => shop.placeOrder({ lines: [{ productId: '__proto__' }] }), /no product/);
  });

  test('JSON endpoints speak numbers of cents', async () => {
    const visit = visitor();
    await visit('/cart/add', { id: hostile.variants[0].id, quantity: '1' });
    const cart = JSON.parse((await visit('/cart.js')).text);
    assert.equal(cart.item_count, 1);
    assert.equal(cart.items[0].product_id, Number(hostile.id));
    assert.equal(cart.total_price, hostile.variants[0].price);
    assert.equal(JSON.parse((await visit(`/products/${hostile.handle}.js`)).text).id, Number(hostile.id));
  });

  test('whatever a cart cookie or form holds, the cart page answers and holds real variants only', async () => {
    const words = fc.oneof(fc.constantFrom('__proto__', 'constructor', '-1', '1e9', 'NaN', '999', ''), fc.string(), fc.constant(hostile.variants[0].id));
    await fc.assert(fc.asyncProperty(words, words, fc.string(), async (id, quantity, cookie) => {
      const response = await shop.fetch(new Request(`${shop.origin}/cart/add`, { method: 'POST', headers: { cookie: `cart=${encodeURIComponent(cookie)},${id}:${encodeURIComponent(quantity)}`, accept: 'application/json' }, body: new URLSearchParams({ id, quantity }) }));
      assert.equal(response.status, 200);
      const cart = (await response.json()) as { items: { variant_id: number; quantity: number }[] };
      for (const item of cart.items) {
        assert.equal(String(item.variant_id), hostile.variants[0].id);
        assert.ok(item.quantity >= 1 && item.quantity <= hostile.variants[0].quantity);
      }
    }), { numRuns: 60 });
  });
});
