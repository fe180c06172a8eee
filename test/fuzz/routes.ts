import { createHmac, randomUUID } from 'node:crypto';
import { VitrineError } from '@vitrine/sdk/core';
import { createApp } from '../../plugin-server/src/app.ts';
import { handleWebhook } from '../../plugin-server/src/services/handle-webhook.ts';
import { mintOwnerToken } from '../../plugin-server/src/services/owner-token.ts';
import { signProxyQuery } from '../../plugin-server/src/shopify/proxy-signature.ts';
import type { TestContextWithJobs } from '../context.ts';
import * as golden from './golden.ts';
import { mutateText, mutateValue, type Random } from './mutate.ts';
import type { Target } from './run-cases.ts';

const pick = <T>(random: Random, list: readonly T[]): T => list[Math.floor(random() * list.length)];

const TOPICS = ['orders/create', 'orders/updated', 'orders/cancelled', 'orders/delete', 'products/create', 'products/update', 'products/delete', 'inventory_levels/update', 'app/uninstalled', 'customers/data_request',
  'customers/redact', 'bulk_operations/finish', 'shop/update', 'app/scopes_update', 'unknown/topic'];

/** What is asked of each route, before something is changed. `auth` fills in what only a signed request may hold. */
interface Request { readonly method: string; readonly path: string; readonly query?: string; readonly headers?: Readonly<Record<string, string>>; readonly body?: string }

/**
 * Every route, asked with changed paths, queries, headers and bodies, with valid signatures where one stands before what is
 * to be reached. A signed webhook that was let in is handled too.
 */
