import assert from 'node:assert/strict';
import { webcrypto } from 'node:crypto';
import { test } from 'node:test';
import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { hashArtifact, type ErrorCode, type SessionItem } from '@vitrine/sdk/core';
import { createSigner, randomArtifact } from '../contract/random-model.ts';
import type { Storefront, PageOptions } from './storefront.ts';
import { eachTest, PRODUCT, rankInNode, type Visitor } from './visitor.ts';

// <vitrine-recommendations> as the loader brings it into a storefront, in Chromium, on two origins, under a strict policy.

let store: Storefront;
let visitor: Visitor;
const settings = eachTest((setting) => { ({ store, visitor } = setting); });

const GRANTED = 'data-consent="granted"';
const RELATED = '<h1>Product</h1><vitrine-recommendations kind="related"></vitrine-recommendations><p id="after">After.</p>';

const open = (path: string, options: PageOptions) => visitor.open(path, options);
const settled = (page: Page) => visitor.settled(page);
const shown = (page: Page, selector?: string) => visitor.shown(page, selector);
const expected = (session: readonly SessionItem[], goal: 'view' | 'purchase', exclude: readonly string[], limit = 4) => rankInNode(store, session, goal, exclude, { limit });

for (const backend of ['auto', 'js', 'webgl']) {
  test(`${backend}: the loader shows what Node ranks, from a Worker, under a strict policy, without a layout shift`, settings, async () => {
    const page = await open('/products/p3', { ...PRODUCT, attributes: `data-backend="${backend}"` });
    await settled(page);
    assert.deepEqual(await shown(page), await expected([{ id: 'p3', kind: 'view' }], 'view', ['p3']));
    const status = await page.evaluate(() => window.vitrine!.status);
    assert.equal(status.engine, 'worker');
    assert.equal(status.backend, backend === 'webgl' ? 'webgl' : 'js');
    assert.equal(status.artifact, store.state.artifact!.version);
    assert.equal(await page.evaluate(() => window.shifts), 0);
    assert.deepEqual(visitor.problems, []);
  });
}

test('the room kept before the script runs is the room the widget takes, wide and narrow', settings, async () => {
  const body = [1, 4, 5, 12].map((limit) => `<vitrine-recommendations kind="for-you" limit="${limit}"></vitrine-recommendations>`).join('');
  const heights = (page: Page) => page.evaluate(() => [...document.querySelectorAll('vitrine-recommendations')].map((element) => element.getBoundingClientRect().height));
  for (const width of [1280, 390]) {
    const page = await open('/', { body });
    await page.setViewportSize({ width, height: 4000 });
    await settled(page);
    const taken = await heights(page);
    await page.route('**/vitrine.js', (route) => route.abort());
    await page.reload();
    (await heights(page)).forEach((kept, at) => assert.ok(Math.abs(kept - taken[at]) < 1, `${width}: ${kept} kept, ${taken[at]} taken`));
    await page.close();
  }
});

test('where Workers are forbidden the engine runs on the page', settings, async () => {
  const page = await open('/products/p3', { ...PRODUCT });
  await page.addInitScript(() => void (globalThis.Worker = undefined as never));
  await page.reload();
  await settled(page);
  assert.deepEqual(await shown(page), await expected([{ id: 'p3', kind: 'view' }], 'view', ['p3']));
  assert.equal((await page.evaluate(() => window.vitrine!.status)).engine, 'page');
});

test('the product looked at, the cart, and what is unavailable or no longer shown never appear', settings, async () => {
  const [first, second, third] = await expected([{ id: 'p3', kind: 'view' }], 'view', ['p3']);
  store.state.unavailable = [first];
  store.state.hidden.add(second);
  const page = await open('/products/p3', { ...PRODUCT, meta: { ...PRODUCT.meta, cart: `${third}:1` } });
  await settled(page);
  const items = await shown(page);
  assert.equal(items.length, 4, 'spares fill the places');
  for (const id of ['p3', first, second, third]) assert.ok(!items.includes(id), id);
});

test('bought together ranks for the basket; other attributes rank again; several widgets share the page', settings, async () => {
  const page = await open('/cart', {
    meta: { page: 'cart', cart: 'p5:1,p9:2' },
    body: '<vitrine-recommendations id="cart" kind="bought-together" allow-repeats></vitrine-recommendations><vitrine-recommendations id="you" kind="for-you" heading="Picked"></vitrine-recommendations>',
  });
  await settled(page);
  assert.deepEqual(await shown(page, '#cart'), await expected([{ id: 'p5', kind: 'cart' }, { id: 'p9', kind: 'cart' }], 'purchase', ['p5', 'p9']));
  assert.equal(await page.locator('#you').evaluate((element) => element.shadowRoot!.querySelector('h2')!.textContent), 'Picked');
  const wanted = await expected([{ id: 'p7', kind: 'cart' }], 'purchase', ['p5', 'p7', 'p9'], 2);
  await page.evaluate(() => {
    const element = document.querySelector('#cart')!;
    element.setAttribute('product-ids', 'p7');
    element.setAttribute('limit', '2');
  });
  await page.waitForFunction((count) => document.querySelector('#cart')!.shadowRoot!.querySelectorAll('a').length === count, 2);
  assert.deepEqual(await shown(page, '#cart'), wanted);
});

