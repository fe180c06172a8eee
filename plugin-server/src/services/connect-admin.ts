import { setTimeout as delay } from 'node:timers/promises';
import { VitrineError } from '@vitrine/sdk/core';
import type { Context } from '../context.ts';
import { refreshToken, type AccessToken } from '../shopify/access-token.ts';
import { createAdminClient, type AdminClient, type Sleep } from '../shopify/admin-graphql.ts';
import { deleteCredentials, listCredentials, upsertCredential } from '../store/credentials.ts';
import { openSealed, seal } from '../store/sealing.ts';

/** A token this close to its end, in milliseconds, is renewed before use. */
const EARLY = 5 * 60_000;

/** Waits by the real clock. */
export const sleep: Sleep = (milliseconds, signal) => delay(milliseconds, undefined, { signal });

/** Renewals under way in this process. Two at once would use the same refresh token, which works only once. */
const renewals = new Map<string, Promise<AccessToken>>();

/**
 * A client for the shop's Admin API. Tokens are renewed when they near their end, and once when the shop refuses one.
 *
 * @throws VitrineError `unauthorized` when there is no token that works: the store owner opens the app once.
 */
export async function connectAdmin(ctx: Context, input: { readonly shop: string; readonly sleep?: Sleep }): Promise<AdminClient> {
  const { shop } = input;
  let token = await loadToken(ctx, shop);
  if (!token) throw new VitrineError('unauthorized', `There are no credentials for ${shop}. Open the app in the Shopify admin once.`);
  const clientOf = ({ accessToken }: AccessToken): AdminClient => createAdminClient(ctx, { shop, accessToken, sleep: input.sleep ?? sleep });
  let client = clientOf(token);
  return {
    shop,
    async request<Data>(document: string, variables?: Readonly<Record<string, unknown>>): Promise<Data> {
      if (token!.expiresAt - ctx.clock() < EARLY) client = clientOf((token = await renew(ctx, token!)));
      try {
        return await client.request<Data>(document, variables);
      } catch (error) {
        if (!(error instanceof VitrineError) || error.code !== 'unauthorized') throw error;
        client = clientOf((token = await renew(ctx, token!)));
        return client.request<Data>(document, variables);
      }
    },
  };
}

/** Stores a token, sealed. */
export async function saveToken(ctx: Context, token: AccessToken): Promise<void> {
  await upsertCredential(ctx.db, token.shop, { sessionId: token.sessionId, sealed: seal(ctx.config, JSON.stringify(token)), updatedAt: ctx.clock() });
}

/** The newest token of a shop. */
export async function loadToken(ctx: Context, shop: string): Promise<AccessToken | undefined> {
  const [row] = await listCredentials(ctx.db, shop);
  return row && (JSON.parse(Buffer.from(openSealed(ctx.config, row.sealed)).toString()) as AccessToken);
}

function renew(ctx: Context, old: AccessToken): Promise<AccessToken> {
  const key = `${ctx.config.appUrl}\0${old.shop}`;
  let renewal = renewals.get(key);
  if (!renewal) renewals.set(key, (renewal = renewOnce(ctx, old).finally(() => renewals.delete(key))));
  return renewal;
}

async function renewOnce(ctx: Context, old: AccessToken): Promise<AccessToken> {
  // Another process, or an earlier request of this one, may have renewed it since.
  const stored = await loadToken(ctx, old.shop);
  if (stored && stored.accessToken !== old.accessToken) return stored;
  try {
    const token = await refreshToken(ctx, { token: old, now: ctx.clock() });
    await saveToken(ctx, token);
    return token;
  } catch (error) {
    if (!(error instanceof VitrineError) || error.code !== 'unauthorized') throw error;
    // Refused: either another process was faster just now, or the app has been removed from the shop.
    const latest = await loadToken(ctx, old.shop);
    if (latest && latest.accessToken !== old.accessToken) return latest;
    await deleteCredentials(ctx.db, old.shop);
    throw error;
  }
}
