import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type { Rule } from '@vitrine/sdk/core';
import { createRecommender } from '../../../sdk/src/client/recommender.ts';
import type { RecommendRequest } from '@vitrine/sdk';
import { TEST_CONFIG, withContext } from '../../../test/context.ts';
import { createApp } from '../app.ts';
import { compressRecommendation } from '../pipeline/compress/compress-recommendation.ts';
import { randomCheckpoint } from '../pipeline/compress/random-checkpoint.ts';
import { addLists } from '../pipeline/lists/add-lists.ts';
import { madeUpSequences } from '../pipeline/lists/made-up-sequences.ts';
import { setProductStatus, upsertProducts } from '../store/products.ts';
import { insertRelease } from '../store/releases.ts';
import { findShop } from '../store/shops.ts';
import { createFileShop } from './create-file-shop.ts';
import { mintOwnerToken } from './owner-token.ts';
import { storeModel } from './store-model.ts';

const SHOP = 'demo';
const ITEMS = 60;
const NOW = 1_700_000_000_000;

/** A shop with a published model, a browser of its, and its owner. */
async function setUp(t: TestContext) {
  const clock = { at: NOW };
  const ctx = await withContext(t, { clock: () => clock.at, config: { ...TEST_CONFIG, appUrl: 'https://app.test' } });
  for (const shop of [SHOP, 'other']) {
    await createFileShop(ctx, { shop, currency: 'EUR' });
    await upsertProducts(ctx.db, shop, Array.from({ length: shop === SHOP ? ITEMS : 3 }, (_, at) => ({
      id: `${at}`, title: `Product ${at}`, handle: `p${at}`, productType: at % 2 === 0 ? 'even' : 'odd', vendor: `v${at % 5}`, tags: at % 10 === 0 ? ['sale'] : [], price: at + 1,
      imageUrl: null, status: 'active' as const, published: true, available: true, createdAt: null, updatedAt: 1,
    })));
  }
  await ctx.db.query(`UPDATE shops SET storefront_url = 'https://shop.test' WHERE shop_id = $1`, [SHOP]);
  const days = Array.from({ length: 90 }, (_, day) => day);
  const packed = addLists(compressRecommendation(randomCheckpoint(ITEMS, 6)), madeUpSequences(ITEMS, days.flatMap((day) => [
    ...Array.from({ length: 30 }, (__, who) => ({ time: NOW / 1000 - day * 86_400 - who, shopper: who, rows: [(who * 7 + day) % 50], kind: 0 })),
    ...(day < 7 ? Array.from({ length: 20 }, (__, who) => ({ time: NOW / 1000 - day * 86_400 - who, shopper: 1_000 + day * 20 + who, rows: [17], kind: 0 })) : []),
    ...(day % 20 === 0 ? Array.from({ length: 6 }, (__, who) => ({ time: NOW / 1000 - day * 86_400 - 500, shopper: 9_000 + who, rows: [3, 8] })) : []),
  ])));
  const shop = (await findShop(ctx.db, SHOP))!;
  const { hash } = await storeModel(ctx, shop, { packed, manifest: { version: 'v1', metrics: [] }, config: {}, evaluations: [], createdAt: NOW });
  await insertRelease(ctx.db, SHOP, { hash, reason: 'publish', publishedAt: NOW });

  const app = createApp(ctx, { assets: [] });
  const api = async (path: string, { method = 'GET', body, as = SHOP }: { method?: string; body?: unknown; as?: string } = {}) => {
    const response = await app.request(path, { method, headers: { authorization: `Bearer ${mintOwnerToken(ctx.config, as, { now: clock.at })}` }, body: body === undefined ? undefined : JSON.stringify(body) });
    return { status: response.status, body: await response.json() as { rule: Rule; rules: Rule[]; error: { message: string }; items: { id: string; reason: unknown; position: number }[] } };
  };
  const touch = (id: string, kind: 'view' | 'purchase', days = 0) => ({ id, kind, at: NOW - days * 86_400_000 });
  const shopper = {
    items: [touch('5', 'view'), touch('9', 'view')], cart: ['8'], product: '9',
    touches: [touch('3', 'purchase', 21), touch('30', 'view', 4), touch('31', 'view', 3), touch('5', 'view'), touch('9', 'view')],
  };
  /** As a storefront's page does it, on a new page. */
  const newPage = () => createRecommender({
    server: 'https://app.test', shop: SHOP, key: shop.publishableKey, backend: 'js', now: () => clock.at, workerUrl: null, mayStore: () => true, useCache: async () => undefined,
    fetch: async (input) => app.request(String(input).replace('https://app.test', '')), visit: { ...shopper, past: shopper.touches.slice(0, 3) } as never, onStatus() {}, onError(error) { throw error; },
  });
  const browser = (request: RecommendRequest) => newPage().recommend(request);
  return { ctx, app, api, shopper, newPage, browser, clock };
}

