import type { Context as Request } from 'hono';
import { VitrineError } from '@vitrine/sdk/core';
import type { Context } from '../context.ts';
import { clientAddress, isNearby } from './client-address.ts';
import { TokenBuckets } from './token-bucket.ts';

/**
 * Requests one address may make at once, and each second, by the beginning of the path. Generous: many shoppers may share
 * an address, and the platform sends the webhooks and the proxied requests of every shop from a few of its own.
 */
export const REQUEST_LIMITS: readonly (readonly [prefix: string, limit: { readonly capacity: number; readonly perSecond: number }])[] = [
  ['/webhooks', { capacity: 5_000, perSecond: 1_000 }],
  ['/proxy/', { capacity: 5_000, perSecond: 1_000 }],
  ['/v1/', { capacity: 600, perSecond: 100 }],
  ['/assets/', { capacity: 600, perSecond: 100 }],
  ['/api/', { capacity: 120, perSecond: 10 }],
  ['/', { capacity: 60, perSecond: 5 }],
];

/**
 * Limits how often an address may ask for anything at all; narrower limits stand with their routes. This machine and its
 * private network are not limited: a health check, or a proxy that does not say whom it speaks for and would have all
 * shoppers share one limit.
 */
export function limitRequests(ctx: Pick<Context, 'clock' | 'config'>): (c: Request) => void {
  const limits = REQUEST_LIMITS.map(([prefix, limit]) => ({ prefix, buckets: new TokenBuckets(limit) }));
  return (c) => {
    const address = clientAddress(c, ctx.config);
    if (isNearby(address)) return;
    const { buckets } = limits.find(({ prefix }) => c.req.path.startsWith(prefix)) ?? limits.at(-1)!;
    const wait = buckets.take(address, ctx.clock());
    if (wait > 0) {
      c.header('retry-after', String(wait));
      throw new VitrineError('rate_limited', `Too many requests. Wait ${wait} s.`);
    }
  };
}
