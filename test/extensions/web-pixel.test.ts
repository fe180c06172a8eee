import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import fc from 'fast-check';
import type { EventBatch, VitrineEvent } from '@vitrine/sdk/core';
import { mapEvent, STANDARD_EVENTS } from '../../plugin-server/extensions/web-pixel/src/map-event.ts';
import { startPixel } from '../../plugin-server/extensions/web-pixel/src/start-pixel.ts';
import { createApp } from '../../plugin-server/src/app.ts';
import { createFileShop } from '../../plugin-server/src/services/create-file-shop.ts';
import { withContext } from '../context.ts';
import { checkout, pixelPlatform, variant, type PixelPlatform } from './pixel-platform.ts';

const SHOP = 'demo.myshopify.com';
const NOW = Date.parse('2026-11-23T10:00:00Z');
const at = (seconds: number) => ({ timestamp: new Date(NOW + seconds * 1000).toISOString() });

interface Setup {
  platform: PixelPlatform;
  /** Bodies that reached the collector, with the answer's status. */
  readonly sent: { batch: EventBatch; raw: string; status: number }[];
  events(): VitrineEvent[];
  /** Waits until so many requests have been answered. */
  answered(requests: number): Promise<void>;
  /** What the next requests meet instead of the collector. */
  readonly faults: (number | 'network')[];
  stored(): Promise<string[]>;
}

/** A pixel in the platform's stand-in, reporting to the real collector over its embedded database. */
async function setUp(t: TestContext, options: { allowed?: boolean; sendBeacon?: (url: string, body?: string) => Promise<boolean> } = {}): Promise<Setup> {
  const ctx = await withContext(t, { clock: () => NOW });
  const { publishableKey: key } = await createFileShop(ctx, { shop: SHOP, currency: 'EUR' });
  const app = createApp(ctx, { assets: [] });
  const sent: Setup['sent'] = [];
  const faults: Setup['faults'] = [];
  const fetch = (async (url: string, init: RequestInit) => {
    const raw = String(init.body);
    const fault = faults.shift();
    if (fault === 'network') throw new TypeError('Failed to fetch');
    const response = fault ? new Response('{}', { status: fault }) : await app.request(new URL(url).pathname, { ...init, headers: { ...init.headers, 'x-forwarded-for': `203.0.113.${sent.length % 250}` } }); // no shopper's own limit
    sent.push({ batch: JSON.parse(raw) as EventBatch, raw, status: response.status });
    return response;
  }) as typeof globalThis.fetch;
  const platform = pixelPlatform({ settings: { shop: SHOP, key, server: 'https://app.test' }, ...options });
  let ids = 0;
  startPixel(platform.api, { fetch, now: () => NOW, uuid: () => `own-visit-${++ids}`, random: () => 0 });
  return {
    platform, sent, faults,
    events: () => sent.flatMap(({ batch }) => batch.events),
    async answered(requests) {
      while (sent.length < requests) await pause(5);
    },
    stored: async () => (await ctx.db.query<{ type: string }>('SELECT type FROM events ORDER BY type')).map(({ type }) => type),
  };
}

test('standard events reach the collector in our words, and it takes every one', { timeout: 120_000 }, async (t) => {
  const setup = await setUp(t);
  const { platform } = setup;
  assert.deepEqual(platform.subscribed.sort(), ['visitorConsentCollected', ...STANDARD_EVENTS].sort());
  await platform.publish('page_viewed', {}, { path: '/products/mug', ...at(0) });
  await platform.publish('product_viewed', { productVariant: variant('8001') }, at(0));
  await platform.publish('collection_viewed', { collection: { id: 'gid://shopify/Collection/77', title: 'Mugs', productVariants: [] } }, at(1));
  await platform.publish('search_submitted', { searchResult: { query: '  rain\njacket ', productVariants: [] } }, at(2));
  await platform.publish('cart_viewed', { cart: { lines: [{ merchandise: variant('8001'), quantity: 2 }, { merchandise: { ...variant('8001'), id: '2' }, quantity: 1 }] } }, at(3));
  await setup.answered(1);
  await platform.publish('product_added_to_cart', { cartLine: { merchandise: variant('8001'), quantity: 2 } }, at(4));
  await platform.publish('product_removed_from_cart', { cartLine: { merchandise: variant('8002'), quantity: 1 } }, at(5));
  await platform.publish('checkout_started', { checkout: checkout([['8001', 2], ['8002', 1]]) }, at(6));
  await platform.publish('checkout_completed', { checkout: checkout([['8001', 2]], 'gid://shopify/OrderIdentity/5001') }, at(7));
  while (setup.events().length < 9) await pause(5);
  assert.deepEqual(setup.sent.map(({ status }) => status), setup.sent.map(() => 202));
  assert.deepEqual(setup.events().map(({ id: _, at: __, sessionId: ___, ...event }) => event), [
    { type: 'page_viewed', path: '/products/mug' },
    { type: 'product_viewed', productId: '8001' },
    { type: 'collection_viewed', collectionId: '77' },
    { type: 'search_submitted', query: 'rain jacket' },
    { type: 'cart_viewed', items: [{ productId: '8001', quantity: 3 }] },
    { type: 'product_added_to_cart', productId: '8001', quantity: 2 },
    { type: 'product_removed_from_cart', productId: '8002', quantity: 1 },
    { type: 'checkout_started', items: [{ productId: '8001', quantity: 2 }, { productId: '8002', quantity: 1 }], checkoutToken: 'checkout-token' },
    { type: 'checkout_completed', orderId: '5001', checkoutToken: 'checkout-token' },
  ]);
  assert.equal((await setup.stored()).length, 9);
  const everything = setup.sent.map(({ raw }) => raw).join();
  for (const personal of ['Jane', 'Roe', 'Mill Lane', 'example.com', '4917', 'customer-77', 'client']) assert.ok(!everything.includes(personal), personal);
});

