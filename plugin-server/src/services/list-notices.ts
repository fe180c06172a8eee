import type { Context } from '../context.ts';
import { CUSTOMER_SCOPE, hasScope, missingScopes } from '../shopify/scopes.ts';
import type { ShopRow } from '../store/shops.ts';
import { loadToken } from './connect-admin.ts';

/** What only the shop's owner can mend, one line each, the most pressing first. */
export async function listNotices(ctx: Context, shop: ShopRow): Promise<string[]> {
  if (shop.source !== 'shopify') return [];
  if (shop.uninstalledAt !== null || !(await loadToken(ctx, shop.id))) return ['Shopify no longer accepts this app\'s access. Open the app in the Shopify admin once; nothing is lost.'];
  const missing = missingScopes(shop.scopes);
  if (missing.length > 0) return [`The shop has not granted ${missing.join(', ')}, without which nothing new is read. Accept the app's permissions in the Shopify admin.`];
  if (shop.scopes !== null && !hasScope(shop.scopes, CUSTOMER_SCOPE)) {
    return [`The shop has not granted ${CUSTOMER_SCOPE}: a returning customer's orders are not seen to belong together, and lists are less personal.`];
  }
  return [];
}
