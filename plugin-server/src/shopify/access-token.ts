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
  /** Null: this token cannot be renewed; it is used until the shop refuses it. */
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
  const { shop, sessionToken, now } = input;
  return receive(deps, { shop, now }, () => shopifyLibrary(deps).auth.tokenExchange({
    shop, sessionToken, requestedTokenType: RequestedTokenType.OfflineAccessToken, expiring: true,
  }));
}

/**
 * A fresh access token for an old one. Shopify keeps the old refresh token until the new pair is first used, so an answer
 * that was lost on the way is had by asking again.
 *
 * @throws VitrineError `unauthorized` when it is refused: the store owner must open the app again. `upstream` when no
 * answer came: ask again.
 */
export async function refreshToken(deps: ShopifyDeps, input: { token: AccessToken; now: number }): Promise<AccessToken> {
  const { now, token: { shop, refreshToken, refreshExpiresAt } } = input;
  if (!refreshToken || (refreshExpiresAt !== null && refreshExpiresAt <= now)) throw reopen(shop);
  return receive(deps, { shop, now }, () => shopifyLibrary(deps).auth.refreshToken({ shop, refreshToken }));
}

async function receive(deps: ShopifyDeps, { shop, now }: { shop: string; now: number }, ask: () => Promise<{ session: Session }>): Promise<AccessToken> {
  // Read beside the library, which drops a refresh token whose end is not stated and counts from its own clock.
  let answer: Readonly<Record<string, unknown>> = {};
  const listening: ShopifyDeps = {
    ...deps,
    async fetch(input, init) {
      const response = await deps.fetch(input, init);
      if (response.ok) answer = (await response.clone().json()) as typeof answer;
      return response;
    },
  };
  try {
    const { session } = await withShopifyFetch(listening, ask);
    if (!session.accessToken) throw new VitrineError('upstream', `${shop} answered without an access token. Try again in a minute.`);
    const renewable = typeof answer.refresh_token === 'string' && answer.refresh_token !== '';
    return {
      sessionId: session.id, shop: session.shop, accessToken: session.accessToken, scope: session.scope ?? '',
      expiresAt: now + (milliseconds(answer.expires_in) ?? HOUR),
      refreshToken: renewable ? (answer.refresh_token as string) : null,
      refreshExpiresAt: addTo(now, renewable ? milliseconds(answer.refresh_token_expires_in) : null),
    };
  } catch (error) {
    if (error instanceof VitrineError) throw error;
    // No `cause`: the library's errors carry the answer, and with it what must not be logged.
    if (error instanceof InvalidJwtError) throw reopen(shop);
    if (error instanceof HttpResponseError && error.response.code >= 400 && error.response.code < 500 && error.response.code !== 429) throw reopen(shop);
    throw new VitrineError('upstream', `${shop} could not be asked for an access token. Try again in a minute.`);
  }
}

function milliseconds(seconds: unknown): number | null {
  return typeof seconds === 'number' && Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : null;
}

function addTo(now: number, wait: number | null): number | null {
  return wait === null ? null : now + wait;
}

function reopen(shop: string): VitrineError {
  return new VitrineError('unauthorized', `${shop} no longer accepts this app's credentials. Open the app in the Shopify admin once.`);
}
