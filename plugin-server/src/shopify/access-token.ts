import { HttpResponseError, InvalidJwtError, RequestedTokenType } from '@shopify/shopify-api';
import type { Session } from '@shopify/shopify-api';
import { VitrineError } from '@vitrine/sdk/core';
import { shopifyLibrary, withShopifyFetch, type ShopifyDeps } from './api.ts';

/** An offline access token. Times are milliseconds since 1970. */
export interface AccessToken {
  readonly sessionId: string;
  readonly shop: string;
  readonly accessToken: string;
  readonly scope: string;
  readonly expiresAt: number;
  readonly refreshToken: string | null;
  readonly refreshExpiresAt: number | null;
}

/** What a token without a stated end is taken to last. */
const HOUR = 3_600_000;

/**
 * Exchanges a session token for an expiring offline access token: the whole of the installation's OAuth.
 *
 * @throws VitrineError `unauthorized` when Shopify refuses the session token, `upstream` when it cannot be asked.
 */
export async function exchangeToken(deps: ShopifyDeps, input: { shop: string; sessionToken: string; now: number }): Promise<AccessToken> {
  return receive(input.now, input.shop, () => withShopifyFetch(deps, () => shopifyLibrary(deps).auth.tokenExchange({
    shop: input.shop, sessionToken: input.sessionToken, requestedTokenType: RequestedTokenType.OfflineAccessToken, expiring: true,
  })));
}

/**
 * A fresh access token for an old one. The refresh token is used up by it.
 *
 * @throws VitrineError `unauthorized` when it is refused: the store owner must open the app again.
 */
export async function refreshToken(deps: ShopifyDeps, input: { token: AccessToken; now: number }): Promise<AccessToken> {
  const { shop, refreshToken, refreshExpiresAt } = input.token;
  if (!refreshToken || (refreshExpiresAt !== null && refreshExpiresAt <= input.now)) throw reopen(shop);
  return receive(input.now, shop, () => withShopifyFetch(deps, () => shopifyLibrary(deps).auth.refreshToken({ shop, refreshToken })));
}

async function receive(now: number, shop: string, ask: () => Promise<{ session: Session }>): Promise<AccessToken> {
  try {
    const { session } = await ask();
    if (!session.accessToken) throw new VitrineError('upstream', `${shop} answered without an access token. Try again in a minute.`);
    return {
      sessionId: session.id, shop: session.shop, accessToken: session.accessToken, scope: session.scope ?? '',
      expiresAt: session.expires?.getTime() ?? now + HOUR,
      refreshToken: session.refreshToken ?? null, refreshExpiresAt: session.refreshTokenExpires?.getTime() ?? null,
    };
  } catch (error) {
    if (error instanceof VitrineError) throw error;
    // No `cause`: the library's errors carry the answer, and with it what must not be logged.
    if (error instanceof InvalidJwtError) throw reopen(shop);
    if (error instanceof HttpResponseError && error.response.code >= 400 && error.response.code < 500 && error.response.code !== 429) throw reopen(shop);
    throw new VitrineError('upstream', `${shop} could not be asked for an access token. Try again in a minute.`);
  }
}

function reopen(shop: string): VitrineError {
  return new VitrineError('unauthorized', `${shop} no longer accepts this app's credentials. Open the app in the Shopify admin once.`);
}