test('without consent nothing is kept or sent; given it is, withdrawn it stops and what was stored goes', { timeout: 120_000 }, async (t) => {
  const setup = await setUp(t, { allowed: false });
  const { platform } = setup;
  await platform.publish('product_viewed', { productVariant: variant('1') }, at(0));
  platform.decide(true);
  await platform.publish('product_viewed', { productVariant: variant('2') }, at(1));
  await setup.answered(1);
  assert.deepEqual(setup.events().map((event) => 'productId' in event && event.productId), ['2'], 'what was seen before is not told afterwards');
  assert.equal(platform.storage.size, 1);
  await platform.publish('product_viewed', { productVariant: variant('3') }, at(2));
  platform.decide(false); // before the moment's batch leaves
  await pause(400);
  await platform.publish('product_added_to_cart', { cartLine: { merchandise: variant('4'), quantity: 1 } }, at(3));
  await pause(50);
  assert.equal(setup.sent.length, 1);
  assert.equal(platform.storage.size, 0);
});

test('the visit is the one the SDK has named, looked up when the batch leaves; without the SDK the pixel names it', { timeout: 120_000 }, async (t) => {
  const setup = await setUp(t);
  const { platform } = setup;
  await platform.publish('product_viewed', { productVariant: variant('1') }, at(0));
  platform.storage.set(`vitrine:visit:${SHOP}`, JSON.stringify({ id: 'sdk-visit', at: NOW, items: [], cart: [], order: null })); // the SDK comes a moment later
  platform.storage.set(`vitrine:visitor:${SHOP}`, 'sdk-visitor');
  await setup.answered(1);
  assert.deepEqual(setup.events().map(({ sessionId, visitorId }) => [sessionId, visitorId]), [['sdk-visit', 'sdk-visitor']]);
  assert.ok(!platform.storage.has(`vitrine:pixel:${SHOP}`));

  for (const stored of [JSON.stringify({ id: 'sdk-visit', at: NOW - 31 * 60_000 }), 'not json', '{}', 'null', '{"id":5,"at":1}']) {
    platform.storage.set(`vitrine:visit:${SHOP}`, stored);
    await platform.publish('product_added_to_cart', { cartLine: { merchandise: variant('1'), quantity: 1 } }, at(0));
  }
  while (setup.events().length < 6) await pause(5);
  assert.deepEqual([...new Set(setup.events().slice(1).map(({ sessionId }) => sessionId))], ['own-visit-1'], 'one name for the visit, kept between events');
});

test('an event delivered twice is stored once; two looks within a second are one', { timeout: 120_000 }, async (t) => {
  const setup = await setUp(t);
  const { platform } = setup;
  const add = { cartLine: { merchandise: variant('1'), quantity: 1 } };
  for (let time = 0; time < 3; time++) await platform.publish('product_added_to_cart', add, { id: 'sh-same', ...at(0) });
  await platform.publish('product_added_to_cart', add, { id: 'sh-other', ...at(0) });
  await platform.publish('product_viewed', { productVariant: variant('1') }, { id: 'sh-same', ...at(1) });
  await platform.publish('product_viewed', { productVariant: variant('1') }, at(1.5));
  await platform.publish('product_viewed', { productVariant: variant('2') }, at(1.5));
  await platform.publish('product_viewed', { productVariant: variant('1') }, at(30));
  while (setup.events().length < 7) await pause(5);
  assert.deepEqual(await setup.stored(), ['product_added_to_cart', 'product_added_to_cart', 'product_viewed', 'product_viewed', 'product_viewed']);
});

