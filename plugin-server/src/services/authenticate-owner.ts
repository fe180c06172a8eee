import { VitrineError } from '@vitrine/sdk/core';
import type { Context } from '../context.ts';
import { verifySessionToken } from '../shopify/session-token.ts';
import { findShop } from '../store/shops.ts';
import { ensureInstalled } from './install-shop.ts';
import { isOwnerToken, verifyOwnerToken } from './owner-token.ts';

/**
 * Who asks: the shop a token speaks for. A session token from Shopify's admin installs the shop if it is not installed.
 *
 * @param input.opens the owner opens the app now
 * @throws VitrineError `unauthorized`
 */
export async function authenticateOwner(ctx: Context, input: { readonly token: string; readonly opens?: boolean }): Promise<{ shop: string }> {
  const { token } = input;
  if (isOwnerToken(token)) {
    const { shop } = verifyOwnerToken(ctx.config, token, ctx.clock());
    if (!(await findShop(ctx.db, shop))) throw new VitrineError('not_found', `There is no shop "${shop}" any more.`);
    return { shop };
  }
  if (!ctx.config.shopify) throw new VitrineError('unauthorized', 'The link to the dashboard is not valid, or no longer. Run "vitrine status" for a new one.');
  const { shop } = await verifySessionToken(ctx, token);
  await ensureInstalled(ctx, { shop, sessionToken: token, opens: input.opens });
  return { shop };
}
