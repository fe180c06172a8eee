import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { createSigner, randomArtifact } from '../contract/random-model.ts';
import type { PageOptions, Storefront } from '../widgets/storefront.ts';
import { eachTest, PRODUCT, rankInNode, WIDGET, type Visitor } from '../widgets/visitor.ts';

// What can go wrong around the device: storage, policies, the server and what it answers. In each case the ranking is Node's,
// or the widget falls back in the order of docs/storefront.md, nothing on the page moves and nothing is thrown.

let store: Storefront;
let visitor: Visitor;
const settings = eachTest((setting) => { ({ store, visitor } = setting); });

const GRANTED: PageOptions = { ...PRODUCT, attributes: 'data-consent="granted"' };
const related = () => rankInNode(store, [{ id: 'p3', kind: 'view' }], 'view', ['p3']);

/** The first visit of a shopper who comes again: the artifact and the popular list are kept. */
async function visit(options = PRODUCT): Promise<Page> {
  const page = await visitor.open('/products/p3', options);
  assert.deepEqual(await visitor.settled(page), ['shown']);
  await page.waitForFunction(async (url) => (await caches.match(url)) !== undefined, `${store.appUrl}/v1/shops/${store.shop}/release`);
  return page;
}
async function assertRanked(page: Page, expected?: readonly string[]): Promise<void> {
  assert.deepEqual(await visitor.settled(page), ['shown']);
  assert.deepEqual(await visitor.shown(page), expected ?? (await related()));
  await visitor.assertWhole(page);
}
async function assertHidden(page: Page): Promise<void> {
  assert.deepEqual(await visitor.settled(page), ['hidden']);
  await visitor.assertWhole(page);
}
/** Requests whose path holds this are answered so. */
const when = (part: string, answer: (response: ServerResponse) => void) => (path: string, response: ServerResponse) => {
  const isIt = path.includes(part);
  if (isIt) answer(response);
  return isIt;
};
const never = () => {};

for (const consent of ['granted', 'denied']) {
  test(`storage that throws on its mention, consent ${consent}: the ranking is Node's`, settings, async () => {
    await visitor.context.addInitScript(() => {
      for (const name of ['localStorage', 'sessionStorage', 'caches', 'indexedDB']) {
        Object.defineProperty(globalThis, name, { get: () => { throw new DOMException('blocked', 'SecurityError'); } });
      }
    });
    await assertRanked(await visitor.open('/products/p3', { ...PRODUCT, attributes: `data-consent="${consent}"` }));
  });
}

test('storage that is full: the ranking is Node\'s', settings, async () => {
  await visitor.context.addInitScript(() => {
    const full = () => { throw new DOMException('full', 'QuotaExceededError'); };
    Storage.prototype.setItem = full;
    Cache.prototype.put = async () => full();
  });
  await assertRanked(await visitor.open('/products/p3', GRANTED));
});

test('a browser without idle callbacks ranks; one without constructed style sheets keeps its page as it is', settings, async () => {
  await visitor.context.addInitScript(() => {
    delete (globalThis as Record<string, unknown>).requestIdleCallback;
    delete (AbortSignal as unknown as Record<string, unknown>).timeout;
  });
  await assertRanked(await visitor.open('/products/p3', PRODUCT));
  await visitor.context.addInitScript(() => {
    delete (CSSStyleSheet.prototype as unknown as Record<string, unknown>).replaceSync;
  });
  const page = await visitor.open('/products/p3', PRODUCT);
  await page.waitForTimeout(1_000);
  assert.equal(await page.evaluate((tag) => customElements.get(tag), WIDGET), undefined);
  await visitor.assertWhole(page);
});

test('storage that never answers: the ranking is Node\'s', settings, async () => {
  await visitor.context.addInitScript(() => {
    CacheStorage.prototype.open = () => new Promise(() => {});
  });
  await assertRanked(await visitor.open('/products/p3', GRANTED));
});

