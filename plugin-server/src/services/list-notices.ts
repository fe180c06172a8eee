import type { Context } from '../context.ts';
import { CUSTOMER_SCOPE, hasScope, missingScopes } from '../shopify/scopes.ts';
import type { ShopRow } from '../store/shops.ts';
import { loadToken } from './connect-admin.ts';
import { listPrivacyRequests } from './list-privacy-requests.ts';

/** How long before it is due a request is pressing, in milliseconds. */
const SOON = 10 * 86_400_000;

/** What only the shop's owner can mend, one line each, the most pressing first. */
export async function listNotices(ctx: Context, shop: ShopRow): Promise<string[]> {
  if (shop.source !== 'shopify') return [];
  const due = (await listPrivacyRequests(ctx, { shop: shop.id })).filter(({ kind, answerable, doneAt, dueAt }) => kind === 'data_request' && answerable && doneAt === null && dueAt - ctx.clock() < SOON);
  return [...aboutAccess(shop, (await loadToken(ctx, shop.id)) !== undefined),
    ...due.map(({ dueAt }) => `A customer's request for their data is due on ${new Date(dueAt).toISOString().slice(0, 10)}. Save the file for them below.`)];
}

function aboutAccess(shop: ShopRow, hasToken: boolean): string[] {
  if (shop.uninstalledAt !== null || !hasToken) return ['Shopify no longer accepts this app\'s access. Open the app in the Shopify admin once; nothing is lost.'];
  const missing = missingScopes(shop.scopes);
  if (missing.length > 0) return [`The shop has not granted ${missing.join(', ')}, without which nothing new is read. Accept the app's permissions in the Shopify admin.`];
  if (shop.scopes !== null && !hasScope(shop.scopes, CUSTOMER_SCOPE)) {
    return [`The shop has not granted ${CUSTOMER_SCOPE}: a returning customer's orders are not seen to belong together, and lists are less personal.`];
  }
  return [];
}
