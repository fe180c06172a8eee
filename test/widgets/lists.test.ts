import assert from 'node:assert/strict';
import { test } from 'node:test';
import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { WIDGETS } from '@vitrine/sdk';
import { compressRecommendation } from '../../plugin-server/src/pipeline/compress/compress-recommendation.ts';
import { randomCheckpoint } from '../../plugin-server/src/pipeline/compress/random-checkpoint.ts';
import { type PackedFile, shardRecommendation, withDirectory } from '../../plugin-server/src/pipeline/compress/shard-recommendation.ts';
import { encodeArtifact, hashArtifact } from '@vitrine/sdk/core';
import { randomArtifact } from '../contract/random-model.ts';
import type { Storefront } from './storefront.ts';
import { eachTest, PRODUCT, rankInNode, WIDGET, type Visitor } from './visitor.ts';

// The kinds of lists in a storefront's pages: what each shows and why, no product twice on a page, the shop's rules, and a
// list that gets better as more of a large catalogue comes.

let store: Storefront;
let visitor: Visitor;
const settings = eachTest((setting) => { ({ store, visitor } = setting); });

const GRANTED = 'data-consent="granted"';
const DAY = 86_400_000;
const widget = (kind: string, attributes = '') => `<${WIDGET} kind="${kind}" ${attributes}></${WIDGET}>`;
const page = (...widgets: string[]) => ({ ...PRODUCT, body: `${widgets.join('')}<p id="after">After.</p>` });
const nth = (at: number) => `${WIDGET}:nth-of-type(${at + 1})`;
const withLists = async () => {
  store.state.artifact = await randomArtifact(store.signer, { items: 120, dim: 16, seed: 42, shop: store.shop, attributes: true, lists: true });
};
/** What earlier visits have left behind, with consent. */
const remember = (past: { id: string; kind: string; days: number }[]) => visitor.context.addInitScript(([shop, touches]) => {
  localStorage.setItem(`vitrine:visit:${shop}`, JSON.stringify({ id: 'before', at: Date.now() - 3_600_000, items: [], cart: [], order: null, past: touches.map(({ id, kind, days }) => ({ id, kind, at: Date.now() - days * 86_400_000 })) }));
}, [store.shop, past] as const);
const reasons = (on: Page, at = 0) => on.locator(nth(at)).evaluate((element) => [...element.shadowRoot!.querySelectorAll('.reason')].map((reason) => reason.textContent));
const tall = (on: Page) => on.setViewportSize({ width: 1280, height: 6_000 }); // what is far away is not ranked

test('every kind in one page, with its reasons in words: no product twice, in the order of the document', settings, async () => {
  await withLists();
  await remember([{ id: 'p90', kind: 'purchase', days: 11 }, { id: 'p91', kind: 'purchase', days: 2 }, { id: 'p95', kind: 'view', days: 1 }, { id: 'p96', kind: 'view', days: 2 }]);
  const kinds = ['recently-viewed', 'buy-again', 'trending', 'similar-cheaper', 'similar-dearer', 'bought-together', 'related', 'for-you'];
  assert.deepEqual(kinds.toSorted(), [...WIDGETS].sort());
  const at = await visitor.open('/products/p3', { ...page(...kinds.map((kind) => widget(kind, 'reasons limit="3"'))), meta: { page: 'product', 'product-id': 'p40' }, attributes: GRANTED });
  await tall(at);
  assert.deepEqual(await visitor.settled(at), kinds.map(() => 'shown'));
  const lists: string[][] = [];
  for (const [index] of kinds.entries()) lists.push(await visitor.shown(at, nth(index)));
  assert.deepEqual(lists.slice(0, 3), [['p95', 'p96'], ['p90'], ['p60', 'p61']], 'viewed, due, rising');
  assert.ok(lists[3].every((id) => Number(id.slice(1)) < 40 && Number(id.slice(1)) % 2 === 0) && lists[3].length === 3, 'cheaper, of the same type');
  assert.ok(lists[4].every((id) => Number(id.slice(1)) > 40 && Number(id.slice(1)) % 2 === 0) && lists[4].length === 3, 'dearer');
  const all = lists.flat();
  assert.equal(new Set(all).size, all.length, 'no product twice');
  assert.ok(!all.includes('p40') && !all.includes('p91'), 'neither the product looked at nor what was bought the day before yesterday');

  assert.deepEqual(await reasons(at, 0), ['You looked at this', 'You looked at this']);
  assert.deepEqual(await reasons(at, 1), ['You bought this before']);
  assert.deepEqual(await reasons(at, 2), ['Trending now', 'Trending now']);
  const { products: [{ title }] } = await (await fetch(`${store.appUrl}/v1/shops/${store.shop}/products?ids=p40`)).json() as { products: { title: string }[] };
  for (const [index, kind] of kinds.entries()) {
    const words = await reasons(at, index);
    assert.equal(words.length, lists[index].length);
    assert.ok(words.every(Boolean), `${kind}: ${words.join(' | ')}`);
  }
  assert.ok((await reasons(at, 5)).some((words) => words === `Often bought with ${title}`), (await reasons(at, 5)).join(' | '));
  await visitor.assertWhole(at);
  await at.evaluate(axe.source);
  const violations = await at.evaluate(async (tag) => (await (globalThis as unknown as { axe: typeof import('axe-core') }).axe.run(tag)).violations.map(({ id }) => id), WIDGET);
  assert.deepEqual(violations, []);
});

