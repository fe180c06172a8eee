import type { Context } from '../context.ts';
import { exchangeToken } from '../shopify/access-token.ts';
import { createAdminClient } from '../shopify/admin-graphql.ts';
import { missingScopes } from '../shopify/scopes.ts';
import { findShop, installShop as storeShop, type ShopRow } from '../store/shops.ts';
import { loadToken, saveToken } from './connect-admin.ts';
import { createShopKeys } from './create-shop-keys.ts';
import { askShop, describeShop } from './describe-shop.ts';
import { holdTokenLease, sleep } from './token-lease.ts';

/** Installations under way in this process: a dashboard opened twice installs once. */
const underWay = new Map<string, Promise<ShopRow>>();

/** When a shop that lacks permissions was last asked whether it has granted them, milliseconds since 1970. */
const askedAt = new Map<string, number>();
const ASK_EVERY = 60_000;

/** A session token that has been verified, and the shop it speaks for. */
interface Opening { readonly shop: string; readonly sessionToken: string }

/**
 * Makes sure the shop is installed: exchanges the session token, stores shop and credentials, queues the import. A shop
 * that is installed is returned as it is; one whose credentials are gone, or that had not granted every permission, gets
 * new credentials and is reconciled.
 */
export async function ensureInstalled(ctx: Context, input: Opening): Promise<ShopRow> {
  const ready = await findReady(ctx, input.shop);
  if (ready) return ready;
  const key = `${ctx.config.appUrl}\0${input.shop}`;
  let installation = underWay.get(key);
  if (!installation) underWay.set(key, (installation = holdTokenLease(ctx, input.shop, () => installOrRenew(ctx, input)).finally(() => underWay.delete(key))));
  return installation;
}

/** The shop, if nothing is to be done. */
async function findReady(ctx: Context, shop: string): Promise<ShopRow | undefined> {
  const known = await findShop(ctx.db, shop);
  if (known?.source !== 'shopify' || known.uninstalledAt !== null || !(await loadToken(ctx, shop))) return undefined;
  // Shopify asks the owner for new permissions before it opens the app; the token that goes with them is had by exchange.
  const due = missingScopes(known.scopes).length > 0 && ctx.clock() - (askedAt.get(shop) ?? 0) >= ASK_EVERY;
  return due ? undefined : known;
}

async function installOrRenew(ctx: Context, input: Opening): Promise<ShopRow> {
  const ready = await findReady(ctx, input.shop); // another process was faster
  if (ready) return ready;
  const known = await findShop(ctx.db, input.shop);
  return known?.source === 'shopify' && known.uninstalledAt === null ? renewCredentials(ctx, input) : install(ctx, input);
}

async function install(ctx: Context, { shop, sessionToken }: Opening): Promise<ShopRow> {
  // Before anything is asked: whoever uninstalls while this goes on does so after this moment.
  const installedAt = ctx.clock();
  const token = await exchangeToken(ctx, { shop, sessionToken, now: installedAt });
  const about = await askShop(createAdminClient(ctx, { shop, accessToken: token.accessToken, sleep }));
  const row = await storeShop(ctx.db, { id: shop, source: 'shopify', ...about, installedAt, ...(await createShopKeys(ctx.config)) });
  // Credentials come last, because a shop counts as installed once they are there: cut off before, the next opening
  // installs it again and queues the import again, which is idempotent.
  await ctx.jobs.send('install-import', { shop });
  await saveToken(ctx, token);
  ctx.log.info('installed', { shop });
  return row;
}

async function renewCredentials(ctx: Context, { shop, sessionToken }: Opening): Promise<ShopRow> {
  askedAt.set(shop, ctx.clock());
  const token = await exchangeToken(ctx, { shop, sessionToken, now: ctx.clock() });
  await ctx.jobs.send('reconcile', { shop }); // nothing was heard of the shop while there was no token
  await saveToken(ctx, token);
  await describeShop(ctx, { shop, client: createAdminClient(ctx, { shop, accessToken: token.accessToken, sleep }) });
  ctx.log.info('credentials renewed', { shop });
  return (await findShop(ctx.db, shop))!;
}
