import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { VitrineError } from '@vitrine/sdk/core';
import type { Context } from '../context.ts';
import { receiveWebhook } from '../services/receive-webhook.ts';

/** An order with very many lines is a few hundred kilobytes. */
const LARGEST = 8 * 1024 * 1024;

/** `POST /webhooks`: every topic, answered once the delivery is stored. */
export function webhookRoutes(ctx: Context): Hono {
  const routes = new Hono();
  const limit = bodyLimit({ maxSize: LARGEST, onError: () => { throw new VitrineError('too_large', 'The webhook is larger than 8 MB.'); } });
  routes.post('/webhooks', limit, async (c) => {
    if (!ctx.config.shopify) throw new VitrineError('not_found', 'This server is not connected to Shopify.');
    // The signature is over the bytes as they came: nothing may parse them before.
    await receiveWebhook(ctx, { request: c.req.raw, rawBody: await c.req.text() });
    return c.body(null, 200);
  });
  return routes;
}