const KINDS = ['for-you', 'related', 'bought-together', 'trending', 'recently-viewed', 'buy-again', 'similar-cheaper', 'similar-dearer'] as const;

test('a preview is what the shopper\'s browser shows, reasons included, for every kind, with filters and rules', async (t) => {
  const { api, shopper, newPage } = await setUp(t);
  const extras: Partial<RecommendRequest>[] = [
    {}, { filter: { types: ['odd'], price: { max: 40 } } }, { pin: ['44', { productId: '45', position: 3 }], exclude: ['17'], seen: 'drop', bought: 'drop' },
    { boost: [{ filter: { vendors: ['v1'] }, factor: 8 }], bury: [{ productIds: ['0', '1'] }], seen: 'last' },
  ];
  let shown = 0;
  for (const withRule of [false, true]) {
    if (withRule) {
      for (const rule of [{ action: 'boost', filter: { tags: { any: ['sale'] } }, factor: 5 }, { action: 'pin', productIds: ['33'], position: 1, kinds: ['for-you', 'trending'] }, { action: 'exclude', productIds: ['30'] }]) {
        assert.equal((await api('/api/rules', { method: 'POST', body: rule })).status, 201);
      }
    }
    const browser = newPage();
    for (const kind of KINDS) for (const extra of extras) {
      const request = { kind, limit: 6, reasons: true, ...extra };
      const page = await browser.recommend(request);
      const preview = await api('/api/recommend', { method: 'POST', body: { ...request, shopper } });
      assert.equal(preview.status, 200);
      const what = (items: readonly { id: string; reason: unknown; position: number }[]) => items.map(({ id, reason, position }) => ({ id, reason, position }));
      assert.deepEqual(what(preview.body.items), what(page.items), JSON.stringify(request));
      shown += page.items.length;
    }
  }
  assert.ok(shown > 200);
});

test('a rule is in the release at once, its tag changes, and storefronts follow; no other shop sees it', async (t) => {
  const { app, api, browser } = await setUp(t);
  const release = async (shop = SHOP) => {
    const response = await app.request(`/v1/shops/${shop}/release`);
    return { etag: response.headers.get('etag'), rules: ((await response.json()) as { rules: Rule[] }).rules };
  };
  const before = await release();
  assert.deepEqual(before.rules, []);
  const { body: { rule } } = await api('/api/rules', { method: 'POST', body: { action: 'pin', productIds: ['50'], position: 2, kinds: ['related'] } });
  const after = await release();
  assert.deepEqual(after.rules, [rule]);
  assert.notEqual(after.etag, before.etag);
  assert.deepEqual((await release('other')).rules, []);
  assert.deepEqual((await browser({ kind: 'related' })).items[2], { ...(await browser({ kind: 'related' })).items[2], id: '50', reason: { source: 'pinned' } });
  assert.ok((await browser({ kind: 'for-you' })).items.every(({ reason }) => reason.source !== 'pinned'));

  assert.equal((await api(`/api/rules/${rule.id}`, { method: 'DELETE', as: 'other' })).status, 404, 'not theirs');
  assert.deepEqual((await api('/api/rules', { as: 'other' })).body.rules, []);
  assert.deepEqual((await api('/api/rules')).body.rules, [rule]);
  assert.equal((await api(`/api/rules/${rule.id}`, { method: 'DELETE' })).status, 200);
  assert.equal((await release()).etag, before.etag);
});

