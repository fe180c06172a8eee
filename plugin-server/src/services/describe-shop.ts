import type { Context } from '../context.ts';
import type { AdminClient } from '../shopify/admin-graphql.ts';
import { SHOP } from '../shopify/documents.ts';
import { CUSTOMER_SCOPE, hasScope, REQUIRED_SCOPES } from '../shopify/scopes.ts';
import { findShop, updateShop, type ShopRow } from '../store/shops.ts';

/** What a shop says of itself. */
export type ShopDescription = Pick<ShopRow, 'name' | 'currency' | 'timezone' | 'storefrontUrl'> & { readonly scopes: string };

/** Asks the shop what it is and what it has granted. */
export async function askShop(client: AdminClient): Promise<ShopDescription> {
  const { shop, currentAppInstallation: installation } = await client.request<{
    shop: { name: string; currencyCode: string; ianaTimezone: string; primaryDomain: { url: string } };
    currentAppInstallation: { accessScopes: { handle: string }[] };
  }>(SHOP);
  return {
    name: shop.name, currency: shop.currencyCode, timezone: shop.ianaTimezone, storefrontUrl: shop.primaryDomain.url,
    scopes: installation.accessScopes.map(({ handle }) => handle).sort().join(','),
  };
}

/**
 * Stores what the shop says of itself now, whatever webhook about it came late or never, and queues an import where it
 * has granted more than before.
 */
export async function describeShop(ctx: Context, input: { readonly shop: string; readonly client: AdminClient }): Promise<void> {
  const before = await findShop(ctx.db, input.shop);
  const about = await askShop(input.client);
  await updateShop(ctx.db, input.shop, about);
  const gained = [...REQUIRED_SCOPES, CUSTOMER_SCOPE].filter((scope) => before && before.scopes !== null && hasScope(about.scopes, scope) && !hasScope(before.scopes, scope));
  if (gained.length === 0) return;
  ctx.log.info('permissions granted', { shop: input.shop, scopes: gained.join(',') });
  await ctx.jobs.send('install-import', { shop: input.shop });
}