test('without consent nothing is stored and nothing is sent; with it both; withdrawn, it is gone', settings, async () => {
  const page = await open('/products/p3', PRODUCT);
  const traces = () => page.evaluate(() => [...Object.keys(localStorage), ...Object.keys(sessionStorage), document.cookie].filter(Boolean));
  await settled(page);
  await page.waitForFunction(() => window.heard.length === 1); // seen, and still silent
  await page.goto(`${store.shopUrl}/elsewhere`);
  await page.goBack();
  await settled(page);
  assert.deepEqual(await traces(), []);
  assert.deepEqual(store.batches, []);

  await page.evaluate(() => {
    window.vitrine!.consent(true);
    window.vitrine!.track({ type: 'product_viewed', productId: 'p4' });
  });
  assert.deepEqual((await traces()).sort(), [`vitrine:visit:${store.shop}`, `vitrine:visitor:${store.shop}`]);
  await page.goto(`${store.shopUrl}/elsewhere`); // leaving sends what waits
  await page.waitForTimeout(200);
  assert.deepEqual(store.events().map((event) => event.type), ['product_viewed']);

  await page.goBack();
  await settled(page);
  await page.evaluate(() => {
    window.vitrine!.track({ type: 'product_viewed', productId: 'p5' });
    document.dispatchEvent(new CustomEvent('visitorConsentCollected', { detail: { analyticsAllowed: false } }));
  });
  assert.deepEqual(await traces(), []);
});

test('consent withdrawn on a page without widgets deletes the products kept on a page with them', settings, async () => {
  const page = await open('/products/p3', { ...PRODUCT, attributes: GRANTED });
  const products = `${store.appUrl}/v1/shops/${store.shop}/products`;
  const isKept = (wanted: boolean) => page.waitForFunction(async ([url, kept]) => ((await caches.match(url)) !== undefined) === kept, [products, wanted] as const);
  await settled(page);
  await isKept(true);
  await page.goto(store.page('/about', { body: '<p>About.</p>', attributes: GRANTED }));
  await page.waitForFunction(() => window.vitrine);
  await page.evaluate(() => window.vitrine!.consent(false));
  await isKept(false);
});

test("Shopify's customer privacy API decides when the page does not", settings, async () => {
  const page = await open('/products/p3', PRODUCT);
  await page.addInitScript(() => void Object.assign(window, { Shopify: { customerPrivacy: { analyticsProcessingAllowed: () => true } } }));
  await page.reload();
  await settled(page);
  await page.waitForFunction((shop) => localStorage.getItem(`vitrine:visit:${shop}`)?.includes('p3'), store.shop);
});

test('an impression and a click are sent once each, with artifact and positions', settings, async () => {
  const page = await open('/products/p3', { ...PRODUCT, attributes: GRANTED });
  await settled(page);
  const items = await shown(page);
  const sources = await page.evaluate(async () => (await window.vitrine!.recommend({ kind: 'related' })).items.map(({ reason }) => reason.source));
  await page.waitForFunction(() => window.heard.some(({ type }) => type === 'vitrine:impression'));
  await page.mouse.wheel(0, 50);
  await page.mouse.wheel(0, -50);
  await page.waitForTimeout(1_300); // long enough for a second impression, if there were one
  await page.locator('vitrine-recommendations a').nth(1).click();
  await page.waitForURL(`**/products/${items[1]}`);
  for (let wait = 0; wait < 50 && !store.events().some(({ type }) => type === 'recommendation_clicked'); wait++) await page.waitForTimeout(100);

  const events = store.events();
  const { version } = store.state.artifact!;
  const impressions = events.filter((event) => event.type === 'impression');
  assert.equal(impressions.length, 1);
  assert.equal(impressions[0].artifact, version);
  assert.deepEqual(impressions[0].items, items.map((productId, position) => ({ productId, position, source: sources[position] })));
  const clicks = events.filter((event) => event.type === 'recommendation_clicked');
  assert.deepEqual(clicks.map(({ artifact, productId, position, widget }) => ({ artifact, productId, position, widget })),
    [{ artifact: version, productId: items[1], position: 1, widget: 'related' }]);
  assert.equal(new Set(events.map((event) => event.id)).size, events.length);
  assert.equal(new Set(events.map((event) => event.sessionId)).size, 1);
});

