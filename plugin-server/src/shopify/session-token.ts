import { VitrineError } from '@vitrine/sdk/core';
import { shopifyLibrary, type ShopifyDeps } from './api.ts';

/** The only shop domains there are; anything else is somebody's attempt at a request to another host. */
export const SHOP_DOMAIN = /^[a-z0-9][a-z0-9-]*\.myshopify\.com$/;

/**
 * Checks a session token from the embedded app: signature, time and audience by the library, then what it leaves to us,
 * that issuer and destination are the same shop.
 *
 * @returns the shop it speaks for.
 * @throws VitrineError `unauthorized`; the message never holds the token.
 */
export async function verifySessionToken(deps: Omit<ShopifyDeps, 'fetch'>, token: string): Promise<{ shop: string }> {
  const refused = new VitrineError('unauthorized', 'The session token is not valid, or no longer. Reload the app from the Shopify admin.');
  let payload: { iss?: unknown; dest?: unknown };
  try {
    payload = await shopifyLibrary(deps).session.decodeSessionToken(token);
  } catch (error) {
    // No `cause`: the library's message quotes the whole token.
    if (error instanceof VitrineError) throw error;
    throw refused;
  }
  const issuer = hostOf(payload.iss, '/admin');
  const shop = hostOf(payload.dest, '');
  if (!shop || issuer !== shop || !SHOP_DOMAIN.test(shop)) throw refused;
  return { shop };
}

function hostOf(value: unknown, path: string): string | undefined {
  return typeof value === 'string' && value.startsWith('https://') && value.endsWith(path) ? value.slice(8, value.length - path.length) : undefined;
}
