import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Storefront } from '../widgets/storefront.ts';
import { eachTest, PRODUCT, rankInNode, type Visitor } from '../widgets/visitor.ts';

// What can go wrong on the device: the GPU, the Worker, WebAssembly. In each case the ranking is Node's, or the widget falls
// back in the order of docs/storefront.md, nothing on the page moves and nothing is thrown.

let store: Storefront;
let visitor: Visitor;
const settings = eachTest((setting) => { ({ store, visitor } = setting); });

const related = () => rankInNode(store, [{ id: 'p3', kind: 'view' }], 'view', ['p3']);
/** The catalogue is sorted by popularity. */
const POPULAR = ['p0', 'p1', 'p2', 'p4'];

/** Code that runs in the Worker before the engine's own. */
const inWorker = (code: string) => (file: string) => (file.startsWith('worker-') ? `${code};\n` : '');
/** The same, in the first `count` Workers only. */
function inFirstWorkers(count: number, code: string) {
  let served = 0;
  return (file: string) => (file.startsWith('worker-') && served++ < count ? `${code};\n` : '');
}
/** Runs when the engine is asked to rank, before it is. */
const onRequest = (code: string) => `let asked = 0; addEventListener('message', (event) => { if (event.data.type === 'recommend') { asked++; ${code} } })`;

const RIGHT: readonly [name: string, backends: readonly string[], code: string][] = [
  ['no WebGL', ['js', 'wasm'], 'OffscreenCanvas.prototype.getContext = () => null'],
  ['no OffscreenCanvas', ['js', 'wasm'], 'delete globalThis.OffscreenCanvas'],
  ['no WebAssembly', ['js', 'webgl'], 'delete globalThis.WebAssembly'],
  ['neither WebGL nor WebAssembly', ['js'], 'delete globalThis.OffscreenCanvas; delete globalThis.WebAssembly'],
];
for (const [name, backends, code] of RIGHT) {
  for (const choice of ['auto', 'webgl']) {
    test(`${name}, ${choice}: the ranking is Node's`, settings, async () => {
      store.state.prelude = inWorker(code);
      const page = await visitor.open('/products/p3', { ...PRODUCT, attributes: `data-backend="${choice}"` });
      assert.deepEqual(await visitor.settled(page), ['shown']);
      assert.deepEqual(await visitor.shown(page), await related());
      const { backend, engine, error } = await page.evaluate(() => window.vitrine!.status);
      assert.ok(backends.includes(backend!), `${backend} answered`);
      assert.deepEqual([engine, error], ['worker', null]);
      await visitor.assertWhole(page);
    });
  }
}

test('no Worker, no WebGL and no WebAssembly on the page: JavaScript ranks there', settings, async () => {
  await visitor.context.addInitScript(() => {
    for (const name of ['Worker', 'OffscreenCanvas', 'WebAssembly'] as const) delete (globalThis as Record<string, unknown>)[name];
    HTMLCanvasElement.prototype.getContext = () => null;
  });
  const page = await visitor.open('/products/p3', PRODUCT);
  assert.deepEqual(await visitor.settled(page), ['shown']);
  assert.deepEqual(await visitor.shown(page), await related());
  assert.equal((await page.evaluate(() => window.vitrine!.status)).engine, 'page');
  await visitor.assertWhole(page);
});

test('the WebGL context is lost before, while and after answers are read: the ranking stays, and WebGL comes back', settings, async () => {
  store.state.prelude = inWorker(`
    const contexts = [];
    const getContext = OffscreenCanvas.prototype.getContext;
    OffscreenCanvas.prototype.getContext = function (...input) {
      const context = getContext.apply(this, input);
      if (context && !contexts.includes(context)) contexts.push(context);
      return context;
    };
    const lose = () => { for (const context of contexts.splice(0)) context.getExtension('WEBGL_lose_context')?.loseContext(); };
    ${onRequest('if (asked === 3) lose(); if (asked === 5) { lose(); } if (asked === 7) setTimeout(lose)')}`);
  const page = await visitor.open('/products/p3', { ...PRODUCT, attributes: 'data-backend="webgl"' });
  assert.deepEqual(await visitor.settled(page), ['shown']);
  const expected = await related();
  assert.deepEqual(await visitor.shown(page), expected);
  const backends = new Set<string | null>();
  for (let call = 0; call < 12; call++) {
    const answer = await visitor.recommend(page, { kind: 'related' });
    assert.deepEqual(answer.ids, expected, `answer ${call}`);
    backends.add(answer.backend);
  }
  assert.ok(backends.has('webgl') && backends.size === 2, `answers came from ${[...backends].join(' and ')}`);
  await visitor.assertWhole(page);
});