test('a cart form is reported, and the visit goes on over pages with consent', settings, async () => {
  const form = '<form action="/cart" data-vitrine-product="p8"><input name="quantity" value="2"><button>Add</button></form>';
  store.page('/cart', { meta: { page: 'cart', cart: 'p8:2' }, attributes: GRANTED, body: '<vitrine-recommendations kind="for-you"></vitrine-recommendations>' });
  const page = await open('/products/p3', { ...PRODUCT, attributes: GRANTED, body: form });
  await page.waitForFunction(() => window.vitrine);
  await page.click('button');
  await page.waitForURL('**/cart?quantity=2');
  await settled(page);
  assert.deepEqual(await shown(page), await expected([{ id: 'p3', kind: 'view' }, { id: 'p8', kind: 'cart' }], 'view', ['p8']));
  const added = store.events().find((event) => event.type === 'product_added_to_cart');
  assert.deepEqual(added && [added.productId, added.quantity], ['p8', 2]);
});

/** Bytes that a server, a proxy or a cache has changed; with `hash` the release vouches for them. */
async function spoil(change: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>, options: { hash?: boolean } = {}): Promise<void> {
  const artifact = store.state.artifact!;
  const bytes = change(new Uint8Array(artifact.bytes));
  store.state.artifact = { ...artifact, bytes, ...(options.hash ? { hash: await hashArtifact(bytes, webcrypto.subtle) } : {}) };
}
const flip = (at: number) => (bytes: Uint8Array<ArrayBuffer>) => {
  bytes[at < 0 ? bytes.length + at : at] ^= 1;
  return bytes;
};

const NOTHING: readonly [name: string, code: ErrorCode | null, change: () => Promise<void>][] = [
  ['signed by another key', 'artifact_signature', async () => {
    store.state.artifact = await randomArtifact(await createSigner(), { items: 20, dim: 4, seed: 1, shop: store.shop });
  }],
  ['for another shop', 'artifact_shop', async () => {
    store.state.artifact = await randomArtifact(store.signer, { items: 20, dim: 4, seed: 1, shop: 'other.myshopify.com' });
  }],
  ['cut short', 'artifact_corrupt', () => spoil((bytes) => bytes.slice(0, 999))],
  ['with a flipped bit', 'artifact_corrupt', () => spoil(flip(-500))],
  ['with a flipped bit that the release vouches for', 'artifact_signature', () => spoil(flip(-500), { hash: true })],
  ['of another version', 'artifact_version', () => spoil((bytes) => {
    bytes[4]++; // the format's version
    return bytes;
  }, { hash: true })],
  ['for the server only', 'artifact_corrupt', async () => {
    store.state.artifact = await randomArtifact(store.signer, { items: 20, dim: 4, seed: 1, shop: store.shop, audience: 'server' });
  }],
  ['not published yet', null, async () => {
    store.state.artifact = null;
  }],
];
for (const [name, code, change] of NOTHING) {
  test(`an artifact ${name} and nothing popular: the widget is invisible, the page is whole and nothing moves`, settings, async () => {
    await change();
    store.state.popular = [];
    const page = await open('/products/p3', { ...PRODUCT, body: `${RELATED}<div class="far"></div>` });
    await settled(page);
    assert.equal(await page.locator('vitrine-recommendations').evaluate((element) => getComputedStyle(element).visibility), 'hidden');
    assert.equal(await page.evaluate(() => window.shifts), 0);
    assert.equal(await page.textContent('#after'), 'After.');
    assert.equal(await page.evaluate(() => window.vitrine!.status.error?.code ?? null), code);
    assert.deepEqual(visitor.problems, []);
  });

  if (code) test(`an artifact ${name}: on the first visit too the shop's popular products stand in`, settings, async () => {
    await change();
    const page = await open('/products/p3', PRODUCT);
    assert.deepEqual(await settled(page), ['shown']);
    assert.deepEqual(await shown(page), ['p0', 'p1', 'p2', 'p4'], 'without the product looked at');
    const { artifact, sources } = await visitor.recommend(page, { kind: 'for-you' });
    assert.deepEqual([artifact, sources], [null, ['popular']]);
    await visitor.assertWhole(page);
  });
}