const POLICIES: readonly [name: string, options: Partial<PageOptions>, where: 'worker' | 'page', backend: 'js' | 'wasm'][] = [
  ["script-src 'self'; worker-src 'self'", { sameOrigin: true }, 'worker', 'js'],
  ["script-src 'self'; worker-src 'none'", { sameOrigin: true, csp: "worker-src 'none'" }, 'page', 'js'],
  ['scripts of another origin; worker-src blob:', {}, 'worker', 'js'],
  ["scripts of another origin, 'wasm-unsafe-eval'; worker-src blob:", { scripts: "'wasm-unsafe-eval'" }, 'worker', 'wasm'],
  ["scripts of another origin; worker-src 'self', which no Worker of another origin passes", { csp: "worker-src 'self'" }, 'page', 'js'],
];
for (const [name, options, where, backend] of POLICIES) {
  test(`policy ${name}: the engine runs in the ${where} on ${backend}, nothing is evaluated`, settings, async () => {
    const page = await visitor.open('/products/p3', { ...PRODUCT, ...options });
    await visitor.settled(page);
    const refused = visitor.problems.splice(0);
    if (where === 'worker') assert.deepEqual(refused, []);
    for (const line of refused) assert.match(line, /worker/i, 'the policy refused the Worker and nothing else');
    await assertRanked(page);
    const status = await page.evaluate(() => window.vitrine!.status);
    assert.deepEqual([status.engine, status.backend], [where, backend]);
  });
}

test('trusted types required: the engine runs on the page', settings, async () => {
  const page = await visitor.open('/products/p3', { ...PRODUCT, csp: "require-trusted-types-for 'script'" });
  await visitor.settled(page);
  visitor.problems.length = 0; // the Worker's address, refused
  await assertRanked(page);
});

const RELEASES: readonly [name: string, body: string, status: number][] = [
  ['HTML', '<!doctype html><title>Sorry</title>', 200],
  ['cut short', '{"shop":"demo.myshopify.com","artifact":{"url":"/v1', 200],
  ['null', 'null', 200],
  ['a list', '[]', 200],
  ['an artifact without a hash', '{"shop":"s","artifact":{"url":"/x"},"unavailable":[]}', 200],
  ['unavailable as text', '{"shop":"s","artifact":null,"unavailable":"p1"}', 200],
  ['an error', '{"error":{"code":"internal"}}', 500],
  ['a redirect loop\'s end', '', 302],
];
for (const [name, body, status] of RELEASES) {
  test(`release: ${name}: the last known artifact ranks; without one the widget is hidden`, settings, async () => {
    const answer = when('/release', (response) => void response.writeHead(status, { 'content-type': 'application/json' }).end(body));
    store.state.instead = answer;
    await assertHidden(await visitor.open('/products/p3', PRODUCT));
    store.state.instead = () => false;
    const page = await visit();
    store.state.instead = answer;
    await page.reload();
    await assertRanked(page);
    assert.equal((await page.evaluate(() => window.vitrine!.status)).offline, true);
  });
}

test('products: malformed answers show nothing and break nothing', settings, async () => {
  for (const body of ['', 'null', '{"products":null}', '{"products":[null,1,{"id":1},{"id":"p0"}]}', '<html>']) {
    store.state.instead = when('/products', (response) => void response.writeHead(200, { 'content-type': 'application/json' }).end(body));
    const page = await visitor.open('/products/p3', PRODUCT);
    await assertHidden(page);
    await page.close();
  }
});

const NEW_ARTIFACTS: readonly [name: string, code: string, publish: () => Promise<void>][] = [
  ['fails its hash', 'artifact_corrupt', async () => {
    const next = await nextArtifact();
    const bytes = new Uint8Array(next.bytes);
    bytes[bytes.length - 500] ^= 1;
    store.state.artifact = { ...next, bytes };
  }],
  ['is not signed by the shop', 'artifact_signature', async () => {
    store.state.artifact = await nextArtifact(await createSigner());
  }],
  ['is not there', 'not_found', async () => {
    store.state.artifact = await nextArtifact();
    store.state.instead = when(`/artifacts/${store.state.artifact.hash}`, (response) => void response.writeHead(404).end());
  }],
  ['does not come', 'upstream', async () => {
    store.state.artifact = await nextArtifact();
    store.state.instead = when(`/artifacts/${store.state.artifact.hash}`, (response) => void response.destroy());
  }],
];
const nextArtifact = (signer = store.signer) =>
  randomArtifact(signer, { items: 60, dim: 8, seed: 9, shop: store.shop, version: '20260202T000000Z-0002' });

