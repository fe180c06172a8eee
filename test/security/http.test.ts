import assert from 'node:assert/strict';
import { createHmac, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { createApp } from '../../plugin-server/src/app.ts';
import { renderDashboardDocument } from '../../plugin-server/src/routes/dashboard-document.ts';
import { REQUEST_LIMITS } from '../../plugin-server/src/routes/limit-requests.ts';
import { handleWebhook } from '../../plugin-server/src/services/handle-webhook.ts';
import { TEST_CONFIG, withContext } from '../context.ts';
import { readSources } from '../source-files.ts';
import { sessionToken, twoShops, type TwoShops } from './two-shops.ts';

const { apiSecret } = TEST_CONFIG.shopify!;

/** A directive of a policy. */
const directive = (response: Response, name: string): string | undefined =>
  response.headers.get('content-security-policy')!.split('; ').find((each) => each.startsWith(`${name} `))?.slice(name.length + 1);

function webhook({ app, own }: TwoShops, topic: string, text: string): Response | Promise<Response> {
  return app.request('/webhooks', {
    method: 'POST', body: text, headers: {
      'x-shopify-topic': topic, 'x-shopify-shop-domain': own.shop, 'x-shopify-webhook-id': randomUUID(), 'x-shopify-api-version': '2026-10',
      'x-shopify-hmac-sha256': createHmac('sha256', apiSecret).update(text).digest('base64'),
    },
  });
}

async function work({ ctx }: TwoShops): Promise<unknown[]> {
  const failures: unknown[] = [];
  for (const { name, payload } of ctx.sent.splice(0)) {
    if (name === 'handle-webhook') await handleWebhook(ctx, payload as Parameters<typeof handleWebhook>[1]).catch((error: unknown) => failures.push(error));
  }
  return failures;
}

/** One request to each route, good or bad. */
const PATHS = ['/healthz', '/', '/app?shop=own.myshopify.com', '/app?shop=files', '/app', '/api/overview', '/api/none', '/v1/shops/own.myshopify.com/release', '/v1/shops/own.myshopify.com/products?ids=1', '/v1/shops/x/release', '/assets/none.js', '/webhooks'];

test('every answer has the headers, and no policy that lets code in', async (t) => {
  const { app } = await twoShops(t);
  for (const path of PATHS) {
    const response = await app.request(path);
    assert.equal(response.headers.get('x-content-type-options'), 'nosniff', path);
    assert.equal(response.headers.get('referrer-policy'), 'strict-origin-when-cross-origin', path);
    assert.match(response.headers.get('strict-transport-security')!, /max-age=\d{8}/, path);
    assert.equal(response.headers.get('x-powered-by'), null);
    assert.equal(response.headers.get('server'), null);
    assert.equal(directive(response, 'default-src'), "'none'", path);
    assert.ok(directive(response, 'frame-ancestors'), path);
    const policy = response.headers.get('content-security-policy')!;
    assert.doesNotMatch(policy, /unsafe-|\*(?!\.shopify\.com)|http:/, path);
  }
});

test('the dashboard may be framed by its own shop and the admin, and loads nothing from elsewhere', async (t) => {
  const { app } = await twoShops(t);
  for (const shop of ['own.myshopify.com', 'other.myshopify.com']) {
    const response = await app.request(`/app?shop=${shop}`);
    assert.equal(directive(response, 'frame-ancestors'), `https://${shop} https://admin.shopify.com`);
    assert.equal(directive(response, 'script-src'), "'self' https://cdn.shopify.com");
    assert.equal(directive(response, 'img-src'), "'self' data:");
    assert.equal(directive(response, 'base-uri'), "'none'");
    assert.equal(response.headers.get('cache-control'), 'no-store');
  }
  const files = await app.request('/app?shop=files');
  assert.deepEqual([directive(files, 'frame-ancestors'), directive(files, 'script-src'), directive(files, 'connect-src')], ["'none'", "'self'", "'self'"]);
  // What the address says cannot become markup, whatever let it through.
  const document = renderDashboardDocument({ shop: '"><script>alert(1)</script>', apiKey: '"onload="x', appBridgeUrl: 'https://x/"><img>' });
  assert.doesNotMatch(document, /<script>alert|"onload="|<img>/);
});

test('no route redirects, whatever it is told to', async (t) => {
  const { app } = await twoShops(t);
  const evil = 'https://evil.example/';
  const query = ['host', 'return_to', 'return_url', 'redirect', 'redirect_uri', 'next', 'url', 'embedded', 'shop_url'].map((name) => `${name}=${encodeURIComponent(evil)}`).join('&');
  for (const path of PATHS) {
    for (const address of [`${path}${path.includes('?') ? '&' : '?'}${query}`, `/${evil}${path}`, `//evil.example${path}`]) {
      const response = await app.request(address, { headers: { host: 'evil.example', 'x-forwarded-host': 'evil.example', origin: evil } });
      assert.ok(response.status < 300 || response.status >= 400, `${address}: ${response.status}`);
      assert.equal(response.headers.get('location'), null);
      assert.doesNotMatch(await response.text(), /evil\.example/, address);
    }
  }
});

test('cookies are neither set nor read, so no other site can act in an owner\'s name', async (t) => {
  const { app, own } = await twoShops(t);
  for (const path of ['/api/train', '/api/releases/rollback']) {
    const response = await app.request(path, { method: 'POST', headers: { cookie: `token=${sessionToken(own.shop)}; session=${sessionToken(own.shop)}`, origin: 'https://evil.example' } });
    assert.equal(response.status, 401);
  }
  for (const path of PATHS) assert.equal((await app.request(path)).headers.get('set-cookie'), null);
  const preflight = await app.request('/api/train', { method: 'OPTIONS', headers: { origin: 'https://evil.example', 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' } });
  assert.equal(preflight.headers.get('access-control-allow-origin'), null);
  assert.equal((await app.request('/v1/shops/own.myshopify.com/release', { headers: { origin: 'https://shop.example' } })).headers.get('access-control-allow-credentials'), null);
});

test('names of prototypes are names like any other', async (t) => {
  const two = await twoShops(t);
  const { app, own, keys, ctx } = two;
  const polluting = '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},';
  const bearer = { authorization: `Bearer ${sessionToken(own.shop)}`, 'content-type': 'application/json' };
  const bodies: [string, string][] = [
    ['/api/rules', `${polluting}"action":"exclude","productIds":["__proto__"]}`], ['/api/recommend', `${polluting}"kind":"related","shopper":{"__proto__":{"polluted":1}}}`],
    [`/v1/shops/${own.shop}/events`, `${polluting}"key":"${keys[own.shop]}","consent":true,"events":[]}`],
    [`/v1/shops/${own.shop}/events`, `{"key":"${keys[own.shop]}","consent":true,"events":[{"type":"__proto__","id":"${randomUUID()}","at":1,"sessionId":"s","__proto__":{"polluted":1}}]}`],
    [`/v1/shops/${own.shop}/events`, `{"key":"${keys[own.shop]}","consent":true,"events":[{"type":"constructor","id":"${randomUUID()}","at":1,"sessionId":"s"}]}`],
  ];
  for (const [path, body] of bodies) {
    const response = await app.request(path, { method: 'POST', body, headers: bearer });
    assert.ok(response.status < 500, `${path}: ${response.status}`);
  }
  for (const [topic, body] of [
    ['products/update', `${polluting}"id":7,"title":"x","updated_at":"2026-11-24T10:00:00Z","variants":[${polluting}"id":1}]}`], ['__proto__', '{}'], ['constructor', '{}'], ['hasOwnProperty', '{}'],
    ['orders/create', `${polluting}"id":8,"created_at":"2026-11-24T10:00:00Z","customer":{"__proto__":{"id":1}},"line_items":[${polluting}"id":1,"product_id":"__proto__","quantity":1}]}`],
    ['customers/redact', `${polluting}"customer":{"id":"__proto__"},"orders_to_redact":["__proto__",{"__proto__":null}]}`],
  ] as const) assert.ok((await webhook(two, topic, body)).status < 500, topic);
  assert.deepEqual(await work(two), []);
  for (const id of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
    for (const path of [`/v1/shops/${id}/release`, `/v1/shops/${own.shop}/products?ids=${id}`, `/v1/shops/${own.shop}/artifacts/${id}`, `/assets/${id}`, `/api/runs/${id}`, `/api/data-requests/${id}/answer`]) {
      const response = await app.request(path, { method: path.endsWith('answer') ? 'POST' : 'GET', headers: bearer });
      assert.ok([200, 404, 400].includes(response.status), `${path}: ${response.status}`);
    }
  }
  assert.equal(({} as { polluted?: number }).polluted, undefined);
  assert.equal((await ctx.db.query('SELECT 1 FROM products WHERE title = $1', ['x'])).length, 1);
});

test('bombs: bodies beyond their bounds are cut off while they come, deep ones do not exhaust the stack', async (t) => {
  const two = await twoShops(t);
  const { app, own } = two;
  const bearer = { authorization: `Bearer ${sessionToken(own.shop)}` };
  const endless = (counter: { bytes: number }): ReadableStream => new ReadableStream({
    pull(controller) {
      counter.bytes += 65_536;
      if (counter.bytes > 64 * 2 ** 20) return controller.error(new Error('read far too much'));
      controller.enqueue(new Uint8Array(65_536).fill(32));
    },
  });
  for (const [path, most] of [[`/v1/shops/${own.shop}/events`, 16_384], ['/webhooks', 8 * 2 ** 20], ['/api/rules', 65_536], ['/api/recommend', 65_536]] as const) {
    const counter = { bytes: 0 };
    const streamed = await app.request(path, { method: 'POST', body: endless(counter), duplex: 'half', headers: { ...bearer, 'content-type': 'application/json' } } as RequestInit);
    assert.equal(streamed.status, 413, path);
    assert.ok(counter.bytes <= most + 4 * 65_536, `${path}: ${counter.bytes} bytes were read`);
    const stated = await app.request(path, { method: 'POST', body: 'x', headers: { ...bearer, 'content-type': 'application/json', 'content-length': String(most + 1) } });
    assert.equal(stated.status, 413, `${path}: not even begun`);
  }
  // A packed body is not unpacked: it is no JSON.
  const packed = await app.request(`/v1/shops/${own.shop}/events`, { method: 'POST', body: Buffer.from('1f8b0800', 'hex'), headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' } });
  assert.equal(packed.status, 400);
  const deep = (levels: number): string => `{"id":1,"customer":${'['.repeat(levels)}${']'.repeat(levels)}}`;
  for (const [path, levels] of [[`/v1/shops/${own.shop}/events`, 8_000], ['/api/rules', 30_000], ['/api/recommend', 30_000]] as const) {
    const response = await app.request(path, { method: 'POST', body: deep(levels), headers: { ...bearer, 'content-type': 'application/json' } });
    assert.equal(response.status, 400, path);
  }
  for (const topic of ['orders/create', 'products/update', 'customers/redact', 'customers/data_request', 'shop/update']) assert.equal((await webhook(two, topic, deep(1_000_000))).status, 200, topic);
  await work(two);
  assert.equal((await app.request('/healthz')).status, 200);
});

test('a limit stands on every route, for addresses from outside', async (t) => {
  let now = Date.now();
  const { ctx } = await twoShops(t);
  const app = createApp({ ...ctx, clock: () => now }, { assets: [] });
  const statusOf = async (path: string, from: string) => (await app.request(path, { headers: { 'x-forwarded-for': from } })).status;
  for (const path of ['/healthz', '/app?shop=files', '/none', '/api/overview', '/assets/x.js', '/v1/shops/own.myshopify.com/release', '/proxy/v1/shops/own.myshopify.com/release', '/webhooks']) {
    const { capacity } = REQUEST_LIMITS.find(([prefix]) => path.startsWith(prefix))![1];
    const from = `203.0.113.${path.length}`;
    for (let n = 0; n < capacity; n++) if (await statusOf(path, from) === 429) assert.fail(`${path} after ${n}`);
    const limited = await app.request(path, { headers: { 'x-forwarded-for': from } });
    assert.equal(limited.status, 429, path);
    assert.ok(Number(limited.headers.get('retry-after')) >= 1);
    assert.notEqual(await statusOf(path, '203.0.113.250'), 429, 'another address');
    assert.notEqual(await statusOf(path, '10.0.0.7'), 429, 'a health check of the own network');
    now += 60_000;
    assert.notEqual(await statusOf(path, from), 429, 'a minute later');
  }
});

test('this server fetches from the shops\' own hosts and nowhere else', () => {
  const sources = readSources(/^plugin-server\/src\/.*(?<!\.test)\.ts$/);
  const fetching = [...sources].filter(([, text]) => /(?<![\w.])(fetch|globalThis\.fetch)\(|deps\.fetch\(|ctx\.fetch\(|node:https?'|node:net'(?!;?\s*$)/m.test(text.replaceAll(/import type .*/g, ''))).map(([path]) => path).sort();
  // api.ts rewrites requests for the simulated shop; access-token.ts listens beside the library; no picture is ever fetched.
  assert.deepEqual(fetching, ['plugin-server/src/shopify/access-token.ts', 'plugin-server/src/shopify/api.ts']);
  const users = [...sources].filter(([, text]) => /shopFetch\(|withShopifyFetch\(/.test(text)).map(([path]) => path).sort();
  assert.deepEqual(users, ['access-token', 'admin-graphql', 'api', 'bulk-query'].map((name) => `plugin-server/src/shopify/${name}.ts`));
});

test('the pinned API version is supported, and the app\'s file declares the compliance topics and the permissions', async () => {
  const { API_VERSION } = await import('../../plugin-server/src/shopify/api.ts');
  const { REQUIRED_SCOPES, hasScope } = await import('../../plugin-server/src/shopify/scopes.ts');
  const toml = readFileSync(new URL('../../plugin-server/shopify.app.toml', import.meta.url), 'utf8');
  for (const topic of ['customers/data_request', 'customers/redact', 'shop/redact']) assert.match(toml, new RegExp(`compliance_topics.*"${topic}"`));
  assert.match(toml, new RegExp(`api_version = "${API_VERSION}"`), 'webhooks come in the version that is read');
  const [, scopes] = /^scopes = "(.*)"$/m.exec(toml)!;
  for (const scope of REQUIRED_SCOPES) assert.ok(hasScope(scopes!, scope), scope);
  assert.match(toml, /^embedded = true$/m);
  assert.match(toml, /^use_legacy_install_flow = false$/m);
  // A version is supported for a year after its quarter begins; it is time to move on once nine months have passed.
  const [year, month] = API_VERSION.split('-').map(Number);
  const months = (new Date().getUTCFullYear() - year!) * 12 + new Date().getUTCMonth() + 1 - month!;
  assert.ok(months < 12, `${API_VERSION} is no longer supported: pin a newer version, and run this test and documents.test.ts`);
});

test('health tells nothing about what runs here', async (t) => {
  const app = createApp(await withContext(t), { assets: [] });
  assert.equal(await (await app.request('/healthz')).text(), '{"status":"ok"}');
});
