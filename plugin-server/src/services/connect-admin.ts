import { VitrineError } from '@vitrine/sdk/core';
import type { Context } from '../context.ts';
import { refreshToken, type AccessToken } from '../shopify/access-token.ts';
import { createAdminClient, type AdminClient, type Sleep } from '../shopify/admin-graphql.ts';
import { deleteCredential, listCredentials, replaceSealedCredential, upsertCredential, type CredentialRow } from '../store/credentials.ts';
import { openSealed, seal } from '../store/sealing.ts';
import { holdTokenLease, sleep } from './token-lease.ts';

export { sleep };

/** A token this close to its end, in milliseconds, is renewed before use. */
const EARLY = 5 * 60_000;
/** Times that a renewal is asked for when no answer comes. */
const ATTEMPTS = 3;

/** Renewals under way in this process: they need not wait for each other's lease. */
const renewals = new Map<string, Promise<AccessToken>>();

/**
 * A client for the shop's Admin API. Tokens are renewed when they near their end, and once when the shop refuses one.
 *
 * @throws VitrineError `unauthorized` when there is no token that works: the store owner opens the app once.
 */
export async function connectAdmin(ctx: Context, input: { readonly shop: string; readonly sleep?: Sleep }): Promise<AdminClient> {
  const { shop } = input;
  const wait = input.sleep ?? sleep;
  let token = (await loadToken(ctx, shop)) ?? null;
  if (!token) throw noCredentials(shop);
  const clientOf = ({ accessToken }: AccessToken): AdminClient => createAdminClient(ctx, { shop, accessToken, sleep: wait });
  let client = clientOf(token);
  return {
    shop,
    async request<Data>(document: string, variables?: Readonly<Record<string, unknown>>): Promise<Data> {
      if (token!.refreshToken !== null && token!.expiresAt - ctx.clock() < EARLY) client = clientOf((token = await renew(ctx, token!, wait)));
      try {
        return await client.request<Data>(document, variables);
      } catch (error) {
        if (!(error instanceof VitrineError) || error.code !== 'unauthorized') throw error;
        client = clientOf((token = await renew(ctx, { ...token!, expiresAt: 0 }, wait)));
        return client.request<Data>(document, variables);
      }
    },
  };
}

/** Stores a token, sealed. */
export async function saveToken(ctx: Context, token: AccessToken): Promise<void> {
  await upsertCredential(ctx.db, token.shop, { sessionId: token.sessionId, sealed: sealToken(ctx, token), updatedAt: ctx.clock() });
}

/** The newest token of a shop. */
export async function loadToken(ctx: Context, shop: string): Promise<AccessToken | undefined> {
  return (await load(ctx, shop))?.token;
}

interface Stored { readonly row: CredentialRow; readonly token: AccessToken }

async function load(ctx: Context, shop: string): Promise<Stored | undefined> {
  const [row] = await listCredentials(ctx.db, shop);
  return row && { row, token: JSON.parse(Buffer.from(openSealed(ctx.config, row.sealed)).toString()) as AccessToken };
}

const sealToken = (ctx: Context, token: AccessToken): Uint8Array => seal(ctx.config, JSON.stringify(token));

function renew(ctx: Context, old: AccessToken, wait: Sleep): Promise<AccessToken> {
  const key = `${ctx.config.appUrl}\0${old.shop}`;
  let renewal = renewals.get(key);
  if (!renewal) renewals.set(key, (renewal = holdTokenLease(ctx, old.shop, () => renewOnce(ctx, old, wait), wait).finally(() => renewals.delete(key))));
  return renewal;
}

/** @param old the token that nears its end, or that was refused: then with an `expiresAt` in the past */
async function renewOnce(ctx: Context, old: AccessToken, wait: Sleep): Promise<AccessToken> {
  const { shop } = old;
  const stored = await load(ctx, shop);
  if (!stored) throw noCredentials(shop); // uninstalled meanwhile
  // Another process, or an earlier request of this one, has renewed it since.
  if (stored.token.accessToken !== old.accessToken) return stored.token;
  try {
    const token = await askAgain(() => refreshToken(ctx, { token: stored.token, now: ctx.clock() }), wait);
    // In one statement, and only in the place of what it replaces: an uninstallation or installation meanwhile counts more.
    if (await replaceSealedCredential(ctx.db, shop, stored.row, sealToken(ctx, token))) return token;
  } catch (error) {
    if (!(error instanceof VitrineError)) throw error;
    // No answer: what has been stored works until its end, and the next attempt uses the same refresh token.
    if (error.code === 'upstream' && old.expiresAt > ctx.clock()) return old;
    if (error.code !== 'unauthorized') throw error;
    // Refused for good. The next session token, when the owner opens the app, brings a new one.
    await deleteCredential(ctx.db, shop, stored.row);
    throw error;
  }
  const latest = await loadToken(ctx, shop);
  if (!latest) throw noCredentials(shop);
  return latest;
}

/** An answer may be lost after the shop has given it: the same question has the same answer until that is used. */
async function askAgain<T>(ask: () => Promise<T>, wait: Sleep): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof VitrineError) || error.code !== 'upstream' || attempt === ATTEMPTS) throw error;
      await wait(250 * 2 ** attempt);
    }
  }
}

function noCredentials(shop: string): VitrineError {
  return new VitrineError('unauthorized', `There are no credentials for ${shop}. Open the app in the Shopify admin once.`);
}