for (const [name, code, publish] of NEW_ARTIFACTS) {
  test(`a new artifact ${name}: the last known one ranks on every page, and the error is told`, settings, async () => {
    await visitor.context.addInitScript(() => {
      document.addEventListener('vitrine:ready', () => window.vitrine!.on('error', (error) => window.heard.push({ type: 'error', detail: error.code })));
    });
    const page = await visit();
    const { version } = store.state.artifact!;
    const expected = await related();
    await publish();
    for (let load = 0; load < 2; load++) {
      await page.reload();
      await assertRanked(page, expected);
      await page.waitForFunction((wanted) => window.heard.some(({ type, detail }) => type === 'error' && detail === wanted), code);
      const again = await visitor.recommend(page, { kind: 'related' });
      assert.deepEqual([again.ids, again.artifact], [expected, version]);
      await visitor.assertWhole(page);
    }
  });
}

test('a release whose artifact has no proper address: the last known one ranks; without one the widget is hidden', settings, async () => {
  const answer = when('/release', (response) => void response.end('{"shop":"s","artifact":{"url":"http://[","hash":"00"},"unavailable":[]}'));
  store.state.instead = answer;
  await assertHidden(await visitor.open('/products/p3', PRODUCT));
  store.state.instead = () => false;
  const page = await visit();
  store.state.instead = answer;
  await page.reload();
  await assertRanked(page);
});

test('the plugin server\'s answers stop: with consent the last known products are ranked by the last known artifact', settings, async () => {
  const page = await visit(GRANTED);
  await page.waitForFunction(async (url) => (await caches.match(url)) !== undefined, `${store.appUrl}/v1/shops/${store.shop}/products`);
  for (const answer of [(response: ServerResponse) => void response.destroy(), (response: ServerResponse) => void response.writeHead(503).end()]) {
    store.state.instead = when('/v1/', answer);
    await page.reload();
    await assertRanked(page);
    assert.equal((await page.evaluate(() => window.vitrine!.status)).offline, true);
  }
});

test('the plugin server\'s answers stop: without consent nothing of the products was kept, and the widget is hidden', settings, async () => {
  const page = await visit();
  store.state.instead = when('/v1/', (response) => void response.destroy());
  await page.reload();
  await assertHidden(page);
});

test('the plugin server is gone, its files too: the page is the shop\'s own', settings, async () => {
  store.state.up = false;
  const page = await visitor.open('/products/p3', PRODUCT);
  await page.waitForLoadState('load');
  assert.equal(await page.textContent('#after'), 'After.');
  assert.equal(await page.evaluate(() => window.shifts), 0);
  assert.deepEqual(visitor.problems, []);
});

for (const part of ['widgets-', 'events-']) {
  test(`the file ${part}*.js does not come: the page goes on`, settings, async () => {
    store.state.instead = when(`/assets/${part}`, (response) => void response.writeHead(404).end());
    const page = await visitor.open('/products/p3', GRANTED);
    if (part === 'events-') await assertRanked(page);
    else {
      await page.waitForEvent('console', { predicate: (message) => message.text().startsWith('Vitrine:') });
      assert.equal(await page.evaluate(() => window.vitrine!.recommend({ kind: 'related' }).then(() => null, (error: { code: string }) => error.code)), 'upstream');
      assert.deepEqual(await page.locator(WIDGET).evaluate((element) => element.matches(':defined')), false, 'its room is kept, and empty');
      await visitor.assertWhole(page);
    }
    await page.goto(`${store.shopUrl}/elsewhere`); // leaving hands over what waits, whatever code has come
    for (let wait = 0; wait < 50 && store.events().length === 0; wait++) await page.waitForTimeout(100);
    assert.deepEqual(store.events().map(({ type }) => type).slice(0, 2), ['page_viewed', 'product_viewed']);
  });
}

test('a slow server: its release is waited for at first, and later no longer than the last known one takes', settings, async () => {
  const slow = when('/release', never);
  const page = await visit();
  store.state.instead = slow;
  await page.reload();
  await assertRanked(page);
  assert.equal((await page.evaluate(() => window.vitrine!.status)).offline, true);
});

test('a server that takes its time with everything: the widget keeps its room, then shows Node\'s ranking', settings, async () => {
  const { state } = store;
  const held: (() => void)[] = [];
  state.hold = () => new Promise<void>((resolve) => held.push(resolve));
  const page = await visitor.open('/products/p3', PRODUCT);
  for (let step = 0; step < 4; step++) { // release, artifact, products, and one to spare
    await page.waitForTimeout(700);
    for (const release of held.splice(0)) release();
  }
  state.hold = undefined;
  for (const release of held.splice(0)) release();
  await assertRanked(page);
});