export function routeTargets(ctx: TestContextWithJobs, { shop, key, hash }: { readonly shop: string; readonly key: string; readonly hash: string }): Target[] {
  const app = createApp(ctx, { assets: [] });
  const secret = ctx.config.shopify!.apiSecret;
  const json = { 'content-type': 'application/json' };
  const owner = (now: number) => ({ authorization: `Bearer ${mintOwnerToken(ctx.config, shop, { now })}` });
  const batch = { ...golden.BATCH, key };
  const plain: readonly ((random: Random) => Request)[] = [
    () => ({ method: 'GET', path: '/healthz' }),
    () => ({ method: 'GET', path: `/v1/shops/${shop}/release`, headers: { 'if-none-match': '"a"' } }),
    () => ({ method: 'GET', path: `/v1/shops/${shop}/artifacts/${hash}`, headers: { 'accept-encoding': 'br, gzip' } }),
    () => ({ method: 'GET', path: `/v1/shops/${shop}/products`, query: 'ids=1,2,42' }),
    () => ({ method: 'POST', path: `/v1/shops/${shop}/events`, headers: json, body: JSON.stringify(batch) }),
    () => ({ method: 'GET', path: '/assets/vitrine.js' }),
    () => ({ method: 'GET', path: '/app', query: `shop=${shop}&host=YWRtaW4&id_token=${golden.SESSION_TOKEN}&embedded=1` }),
    (random) => ({ method: pick(random, ['GET', 'POST', 'DELETE']), path: pick(random, ['/api/overview', '/api/runs/1', '/api/runs/1/cancel', '/api/releases/rollback', '/api/rules', '/api/rules/1', '/api/data-requests/1/answer', '/api/recommend']), headers: owner(ctx.clock()) }),
    () => ({ method: 'POST', path: '/webhooks', headers: { ...json, 'x-shopify-topic': 'orders/create', 'x-shopify-hmac-sha256': 'AAAA', 'x-shopify-shop-domain': shop, 'x-shopify-webhook-id': '1', 'x-shopify-api-version': '2026-10', 'x-shopify-triggered-at': '2026-11-23T10:00:00Z' }, body: '{}' }),
  ];

  const ask = async ({ method, path, query, headers = {}, body }: Request): Promise<Response> => {
    const safe = new Headers();
    for (const [name, value] of Object.entries(headers)) {
      try {
        safe.set(name, value);
      } catch { /* no HTTP client could send it */ }
    }
    const url = encodeURI(`http://localhost${path.startsWith('/') ? '' : '/'}${path}${query === undefined ? '' : `?${query}`}`.replace(/[\ud800-\udfff]/g, '\ufffd')).replace(/%25([\da-f]{2})/gi, '%$1');
    let request: globalThis.Request;
    try {
      request = new globalThis.Request(url, { method, headers: safe, ...(body !== undefined && method !== 'GET' && { body }) });
    } catch {
      throw new VitrineError('bad_input', 'no HTTP client could send it');
    }
    const response = await app.request(request);
    const text = await response.text();
    // 502 says that the shop did not answer: no fetch leads anywhere here.
    if (response.status >= 500 && response.status !== 502) throw new Error(`answered ${response.status}: ${text.slice(0, 200)}`);
    if (/\bat .*\.ts:\d+|node_modules/.test(text)) throw new Error(`an answer shows where the code is: ${text.slice(0, 200)}`);
    if (response.status >= 400 && method !== 'HEAD' && response.headers.get('content-type')?.startsWith('application/json') && !/"code":"[a-z_]+"/.test(text)) throw new Error(`answered ${response.status} without a code: ${text.slice(0, 200)}`);
    return response;
  };
  const target = (name: string, weight: number, make: (random: Random) => Request, then: (response: Response, random: Random) => unknown = () => {}): Target => ({
    name, weight,
    run(random) {
      const input = make(random);
      return { input, outcome: ask(input).then((response) => then(response, random)) };
    },
  });

  const signedWebhook = (random: Random): Request => {
    const topic = pick(random, TOPICS);
    const right: object = topic.startsWith('orders') ? golden.ORDER_BODY : topic.startsWith('products') ? golden.PRODUCT_BODY
      : { customer: { id: 77, email: 'a@b.example' }, orders_to_redact: [5], orders_requested: [5], data_request: { id: 1 }, inventory_item_id: 9, location_id: 1, available: 3, updated_at: '2026-11-23T09:00:00Z', shop_id: 1, shop_domain: shop };
    const way = random();
    const body = way < 0.8 ? JSON.stringify(mutateValue(random, right)) : mutateText(random, JSON.stringify(right));
    return {
      method: 'POST', path: '/webhooks', body,
      headers: {
        ...json, 'x-shopify-topic': topic, 'x-shopify-shop-domain': shop, 'x-shopify-webhook-id': random() < 0.9 ? randomUUID() : mutateText(random, 'w1').replace(/[^\x20-\x7e]/g, '') || 'w', 'x-shopify-api-version': '2026-10',
        'x-shopify-triggered-at': random() < 0.8 ? '2026-11-23T10:00:00Z' : mutateText(random, '2026-11-23T10:00:00Z').replace(/[^\x20-\x7e]/g, ''),
        'x-shopify-hmac-sha256': createHmac('sha256', secret).update(Buffer.from(body.toWellFormed())).digest('base64'),
      },
    };
  };
  const signedProxy = (random: Random): Request => {
    const parameters = new Map([['shop', shop], ['timestamp', String(Math.floor(ctx.clock() / 1000))], ['path_prefix', '/apps/vitrine'], ['logged_in_customer_id', ''], ['ids', mutateText(random, '1,2,42').toWellFormed()], ['limit', mutateText(random, '8').toWellFormed()]]);
    parameters.set('signature', signProxyQuery(parameters, secret));
    const what = pick(random, ['release', 'products', 'popular', 'events']);
    return { method: what === 'events' ? 'POST' : 'GET', path: `/proxy/v1/shops/${shop}/${what}`, query: new URLSearchParams([...parameters]).toString(), headers: json, ...(what === 'events' && { body: JSON.stringify(mutateValue(random, batch)) }) };
  };

  return [
    target('routes: path and query', 20, (random) => {
      const request = pick(random, plain)(random);
      return { ...request, path: mutateText(random, request.path), ...(request.query !== undefined && { query: mutateText(random, request.query) }) };
    }),
    target('routes: method and headers', 10, (random) => {
      const request = pick(random, plain)(random);
      return { ...request, method: pick(random, ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD', request.method]), headers: Object.fromEntries(Object.entries({ ...request.headers, 'x-forwarded-for': '203.0.113.1', 'accept-encoding': 'br' }).map(([name, value]) => [name, mutateText(random, value)])) };
    }),
    target('collector', 12, (random) => ({ method: 'POST', path: `/v1/shops/${shop}/events`, headers: { ...json, 'x-forwarded-for': `10.${Math.floor(random() * 250)}.${Math.floor(random() * 250)}.1` },
      body: random() < 0.7 ? JSON.stringify(mutateValue(random, { ...batch, events: batch.events.map((event) => ({ ...event, id: randomUUID() })) })) : mutateText(random, JSON.stringify(batch)) })),
    target('products', 6, (random) => ({ method: 'GET', path: `/v1/shops/${shop}/products`, query: `ids=${encodeURIComponent(mutateText(random, '1,2,42').toWellFormed())}` })),
    target('proxy, signed', 5, signedProxy),
    target('owner: rules and recommendations', 8, (random) => {
      const recommend = random() < 0.5;
      return { method: 'POST', path: recommend ? '/api/recommend' : '/api/rules', headers: { ...json, ...owner(ctx.clock()) }, body: JSON.stringify(mutateValue(random, recommend ? golden.RECOMMEND : pick(random, golden.RULES))) };
    }),
    target('webhook, signed', 14, signedWebhook, async () => {
      for (const { name, payload } of ctx.sent.splice(0)) if (name === 'handle-webhook') await handleWebhook(ctx, payload as Parameters<typeof handleWebhook>[1]);
    }),
  ];
}
