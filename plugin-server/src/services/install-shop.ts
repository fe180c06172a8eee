import { VitrineError } from '@vitrine/sdk/core';
import type { Context } from '../context.ts';
import { exchangeToken } from '../shopify/access-token.ts';
import { createAdminClient } from '../shopify/admin-graphql.ts';
import { missingScopes } from '../shopify/scopes.ts';
import { findShop, installShop as storeShop, type ShopRow } from '../store/shops.ts';
import { connectAdmin, loadToken, saveToken } from './connect-admin.ts';
import { createShopKeys } from './create-shop-keys.ts';
import { askShop, describeShop } from './describe-shop.ts';
import { holdTokenLease, sleep } from './token-lease.ts';

/** Installations under way in this process: a dashboard opened twice installs once. */
const underWay = new Map<string, Promise<ShopRow>>();

/** A session token that has been verified, and the shop it speaks for. */
interface Opening {
  readonly shop: string;
  readonly sessionToken: string;
  /** The owner opens the app now, rather than that its page asks for something. */
  readonly opens?: boolean;
}

/**
 * Makes sure the shop is installed: exchanges the session token, stores shop and credentials, queues the import. A shop
 * that is installed is returned as it is; one whose credentials are gone, or that had not granted every permission, gets
 * new credentials and is reconciled. When the owner opens the app it is also seen whether the credentials still work: after
 * a reinstallation within seconds they do not, and the message that they were taken away is still on its way.
 */
export async function ensureInstalled(ctx: Context, input: Opening): Promise<ShopRow> {
  const ready = await findReady(ctx, input.shop);
  if (ready && (!input.opens || (await isInStep(ctx, ready)))) return ready;
  const key = `${ctx.config.appUrl}\0${input.shop}`;
  let installation = underWay.get(key);
  if (!installation) underWay.set(key, (installation = holdTokenLease(ctx, input.shop, () => installOrRenew(ctx, input)).finally(() => underWay.delete(key))));
  return installation;
}

/** The shop, if it is installed and there are credentials. */
async function findReady(ctx: Context, shop: string): Promise<ShopRow | undefined> {
  const known = await findShop(ctx.db, shop);
  return known?.source === 'shopify' && known.uninstalledAt === null && (await loadToken(ctx, shop)) ? known : undefined;
}

/** Whether the credentials work, with all the permissions they are for. A shop that cannot be asked is believed to. */
async function isInStep(ctx: Context, { id, scopes }: ShopRow): Promise<boolean> {
  // Shopify asks the owner for new permissions before it opens the app; the token that goes with them is had by exchange.
  if (missingScopes(scopes).length > 0) return false;
  try {
    await describeShop(ctx, { shop: id, client: await connectAdmin(ctx, { shop: id }) });
    return true;
  } catch (error) {
    if (!(error instanceof VitrineError)) throw error;
    return error.code !== 'unauthorized';
  }
}

async function installOrRenew(ctx: Context, input: Opening): Promise<ShopRow> {
  const known = await findShop(ctx.db, input.shop);
  if (known?.source !== 'shopify' || known.uninstalledAt !== null) return install(ctx, input);
  const ready = await findReady(ctx, input.shop);
  return ready && missingScopes(ready.scopes).length === 0 ? ready : renewCredentials(ctx, input); // another process may have been faster
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
  const token = await exchangeToken(ctx, { shop, sessionToken, now: ctx.clock() });
  await ctx.jobs.send('reconcile', { shop }); // nothing was heard of the shop while there was no token
  await saveToken(ctx, token);
  await describeShop(ctx, { shop, client: createAdminClient(ctx, { shop, accessToken: token.accessToken, sleep }) });
  ctx.log.info('credentials renewed', { shop });
  return (await findShop(ctx.db, shop))!;
}
