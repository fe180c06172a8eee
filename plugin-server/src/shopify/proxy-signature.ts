import { createHmac, timingSafeEqual } from 'node:crypto';
import { VitrineError } from '@vitrine/sdk/core';
import { SHOP_DOMAIN } from './session-token.ts';

/** How far the platform's clock and ours may be apart, seconds. */
export const PROXY_SECONDS = 90;
/** What the platform adds to every proxied query. */
const PLATFORM = ['shop', 'timestamp', 'path_prefix', 'logged_in_customer_id'];
const NAME = /^[a-z][a-z0-9_]*$/;
const HEX = /^[\da-f]{64}$/;

/** Who asks through the shop's own domain. */
export interface ProxiedRequest {
  /** The shop that the platform speaks for. */
  readonly shop: string;
}

/**
 * The platform's signature over a proxied request's query: every parameter but `signature`, written `name=value`, sorted,
 * put together without anything between, HMAC-SHA256 in hexadecimal. A body is not covered.
 *
 * @param parameters decoded, each name once
 */
export function signProxyQuery(parameters: ReadonlyMap<string, string>, secret: string): string {
  const message = [...parameters].map(([name, value]) => `${name}=${value}`).sort().join('');
  return createHmac('sha256', secret).update(message).digest('hex');
}

/**
 * Checks that a request came through the platform's app proxy, unchanged and within the last 90 seconds.
 *
 * Nothing stands between two pairs in what is signed, and every shop that has the app is signed for with the same secret:
 * "r=1shop=b…shoq" + "shop=a…", which shop a's visitor can have signed, reads as "shop=b…" too. So no value may hold "=" and
 * no name may end in one that the platform writes: its own "shop=" is then always seen, and two are refused.
 *
 * @param query the request's query as it came
 * @param now milliseconds since 1970
 * @throws VitrineError `unauthorized`, without the query's values in its message
 *
 * @example
 * const { shop } = verifyProxyQuery(new URL(request.url).searchParams, config.shopify.apiSecret, Date.now());
 */
export function verifyProxyQuery(query: URLSearchParams, secret: string, now: number): ProxiedRequest {
  const refuse = (why: string): never => {
    throw new VitrineError('unauthorized', `This address answers the shop's own domain only: ${why}.`);
  };
  const parameters = new Map<string, string>();
  for (const [name, value] of query) {
    if (!NAME.test(name) || PLATFORM.some((own) => name !== own && name.endsWith(own))) refuse('a parameter has a name that it may not have');
    if (value.includes('=')) refuse('a value holds "="');
    if (parameters.has(name)) refuse('a parameter stands there twice');
    parameters.set(name, value);
  }
  const signature = parameters.get('signature') ?? refuse('it is not signed');
  parameters.delete('signature');
  if (!HEX.test(signature)) refuse('the signature is wrong');
  const expected = signProxyQuery(parameters, secret);
  if (!timingSafeEqual(Buffer.from(signature), Buffer.from(expected))) refuse('the signature is wrong');

  const timestamp = parameters.get('timestamp') ?? '';
  if (!/^\d{1,12}$/.test(timestamp) || Math.abs(now / 1000 - Number(timestamp)) > PROXY_SECONDS) refuse('the signature is too old');
  const shop = parameters.get('shop') ?? '';
  if (!SHOP_DOMAIN.test(shop)) refuse('it does not name a shop');
  return { shop };
}
