import type { Context } from '../context.ts';
import { exchangeToken } from '../shopify/access-token.ts';
import { createAdminClient } from '../shopify/admin-graphql.ts';
import { SHOP } from '../shopify/documents.ts';
import { findShop, installShop as storeShop, type ShopRow } from '../store/shops.ts';
import { loadToken, saveToken, sleep } from './connect-admin.ts';
import { createShopKeys } from './create-shop-keys.ts';

/** Installations under way in this process: a dashboard opened twice installs once. */
const underWay = new Map<string, Promise<ShopRow>>();

/**
 * Makes sure the shop is installed: exchanges the session token, stores shop and credentials, queues the import. A shop
 * that is installed is returned as it is.
 *
 * @param input.shop the shop of a session token that has been verified
 */
export async function ensureInstalled(ctx: Context, input: { readonly shop: string; readonly sessionToken: string }): Promise<ShopRow> {
  const known = await findShop(ctx.db, input.shop);
  if (known?.source === 'shopify' && known.uninstalledAt === null && (await loadToken(ctx, input.shop))) return known;
  const key = `${ctx.config.appUrl}\0${input.shop}`;
  let installation = underWay.get(key);
  if (!installation) underWay.set(key, (installation = install(ctx, input).finally(() => underWay.delete(key))));
  return installation;
}

async function install(ctx: Context, { shop, sessionToken }: { readonly shop: string; readonly sessionToken: string }): Promise<ShopRow> {
  const token = await exchangeToken(ctx, { shop, sessionToken, now: ctx.clock() });
  const client = createAdminClient(ctx, { shop, accessToken: token.accessToken, sleep });
  const { shop: about } = await client.request<{ shop: { name: string; currencyCode: string; ianaTimezone: string; primaryDomain: { url: string } } }>(SHOP);
  const row = await storeShop(ctx.db, {
    id: shop, source: 'shopify', name: about.name, currency: about.currencyCode, timezone: about.ianaTimezone, storefrontUrl: about.primaryDomain.url,
    installedAt: ctx.clock(), ...(await createShopKeys(ctx.config)),
  });
  // Credentials come last, because a shop counts as installed once they are there: cut off before, the next opening
  // installs it again and queues the import again, which is idempotent.
  await ctx.jobs.send('install-import', { shop });
  await saveToken(ctx, token);
  ctx.log.info('installed', { shop });
  return row;
}
