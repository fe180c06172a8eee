import { createMiddleware } from 'hono/factory';
import { VitrineError } from '@vitrine/sdk/core';
import type { Context } from '../context.ts';
import { authenticateOwner } from '../services/authenticate-owner.ts';

/** What stands behind `authenticate` knows which shop asks, and answers for no other. */
export interface OwnerEnv { Variables: { shop: string } }

/** Lets pass requests with a valid `Authorization: Bearer` token; `c.get('shop')` is the shop it speaks for. */
export function authenticate(ctx: Context) {
  return createMiddleware<OwnerEnv>(async (c, next) => {
    const [, token] = /^Bearer ([\w.-]+)$/i.exec(c.req.header('authorization') ?? '') ?? [];
    try {
      if (!token) throw new VitrineError('unauthorized', 'Authorization: a bearer token is missing.');
      const { shop } = await authenticateOwner(ctx, { token });
      c.set('shop', shop);
    } catch (error) {
      // Makes App Bridge fetch a new session token and ask again.
      if (error instanceof VitrineError && error.code === 'unauthorized') c.header('X-Shopify-Retry-Invalid-Session-Request', '1');
      throw error;
    }
    await next();
  });
}