test('what is sold out, hidden or gone is on no path: pinned, trending, viewed, bought before, or popular', async (t) => {
  const { ctx, api, browser } = await setUp(t);
  await api('/api/rules', { method: 'POST', body: { action: 'pin', productIds: ['40', '41'] } });
  for (const kind of KINDS) assert.equal((await browser({ kind })).items[0]?.id, '40', kind);
  const gone = ['40', '17', '30', '3'];
  await setProductStatus(ctx.db, SHOP, gone, 'archived', 2);
  const sources = new Set<string>();
  for (const kind of KINDS) for (const limit of [4, 24]) {
    const { items } = await browser({ kind, limit });
    assert.ok(items.every(({ id }) => !gone.includes(id)), `${kind}: ${items.map(({ id }) => id).join()}`);
    for (const { reason } of items) sources.add(reason.source);
  }
  for (const source of ['pinned', 'viewed', 'visit', 'popular', 'cheaper']) assert.ok(sources.has(source), `${source} of ${[...sources].join()}`);
});

test('what is no rule, no list or no shopper is said in one line, and nothing is stored', async (t) => {
  const { api } = await setUp(t);
  const rules: [unknown, RegExp][] = [
    [{ action: 'push', productIds: ['1'] }, /^rule\.action: must be pin or boost or bury or exclude or only$/],
    [{ action: 'boost' }, /^rule: must have either productIds or a filter$/],
    [{ action: 'boost', productIds: ['1'], filter: { types: ['odd'] } }, /^rule: must have either/],
    [{ action: 'boost', productIds: ['1'], factor: 11 }, /^rule\.factor: must be a number from 1 to 10$/],
    [{ action: 'boost', productIds: ['1'], position: 1 }, /^rule\.position: must be left out/],
    [{ action: 'exclude', productIds: ['1'], factor: 2 }, /^rule\.factor: must be left out/],
    [{ action: 'pin', filter: { types: ['odd'] } }, /^rule\.productIds: must name the products to pin$/],
    [{ action: 'only', filter: { colour: ['red'] } }, /^rule\.filter\.colour: unknown filter; there is types, /],
    [{ action: 'only', filter: { stock: ['lots'] } }, /^rule\.filter\.stock: must be a list of low, some, plenty\.$/],
    [{ action: 'only', filter: { types: ['odd'] }, kinds: ['all'] }, /^rule\.kinds\[0\]: must be related or /],
    [{ action: 'only', filter: { types: ['odd'] }, until: 1 }, /^rule\.until: must not be there: unknown field$/],
    [{ action: 'exclude', productIds: ['1', 'nope'] }, /^rule\.productIds: shop "demo" has no product "nope"\.$/],
    [['exclude'], /must be a JSON object/], ['exclude', /must be a JSON object/],
  ];
  for (const [body, message] of rules) {
    const answer = await api('/api/rules', { method: 'POST', body });
    assert.deepEqual([answer.status, message.test(answer.body.error.message)], [400, true], `${JSON.stringify(body)}: ${answer.body.error?.message}`);
  }
  assert.deepEqual((await api('/api/rules')).body.rules, []);
  const previews: [object, RegExp][] = [
    [{ kind: 'best' }, /unknown kind "best"/], [{ kind: 'related', boots: [] }, /unknown option "boots"\. There is kind, /], [{ kind: 'related', filter: { colour: 'red' } }, /^filter\.colour: unknown filter/],
    [{ kind: 'related', seen: 'hide' }, /"seen" must be keep, last, drop/], [{ kind: 'similar-cheaper', margin: 2 }, /"margin" must be a number from 0 to 1/],
    [{ kind: 'related', boost: [{ factor: 3 }] }, /^rules\[0\]: must have either/], [{ kind: 'related', boost: 'x' }, /must be lists/], [{ kind: 'buy-again', purchases: 5 }, /must be lists/],
    [{ kind: 'related', limit: 99 }, /^limit: must be/], [{ kind: 'related', shopper: { cart: 'x' } }, /^shopper\.cart: /], [{ kind: 'related', shopper: { name: 'x' } }, /^shopper: .*name/],
  ];
  for (const [body, message] of previews) {
    const answer = await api('/api/recommend', { method: 'POST', body });
    assert.deepEqual([answer.status, message.test(answer.body.error.message)], [400, true], `${JSON.stringify(body)}: ${answer.body.error?.message}`);
  }
});
