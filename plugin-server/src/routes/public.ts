import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { cors } from 'hono/cors';
import { LIMITS, VitrineError } from '@vitrine/sdk/core';
import type { Context } from '../context.ts';
import { collectEvents } from '../services/collect-events.ts';
import { listProductsText } from '../services/list-products.ts';
import { readArtifact } from '../services/read-artifact.ts';
import { readReleaseText } from '../services/read-release.ts';
import { clientAddress } from './client-address.ts';
import { chooseEncoding } from './encoding.ts';
import { TokenBuckets } from './token-bucket.ts';
import { answer, requestHeader } from './wire.ts';

/** Requests one address may make to one shop's collector: at once, and each second. The SDK sends one every few seconds. */
const COLLECTOR = { capacity: 60, perSecond: 2 };

/** What storefronts use, from any origin and without cookies. */
export function publicRoutes(ctx: Context): Hono {
  const routes = new Hono();
  const buckets = new TokenBuckets(COLLECTOR);
  routes.options('/v1/*', cors({ origin: '*', allowMethods: ['GET', 'POST'], allowHeaders: ['content-type'], maxAge: 86_400 }));

  routes.get('/v1/shops/:shop/release', async (c) => {
    const { text, etag } = await readReleaseText(ctx, { shop: c.req.param('shop') });
    const headers = { 'cache-control': 'public, max-age=30', etag };
    if (requestHeader(c, 'if-none-match') === etag) return answer(c, null, 304, headers);
    return answer(c, text, 200, { ...headers, 'content-type': 'application/json' });
  });

  routes.get('/v1/shops/:shop/artifacts/:hash', async (c) => {
    const { shop, hash } = c.req.param();
    const encoding = chooseEncoding(requestHeader(c, 'accept-encoding'), ['br', 'gzip']);
    const bytes = await readArtifact(ctx, { shop, hash, encoding });
    const headers = { 'cache-control': 'public, max-age=31536000, immutable', etag: `"${hash}"`, vary: 'accept-encoding' };
    if (requestHeader(c, 'if-none-match') === headers.etag) return answer(c, null, 304, headers);
    return answer(c, bytes as Uint8Array<ArrayBuffer>, 200, {
      ...headers, 'content-type': 'application/octet-stream', ...(encoding !== 'identity' && { 'content-encoding': encoding }),
    });
  });

  routes.get('/v1/shops/:shop/products', async (c) => {
    const ids = (c.req.query('ids') ?? '').split(',').filter(Boolean);
    const text = await listProductsText(ctx, { shop: c.req.param('shop'), ids });
    return answer(c, text, 200, { 'content-type': 'application/json', 'cache-control': 'public, max-age=60' });
  });

  const limit = bodyLimit({ maxSize: LIMITS.batchBytes, onError: () => { throw new VitrineError('too_large', `The body is larger than ${LIMITS.batchBytes} bytes. Send fewer events at once.`); } });
  routes.post('/v1/shops/:shop/events', async (c, next) => {
    const wait = buckets.take(`${c.req.param('shop')}\0${clientAddress(c, ctx.config)}`, ctx.clock());
    if (wait > 0) {
      c.header('retry-after', String(wait));
      throw new VitrineError('rate_limited', `Too many requests. Wait ${wait} s.`);
    }
    return next();
  }, limit, async (c) => {
    const type = c.req.header('content-type')?.split(';')[0]!.trim().toLowerCase();
    if (type !== 'application/json' && type !== 'text/plain') throw new VitrineError('bad_input', 'content-type: must be application/json or text/plain.');
    return c.json(await collectEvents(ctx, { shop: c.req.param('shop'), body: await c.req.text(), address: clientAddress(c, ctx.config) }), 202, { 'cache-control': 'no-store' });
  });
  return routes;
}