test('two of a kind: the second goes on where the first ends; allow-repeats lets it begin again', settings, async () => {
  const at = await visitor.open('/products/p3', page(widget('related'), widget('related'), widget('related', 'allow-repeats')));
  assert.deepEqual(await visitor.settled(at), ['shown', 'shown', 'shown']);
  const wanted = await rankInNode(store, [{ id: 'p3', kind: 'view' }], 'view', ['p3'], { limit: 8 });
  assert.deepEqual(await visitor.shown(at, nth(0)), wanted.slice(0, 4));
  assert.deepEqual(await visitor.shown(at, nth(1)), wanted.slice(4));
  assert.deepEqual(await visitor.shown(at, nth(2)), wanted.slice(0, 4));
  await at.locator(nth(0)).evaluate((element) => element.remove());
  await at.locator(nth(0)).evaluate((element) => element.setAttribute('limit', '3')); // ranks again, and the first's products are free
  await at.waitForFunction((which) => document.querySelector(which)!.shadowRoot!.querySelectorAll('a').length === 3, nth(0));
  assert.deepEqual(await visitor.shown(at, nth(0)), wanted.slice(0, 3));
});

test('what is only in memory: without consent recently viewed knows this page alone, and buy again nothing', settings, async () => {
  await withLists();
  await remember([{ id: 'p90', kind: 'purchase', days: 11 }, { id: 'p95', kind: 'view', days: 1 }]);
  const at = await visitor.open('/products/p3', page(widget('recently-viewed'), widget('buy-again')));
  assert.deepEqual(await visitor.settled(at), ['hidden', 'hidden']);
  await at.evaluate(() => {
    window.vitrine!.track({ type: 'product_viewed', productId: 'p7' });
    window.vitrine!.track({ type: 'product_viewed', productId: 'p8' });
  });
  assert.deepEqual((await visitor.recommend(at, { kind: 'recently-viewed' })).ids, ['p7', 'p3'], 'not the one looked at now');
});

test('a purchase is remembered on the next day, and is gone when consent is withdrawn', settings, async () => {
  await withLists();
  const cart = await visitor.open('/cart', { meta: { page: 'cart', cart: 'p8:1,p9:2' }, attributes: GRANTED, body: '<p>Cart.</p>' });
  await cart.waitForFunction(() => window.vitrine);
  const thanks = await visitor.open('/thanks', { meta: { page: 'thanks', 'order-id': '1' }, attributes: GRANTED, body: '<p>Thanks.</p>' });
  await thanks.waitForFunction(() => window.vitrine);
  const later = async (days: number) => {
    const at = await visitor.context.newPage();
    await at.clock.install({ time: Date.now() + days * DAY });
    await at.goto(store.page('/', { attributes: GRANTED, body: widget('buy-again') }));
    await at.waitForFunction(() => window.vitrine);
    return at;
  };
  const soon = await later(2);
  assert.deepEqual((await visitor.recommend(soon, { kind: 'buy-again' })).ids, []);
  const due = await later(9);
  assert.deepEqual((await visitor.recommend(due, { kind: 'buy-again' })).ids.toSorted(), ['p8', 'p9']);
  await due.evaluate(() => window.vitrine!.consent(false));
  assert.deepEqual((await visitor.recommend(due, { kind: 'buy-again' })).ids, []);
  assert.deepEqual(await due.evaluate(() => Object.keys(localStorage)), []);
});