test('a collector that fails gets the same batch again; one that refuses does not; a sandbox that may not fetch hands it to the browser', { timeout: 120_000 }, async (t) => {
  const beacons: string[] = [];
  const setup = await setUp(t, { sendBeacon: async (_, body) => { beacons.push(body!); return true; } });
  const { platform, faults, sent } = setup;
  const add = (id: string) => platform.publish('product_added_to_cart', { cartLine: { merchandise: variant(id), quantity: 1 } }, at(0));
  faults.push(503, 429);
  await add('1');
  await setup.answered(3); // after one second and two more
  assert.deepEqual(sent.map(({ status }) => status), [503, 429, 202]);
  assert.equal(new Set(sent.map(({ raw }) => raw)).size, 1);
  faults.push(403);
  await add('2');
  await setup.answered(4);
  faults.push('network');
  await add('3');
  while (beacons.length === 0) await pause(5);
  await pause(1_200); // longer than the first wait
  assert.deepEqual(sent.map(({ status }) => status), [503, 429, 202, 403]);
  assert.deepEqual(beacons.map((body) => (JSON.parse(body) as EventBatch).events.map((event) => 'productId' in event && event.productId)), [['3']]);
});

test('malformed events, and an app that has not been set up, change nothing', { timeout: 120_000 }, async (t) => {
  const setup = await setUp(t);
  const { platform } = setup;
  const hostile: [string, object][] = [
    ['product_viewed', { productVariant: null }], ['product_viewed', { productVariant: { product: { id: null } } }], ['product_viewed', {}], ['product_added_to_cart', { cartLine: null }],
    ['product_added_to_cart', { cartLine: { merchandise: variant('1'), quantity: -1 } }], ['product_added_to_cart', { cartLine: { merchandise: variant('x'.repeat(300)), quantity: 1 } }],
    ['search_submitted', { searchResult: { query: ' \n ' } }], ['collection_viewed', { collection: { id: '' } }], ['checkout_completed', { checkout: checkout([], null) }], ['checkout_completed', {}],
  ];
  for (const [name, data] of hostile) await platform.publish(name, data, at(0));
  await platform.publish('product_added_to_cart', { cartLine: { merchandise: variant('9'), quantity: 1 } }, { timestamp: 'not a time' });
  await setup.answered(1);
  assert.deepEqual(setup.events().map((event) => [event.type, event.at]), [['product_added_to_cart', NOW]]);
  assert.equal(mapEvent('search_submitted', { data: { searchResult: { query: `${'x'.repeat(255)}😀`, productVariants: [] } } } as never)!.type, 'search_submitted');
  const unset = pixelPlatform({ settings: {} });
  startPixel(unset.api, { fetch: assert.fail });
  assert.deepEqual(unset.subscribed, []);
});

test('whatever the platform publishes, nothing is thrown at it, and what is sent the collector takes', { timeout: 120_000 }, async (t) => {
  const setup = await setUp(t);
  const { platform } = setup;
  const text = fc.oneof(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' }), fc.constantFrom('8001', 'gid://shopify/Product/8001', '', '__proto__'));
  const leaf = fc.oneof(text, fc.anything({ maxDepth: 1 }), fc.constant(null));
  const line = fc.record({ merchandise: fc.record({ product: fc.record({ id: leaf }) }), variant: fc.record({ product: fc.record({ id: leaf }) }), quantity: fc.oneof(fc.integer(), fc.double()) });
  const data = fc.oneof(fc.anything(), fc.record({
    productVariant: fc.record({ product: fc.record({ id: leaf }) }), collection: fc.record({ id: leaf }), searchResult: fc.record({ query: leaf }), cartLine: fc.oneof(line, fc.constant(null)),
    cart: fc.record({ lines: fc.array(line, { maxLength: 120 }) }), checkout: fc.record({ token: leaf, order: fc.record({ id: leaf }), lineItems: fc.array(line, { maxLength: 120 }) }),
  }));
  await fc.assert(fc.asyncProperty(fc.constantFrom(...STANDARD_EVENTS), data, text, text, async (name, what, id, path) => {
    await platform.publish(name, what as object, { id, path, ...at(Math.random() * 1e5) });
  }), { numRuns: 600 });
  await platform.publish('product_added_to_cart', { cartLine: { merchandise: variant('last'), quantity: 1 } }, at(2e5));
  while (!setup.events().some((event) => 'productId' in event && event.productId === 'last')) await pause(20);
  assert.ok(setup.sent.length > 0);
  assert.deepEqual(setup.sent.filter(({ status }) => status !== 202).map(({ status, raw }) => [status, raw.slice(0, 200)]), []);
});
