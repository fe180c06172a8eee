import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { LIMITS, VitrineError } from '@vitrine/sdk/core';
import type { Context } from '../context.ts';
import { collectEvents } from '../services/collect-events.ts';
import { listPopular } from '../services/list-popular.ts';
import { listProducts } from '../services/list-products.ts';
import { readRelease } from '../services/read-release.ts';
import { verifyProxyQuery } from '../shopify/proxy-signature.ts';
import { TokenBuckets } from './token-bucket.ts';

/** All of a shop's shoppers come from the platform's addresses, so these requests are limited by shop. */
const EVENTS = { capacity: 600, perSecond: 60 };

/**
 * What the storefront asks through its own domain: the platform passes `/apps/vitrine/…` on to `/proxy/…` and signs the
 * query. The same paths as the public routes, so that `data-server="/apps/vitrine"` is all that a theme needs; answers are
 * JSON only, and the artifact's address in the release is this server's own.
 */
export function proxyRoutes(ctx: Context): Hono {
  const routes = new Hono();
  const buckets = new TokenBuckets(EVENTS);

  routes.use('/proxy/v1/shops/:shop/*', async (c, next) => {
    const { shopify } = ctx.config;
    if (!shopify) throw new VitrineError('not_found', 'This server is not connected to Shopify.');
    const { shop } = verifyProxyQuery(new URL(c.req.url).searchParams, shopify.apiSecret, ctx.clock());
    if (shop !== c.req.param('shop')) throw new VitrineError('forbidden', 'A shop\'s domain answers for that shop alone.');
    await next();
  });

  routes.get('/proxy/v1/shops/:shop/release', async (c) =>
    c.json(await readRelease(ctx, { shop: c.req.param('shop') }), 200, { 'cache-control': 'public, max-age=30' }));

  routes.get('/proxy/v1/shops/:shop/products', async (c) => {
    const ids = (c.req.query('ids') ?? '').split(',').filter(Boolean);
    return c.json({ products: await listProducts(ctx, { shop: c.req.param('shop'), ids }) }, 200, { 'cache-control': 'public, max-age=60' });
  });

  routes.get('/proxy/v1/shops/:shop/popular', async (c) => {
    const limit = c.req.query('limit');
    const products = await listPopular(ctx, { shop: c.req.param('shop'), ...(limit !== undefined && { limit: Number(limit) }) });
    return c.json({ products }, 200, { 'cache-control': 'public, max-age=60' });
  });

  const limit = bodyLimit({ maxSize: LIMITS.batchBytes, onError: () => { throw new VitrineError('too_large', `The body is larger than ${LIMITS.batchBytes} bytes. Send fewer events at once.`); } });
  routes.post('/proxy/v1/shops/:shop/events', limit, async (c) => {
    const shop = c.req.param('shop');
    const wait = buckets.take(shop, ctx.clock());
    if (wait > 0) {
      c.header('retry-after', String(wait));
      throw new VitrineError('rate_limited', `Too many requests. Wait ${wait} s.`);
    }
    return c.json(await collectEvents(ctx, { shop, body: await c.req.text() }), 202, { 'cache-control': 'no-store' });
  });
  return routes;
}