test('rules of the shop and of the page: pinned, boosted, left out, and said so', settings, async () => {
  store.state.rules = [{ action: 'pin', productIds: ['p77'], position: 1, kinds: ['related'] }, { action: 'exclude', filter: { types: ['odd'] } }];
  const at = await visitor.open('/products/p3', page(
    widget('related', 'reasons'), widget('for-you', `allow-repeats boost='[{"productIds":["p50"],"factor":10}]' pin="p80,p81" limit="8" reasons`), widget('for-you', `allow-repeats boost='[{"who":"p50"}]'`)));
  await tall(at);
  assert.deepEqual(await visitor.settled(at), ['shown', 'shown', 'hidden']);
  const first = await visitor.shown(at, nth(0));
  assert.ok(first.every((id) => Number(id.slice(1)) % 2 === 0), `the shop leaves the odd ones out, p77 that it has pinned too: ${first.join()}`);
  assert.deepEqual((await visitor.shown(at, nth(1))).slice(0, 1), ['p80']);
  assert.equal((await reasons(at, 1))[0], 'Picked by the shop');
  store.state.rules = [{ action: 'pin', productIds: ['p77'], position: 1, kinds: ['related'] }];
  const again = await visitor.open('/products/p3', page(widget('related', 'reasons')));
  await visitor.settled(again);
  assert.equal((await visitor.shown(again))[1], 'p77');
  assert.equal((await reasons(again))[1], 'Picked by the shop');
  await visitor.assertWhole(again);
});

test('titles of what a visit looked at are asked of the server with consent only', settings, async () => {
  await withLists();
  const asked: string[] = [];
  const watch = (on: Page) => on.on('request', (request) => { if (request.url().includes('/products?')) asked.push(...new URL(request.url()).searchParams.get('ids')!.split(',')); });
  for (const attributes of ['', GRANTED]) {
    asked.length = 0;
    const at = await visitor.open('/', { attributes, body: '<p id="after">After.</p>' });
    watch(at);
    await at.waitForFunction(() => window.vitrine);
    await at.evaluate(() => {
      window.vitrine!.track({ type: 'product_viewed', productId: 'p100' });
      window.vitrine!.track({ type: 'page_viewed', path: '/' });
    });
    const named = await at.evaluate(async () => (await window.vitrine!.recommend({ kind: 'for-you', reasons: true, limit: 24 })).items.filter(({ reason }) => reason.item === 'p100'));
    assert.ok(named.length > 0);
    assert.equal(named.some(({ reason }) => reason.title !== undefined), attributes === GRANTED);
    assert.equal(asked.includes('p100'), attributes === GRANTED);
  }
});

test('a product that is not in the base: popular products first, then its own list as its part of the catalogue comes', settings, async () => {
  const files = new Map<string, Uint8Array>();
  const add = async ({ config, tensors }: PackedFile, family: 'recommendation' | 'recommendation-shard') => {
    const bytes = await encodeArtifact({ family, audience: 'browser', shop: store.shop, version: 'parts', createdAt: '2026-01-01T00:00:00.000Z', config, metrics: [] }, tensors, store.signer.sign);
    const hash = await hashArtifact(bytes, crypto.subtle);
    files.set(hash, bytes);
    return { hash, bytes };
  };
  const parts = shardRecommendation(compressRecommendation(randomCheckpoint(400, 4)), { popular: 100, size: 30 });
  const shards = await Promise.all(parts.shards.map((part) => add(part, 'recommendation-shard')));
  const buckets = await Promise.all(parts.buckets.map((part) => add(part, 'recommendation-shard')));
  const base = await add(withDirectory(parts, shards.map(({ hash }) => hash), buckets.map(({ hash }) => hash)), 'recommendation');
  store.state.artifact = { ...base, version: 'parts' };
  store.state.instead = (path, response) => {
    const file = files.get(path.split('/').at(-1)!);
    if (file) response.end(file);
    return file !== undefined;
  };
  const at = await visitor.open('/products/333', { meta: { page: 'product', 'product-id': '333' }, body: `${widget('related')}<p id="after">After.</p>` });
  const popular = ['0', '1', '2', '3'];
  await at.waitForFunction(([tag, first]) => {
    const ids = [...document.querySelector(tag)!.shadowRoot?.querySelectorAll('a') ?? []].map((link) => link.pathname.split('/').at(-1));
    return ids.length === 4 && ids.join() !== first;
  }, [WIDGET, popular.join()] as const);
  assert.deepEqual(await visitor.shown(at), (await visitor.recommend(at, { kind: 'related' })).ids, 'what it would show now');
  await visitor.assertWhole(at);
});
