import assert from 'node:assert/strict';
import { createHmac, randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { signProxyQuery } from '../../plugin-server/src/shopify/proxy-signature.ts';
import { mintOwnerToken } from '../../plugin-server/src/services/owner-token.ts';
import { TEST_CONFIG } from '../context.ts';
import { sessionToken, twoShops, type Ids, type TwoShops } from './two-shops.ts';

/** Who asks: the owner of the shop that is asked about, the owner of another, somebody with a broken proof, nobody. */
const CALLERS = ['own', 'other', 'broken', 'none'] as const;
type Caller = (typeof CALLERS)[number];

interface Asked { readonly path: string; readonly body?: unknown }

/** How a route is asked, and what it answers to whom. */
interface Entry {
  /** `session`: the token names the shop. `proxy`: the platform's signature does. `webhook`: a signed header. `open`: the path, to anybody. */
  readonly proof: 'session' | 'proxy' | 'webhook' | 'open';
  /** The kind of the id in the path or the query that says which thing is asked for. */
  readonly id?: keyof Ids;
  /** Statuses for who may, asking for what is there. */
  readonly ok: readonly number[];
  /** @param shop named in the path; routes behind a token take it from there and name none */
  request(shop: string, id: string, two: TwoShops): Asked;
}

const events = (shop: string, { keys }: TwoShops) => ({
  key: keys[shop] ?? keys['own.myshopify.com'], consent: true, events: [{ type: 'product_viewed', id: randomUUID(), at: Date.now(), sessionId: 's', productId: '1' }],
});

/** Every route there is. One that is not here fails the test: say who may ask it, and for what. */
const ENTRIES: Readonly<Record<string, Entry>> = {
  'GET /healthz': { proof: 'open', ok: [200], request: () => ({ path: '/healthz' }) },
  'GET /assets/:file': { proof: 'open', ok: [404], request: () => ({ path: '/assets/vitrine.js' }) }, // the test builds none
  'GET /v1/shops/:shop/release': { proof: 'open', id: 'shop', ok: [200], request: (shop) => ({ path: `/v1/shops/${shop}/release` }) },
  'GET /v1/shops/:shop/artifacts/:hash': { proof: 'open', id: 'artifact', ok: [200], request: (shop, id) => ({ path: `/v1/shops/${shop}/artifacts/${id}` }) },
  'GET /v1/shops/:shop/products': { proof: 'open', id: 'product', ok: [200], request: (shop, id) => ({ path: `/v1/shops/${shop}/products?ids=${id}` }) },
  'POST /v1/shops/:shop/events': { proof: 'open', id: 'shop', ok: [202], request: (shop, _, two) => ({ path: `/v1/shops/${shop}/events`, body: events(shop, two) }) },
  'GET /proxy/v1/shops/:shop/release': { proof: 'proxy', id: 'shop', ok: [200], request: (shop) => ({ path: `/proxy/v1/shops/${shop}/release` }) },
  'GET /proxy/v1/shops/:shop/products': { proof: 'proxy', id: 'product', ok: [200], request: (shop, id) => ({ path: `/proxy/v1/shops/${shop}/products?ids=${id}` }) },
  'GET /proxy/v1/shops/:shop/popular': { proof: 'proxy', id: 'shop', ok: [200], request: (shop) => ({ path: `/proxy/v1/shops/${shop}/popular` }) },
  'POST /proxy/v1/shops/:shop/events': { proof: 'proxy', id: 'shop', ok: [202], request: (shop, _, two) => ({ path: `/proxy/v1/shops/${shop}/events`, body: events(shop, two) }) },
  'POST /webhooks': { proof: 'webhook', ok: [200], request: () => ({ path: '/webhooks', body: { id: 1 } }) },
  'GET /app': { proof: 'open', id: 'shop', ok: [200], request: (shop) => ({ path: `/app?shop=${shop}` }) }, // a page without data
  'GET /api/overview': { proof: 'session', ok: [200], request: () => ({ path: '/api/overview' }) },
  'GET /api/rules': { proof: 'session', ok: [200], request: () => ({ path: '/api/rules' }) },
  'POST /api/rules': { proof: 'session', id: 'product', ok: [201], request: (_, id) => ({ path: '/api/rules', body: { action: 'exclude', productIds: [id] } }) },
  'DELETE /api/rules/:id': { proof: 'session', id: 'rule', ok: [200], request: (_, id) => ({ path: `/api/rules/${id}` }) },
  'POST /api/recommend': { proof: 'session', id: 'product', ok: [200], request: (_, id) => ({ path: '/api/recommend', body: { kind: 'related', shopper: { product: id } } }) },
  'POST /api/train': { proof: 'session', ok: [202], request: () => ({ path: '/api/train' }) },
  'GET /api/runs/:id': { proof: 'session', id: 'run', ok: [200], request: (_, id) => ({ path: `/api/runs/${id}` }) },
  'POST /api/runs/:id/cancel': { proof: 'session', id: 'run', ok: [200], request: (_, id) => ({ path: `/api/runs/${id}/cancel` }) },
  'POST /api/releases/rollback': { proof: 'session', ok: [409], request: () => ({ path: '/api/releases/rollback' }) }, // the only release
  'POST /api/data-requests/:id/answer': { proof: 'session', id: 'dataRequest', ok: [200], request: (_, id) => ({ path: `/api/data-requests/${id}/answer` }) },
};

const { apiSecret } = TEST_CONFIG.shopify!;

/** Asks with the proof of the shop that the caller speaks for. */
async function ask(two: TwoShops, name: string, input: { readonly caller: Caller; readonly shop: string; readonly id: string; readonly minted?: 'owner' }): Promise<{ status: number; text: string }> {
  const [method] = name.split(' ');
  const { proof, request } = ENTRIES[name]!;
  const { path, body } = request(input.shop, input.id, two);
  const text = body === undefined ? undefined : JSON.stringify(body);
  const headers = new Headers(text === undefined ? {} : { 'content-type': 'application/json' });
  const speaker = input.caller === 'other' ? two.other.shop : two.own.shop;
  let address = path;
  if (proof === 'session' && input.caller !== 'none') {
    const token = input.minted ? mintOwnerToken(TEST_CONFIG, speaker) : sessionToken(speaker);
    headers.set('authorization', `Bearer ${input.caller === 'broken' ? `${token.slice(0, -4)}AAAA` : token}`);
  }
  if (proof === 'proxy' && input.caller !== 'none') {
    const url = new URL(path, 'https://app.test');
    const query = new Map([...url.searchParams, ['shop', speaker], ['timestamp', String(Math.floor(Date.now() / 1000))], ['path_prefix', '/apps/vitrine']]);
    const signature = signProxyQuery(query, input.caller === 'broken' ? 'wrong' : apiSecret);
    address = `${url.pathname}?${new URLSearchParams([...query, ['signature', signature]])}`;
  }
  if (proof === 'webhook') {
    for (const [header, value] of Object.entries({ topic: 'orders/create', 'shop-domain': speaker, 'webhook-id': randomUUID(), 'api-version': '2026-10', 'triggered-at': new Date().toISOString() })) headers.set(`x-shopify-${header}`, value);
    if (input.caller !== 'none') headers.set('x-shopify-hmac-sha256', createHmac('sha256', input.caller === 'broken' ? 'wrong' : apiSecret).update(text!).digest('base64'));
  }
  const response = await two.app.request(address, { method: method!, headers, ...(text !== undefined && { body: text }) });
  return { status: response.status, text: await response.text() };
}

/** What must be in no answer to who speaks for the other shop: this shop's ids, names and titles. */
function traces(of: Ids): string[] {
  const name = of.shop.split('.')[0]!;
  return [of.shop, of.run, of.artifact, of.import, of.rule, of.dataRequest, of.version, `${name}-canary`, `shpat_${name}`, `shprt_${name}`];
}

test('every route of the server is in the matrix, and nothing else is', async (t) => {
  const { app } = await twoShops(t);
  const routes = new Set(app.routes.filter(({ method, path }) => method !== 'ALL' && !path.endsWith('*')).map(({ method, path }) => `${method} ${path}`));
  assert.deepEqual([...routes].sort(), Object.keys(ENTRIES).sort());
});

test('who has no proof, or a broken one, is told so and nothing else', async (t) => {
  const two = await twoShops(t);
  for (const [name, { proof, id }] of Object.entries(ENTRIES)) {
    if (proof === 'open') continue;
    for (const caller of ['none', 'broken'] as const) {
      for (const kind of Object.keys(two.own) as (keyof Ids)[]) {
        const { status, text } = await ask(two, name, { caller, shop: two.own.shop, id: id ? two.own[kind] : '' });
        assert.equal(status, 401, `${name} ${caller} ${kind}`);
        for (const trace of [...traces(two.own), ...traces(two.other)]) assert.ok(!text.includes(trace), `${name} tells ${trace}`);
      }
    }
  }
});

test('who speaks for one shop has its own answers, and of the other what is said of a thing that does not exist', async (t) => {
  const two = await twoShops(t);
  const { own, other } = two;
  const kinds = Object.keys(own) as (keyof Ids)[];
  // Reads before what changes something, so that each finds the shop as it was made.
  const names = Object.keys(ENTRIES).sort((a, b) => Number(!a.startsWith('GET')) - Number(!b.startsWith('GET')));
  for (const name of names) {
    const { proof, id, ok } = ENTRIES[name]!;
    await t.test(name, async () => {
      // What the other shop has, asked for by the id of every kind of thing it has, in this shop's name.
      if (id !== undefined && id !== 'shop') {
        const unknown = await ask(two, name, { caller: 'own', shop: own.shop, id: 'f'.repeat(64) });
        const unknownNumber = await ask(two, name, { caller: 'own', shop: own.shop, id: '999999' });
        for (const kind of kinds) {
          for (const minted of proof === 'session' ? [undefined, 'owner' as const] : [undefined]) {
            const answer = await ask(two, name, { caller: 'own', shop: own.shop, id: other[kind], minted });
            const same = [unknown, unknownNumber].some(({ status, text }) => status === answer.status && plain(text, '') === plain(answer.text, other[kind]));
            assert.ok(same, `${kind} of the other shop: ${answer.status} ${answer.text.slice(0, 200)}, unlike the unknown: ${unknown.status} ${unknown.text.slice(0, 200)}`);
          }
        }
      }
      // The other shop itself, where the path names a shop: refused to who speaks for this one, whether it exists or not.
      if (proof === 'proxy') {
        const [theirs, nobodys] = await Promise.all([other.shop, 'nobody.myshopify.com'].map((shop) => ask(two, name, { caller: 'own', shop, id: other[id!] })));
        assert.equal(theirs!.status, 403);
        assert.deepEqual(theirs, nobodys);
      }
      const answer = await ask(two, name, { caller: 'own', shop: own.shop, id: id ? own[id] : '' });
      assert.ok(ok.includes(answer.status), `own: ${answer.status} ${answer.text.slice(0, 300)}`);
      for (const trace of traces(other)) assert.ok(!answer.text.includes(trace), `${name} tells ${trace}`);
    });
  }

  // Nothing that was asked in this shop's name has touched the other.
  const counts = await two.ctx.db.query<{ runs: number; rules: number; requests: number; events: number }>(
    `SELECT (SELECT count(*)::int FROM training_runs WHERE shop_id = $1 AND status = 'queued') AS runs, (SELECT count(*)::int FROM rules WHERE shop_id = $1) AS rules,
            (SELECT count(*)::int FROM privacy_requests WHERE shop_id = $1 AND done_at IS NULL) AS requests, (SELECT count(*)::int FROM events WHERE shop_id = $1) AS events`, [other.shop]);
  assert.deepEqual(counts, [{ runs: 1, rules: 1, requests: 1, events: 0 }]);
  assert.ok(two.ctx.sent.every(({ payload }) => (payload as { shop: string }).shop === own.shop));
});

test('public routes: of each shop what is its own, by its own key', async (t) => {
  const two = await twoShops(t);
  const { own, other, app } = two;
  for (const path of ['release', `artifacts/${own.artifact}`, `products?ids=${own.product}`]) {
    const unknown = await app.request(`/v1/shops/nobody.myshopify.com/${path}`);
    assert.equal(unknown.status, 404, path);
  }
  const body = (shop: string, key: string) => app.request(`/v1/shops/${shop}/events`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ ...events(shop, two), key }) });
  assert.equal((await body(own.shop, two.keys[other.shop]!)).status, 403);
  assert.equal((await body(own.shop, two.keys[own.shop]!)).status, 202);
  const release = await (await app.request(`/v1/shops/${own.shop}/release`)).text();
  assert.ok(release.includes(own.artifact));
  for (const trace of traces(other)) assert.ok(!release.includes(trace), trace);
});

/** Without what repeats the request: the id it asked for. */
function plain(text: string, id: string): string {
  return id === '' ? text.replaceAll('f'.repeat(64), '…').replaceAll('999999', '…') : text.replaceAll(id, '…');
}