test('a widget with nothing to show gives its room back once it is out of sight', settings, async () => {
  store.state.artifact = null;
  const page = await open('/', { body: `${'<p>Long page.</p>'.repeat(60)}<vitrine-recommendations></vitrine-recommendations>` });
  await page.waitForFunction(() => document.querySelector<HTMLElement>('vitrine-recommendations')!.dataset.state, undefined, { timeout: 10_000 });
  await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
  await page.waitForFunction(() => document.querySelector<HTMLElement>('vitrine-recommendations')!.dataset.state === 'empty'
    || document.querySelector<HTMLElement>('vitrine-recommendations')!.dataset.state === 'hidden');
  await page.evaluate(() => scrollTo(0, 0));
  await page.waitForFunction(() => getComputedStyle(document.querySelector('vitrine-recommendations')!).display === 'none');
});

test('the server down: the last known artifact ranks', settings, async () => {
  const page = await open('/products/p3', PRODUCT);
  await settled(page);
  await page.route('**/release', (route) => route.abort());
  await page.route('**/artifacts/**', (route) => route.abort());
  await page.reload();
  await settled(page);
  assert.equal((await shown(page)).length, 4);
  assert.equal((await page.evaluate(() => window.vitrine!.status)).offline, true);
});

test('a new visit finds the artifact in the cache; it answers while a new version is fetched, which then takes its place', settings, async () => {
  let fetched = 0;
  const page = await open('/products/p3', PRODUCT);
  await settled(page);
  page.on('request', (request) => void (fetched += request.url().includes('/artifacts/') ? 1 : 0));
  await page.reload();
  await settled(page);
  assert.equal(fetched, 0);
  store.state.artifact = await randomArtifact(store.signer, { items: 60, dim: 8, seed: 2, shop: store.shop, version: '20260202T000000Z-0002' });
  const before = await shown(page);
  await page.reload();
  await settled(page);
  assert.deepEqual(await shown(page), before, 'the version that is here answers at once');
  await page.waitForFunction(() => window.vitrine!.status.artifact === '20260202T000000Z-0002');
  assert.equal(fetched, 1);
  await page.reload();
  await settled(page);
  assert.equal(fetched, 1, 'from the cache');
  assert.deepEqual(await shown(page), await expected([{ id: 'p3', kind: 'view' }], 'view', ['p3']));
});

test('a new version that is broken never takes the place of the one that is here', settings, async () => {
  const page = await open('/products/p3', PRODUCT);
  await settled(page);
  const before = await shown(page);
  const broken = await randomArtifact(store.signer, { items: 60, dim: 8, seed: 2, shop: store.shop, version: '20260202T000000Z-0002' });
  broken.bytes[600] ^= 1;
  store.state.artifact = broken;
  const fetches = page.waitForResponse((response) => response.url().includes(broken.hash));
  await page.reload();
  await settled(page);
  await fetches;
  assert.deepEqual(await shown(page), before);
  const { artifact } = await page.evaluate(() => window.vitrine!.status);
  assert.notEqual(artifact, '20260202T000000Z-0002');
  await page.reload();
  await settled(page);
  assert.deepEqual(await shown(page), before, 'and again on the next page');
});

test('keyboard and screen reader: links in order, a labelled region, no axe violations', settings, async () => {
  const page = await open('/products/p3', { ...PRODUCT, body: `<a href="/" id="start">Start</a>${RELATED}` });
  await settled(page);
  await page.focus('#start');
  const order: string[] = [];
  for (let step = 0; step < 4; step++) {
    await page.keyboard.press('Tab');
    order.push(await page.evaluate(() => {
      const link = document.activeElement!.shadowRoot!.activeElement as HTMLAnchorElement;
      return link.pathname.split('/').at(-1)!;
    }));
  }
  assert.deepEqual(order, await shown(page));
  assert.equal(await page.getByRole('region', { name: 'You may also like' }).getByRole('listitem').count(), 4);
  for (const width of [1280, 390]) {
    await page.setViewportSize({ width, height: 900 });
    await page.evaluate(axe.source);
    const violations = await page.evaluate(async () => {
      const { axe } = globalThis as unknown as { axe: typeof import('axe-core') };
      const result = await axe.run('vitrine-recommendations');
      return result.violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`);
    });
    assert.deepEqual(violations, []);
  }
});

test('a wrong script tag costs the page one line in the console and nothing else', settings, async () => {
  const page = await visitor.context.newPage();
  page.on('pageerror', (error) => visitor.problems.push(error.message));
  const line = page.waitForEvent('console', { predicate: (message) => message.text().startsWith('Vitrine:') });
  await page.goto(store.page('/', { body: RELATED, key: 'nonsense' }));
  assert.match((await line).text(), /"key" must be the publishable key/);
  assert.equal(await page.textContent('#after'), 'After.');
  assert.deepEqual(visitor.problems, []);
});