test('a Worker that dies without a word over a request is replaced, and the ranking is Node\'s', settings, async () => {
  store.state.prelude = inFirstWorkers(1, onRequest('event.stopImmediatePropagation(); close()'));
  const page = await visitor.open('/products/p3', PRODUCT);
  assert.deepEqual(await visitor.settled(page), ['shown']);
  assert.deepEqual(await visitor.shown(page), await related());
  assert.equal((await page.evaluate(() => window.vitrine!.status)).engine, 'worker');
  await visitor.assertWhole(page);
});

test('a Worker that throws over a request is replaced at once', settings, async () => {
  store.state.prelude = inFirstWorkers(1, onRequest('event.stopImmediatePropagation(); throw new Error("broken")'));
  const page = await visitor.open('/products/p3', PRODUCT);
  assert.deepEqual(await visitor.settled(page), ['shown']);
  assert.deepEqual(await visitor.shown(page), await related());
  await visitor.assertWhole(page);
});

test('a Worker that is terminated between answers is replaced', settings, async () => {
  await visitor.context.addInitScript(() => {
    const Own = Worker;
    const workers: Worker[] = ((globalThis as unknown as { workers: Worker[] }).workers = []);
    globalThis.Worker = class extends Own {
      constructor(...input: ConstructorParameters<typeof Own>) {
        super(...input);
        workers.push(this);
      }
    };
  });
  const page = await visitor.open('/products/p3', PRODUCT);
  await visitor.settled(page);
  await page.evaluate(() => (globalThis as unknown as { workers: Worker[] }).workers.at(-1)!.terminate());
  const { ids, artifact } = await visitor.recommend(page, { kind: 'related' });
  assert.deepEqual(ids, await related());
  assert.equal(artifact, store.state.artifact!.version);
  await visitor.assertWhole(page);
});

test('a Worker that dies each time: what is popular stands in, for a new visitor and for who was here before', settings, async () => {
  const dying = inWorker(onRequest('event.stopImmediatePropagation(); throw new Error("broken")'));
  store.state.prelude = dying;
  const stranger = await visitor.open('/products/p3', PRODUCT);
  assert.deepEqual(await visitor.settled(stranger), ['shown']);
  assert.deepEqual(await visitor.shown(stranger), POPULAR);
  assert.equal(await stranger.evaluate(() => window.vitrine!.status.error?.code), 'internal');
  await visitor.assertWhole(stranger);

  store.state.prelude = () => '';
  const page = await visitor.open('/products/p3', PRODUCT);
  assert.deepEqual(await visitor.settled(page), ['shown']);
  await page.waitForFunction(async (url) => (await caches.match(url)) !== undefined, `${store.appUrl}/v1/shops/${store.shop}/release`);
  store.state.prelude = dying;
  await page.reload();
  assert.deepEqual(await visitor.settled(page), ['shown']);
  assert.deepEqual(await visitor.shown(page), POPULAR);
  const answer = await visitor.recommend(page, { kind: 'related', limit: 2 });
  assert.deepEqual(answer, { ids: ['p0', 'p1'], sources: ['popular'], artifact: null, backend: null });
  await visitor.assertWhole(page);
});

test('an engine that is too slow: what is popular stands in, and the page goes on', settings, async () => {
  const page = await visitor.open('/products/p3', PRODUCT);
  await visitor.settled(page);
  await page.waitForFunction(async (url) => (await caches.match(url)) !== undefined, `${store.appUrl}/v1/shops/${store.shop}/release`);
  store.state.prelude = inWorker("addEventListener('message', (event) => event.stopImmediatePropagation())");
  await page.reload();
  assert.deepEqual(await visitor.settled(page), ['shown']);
  assert.deepEqual(await visitor.shown(page), POPULAR);
  await visitor.assertWhole(page);
});

test('a Worker whose script does not come: the engine runs on the page', settings, async () => {
  let refused = 0;
  store.state.instead = (path, response) => {
    if (!/\/worker-[^/]*\.js$/.test(path) || refused++ > 0) return false; // the page asks for the same file
    response.writeHead(404).end();
    return true;
  };
  const page = await visitor.open('/products/p3', PRODUCT);
  assert.deepEqual(await visitor.settled(page), ['shown']);
  assert.deepEqual(await visitor.shown(page), await related());
  assert.equal((await page.evaluate(() => window.vitrine!.status)).engine, 'page');
  await visitor.assertWhole(page);
});
