import { VitrineError } from '@vitrine/sdk/core';
import type { Context } from '../context.ts';
import { missingScopes } from '../shopify/scopes.ts';
import { openSealed } from '../store/sealing.ts';
import { findShop, type ShopRow } from '../store/shops.ts';

/** The shop, or one clear error. @throws VitrineError `not_found` */
export async function requireShop({ db }: Pick<Context, 'db'>, id: string): Promise<ShopRow> {
  const shop = await findShop(db, id);
  if (!shop) throw new VitrineError('not_found', `There is no shop "${id}". Install the app there, or import a file with --shop ${id}.`);
  return shop;
}

/**
 * A shop that has the app installed and has granted what it needs.
 *
 * @throws VitrineError `not_found`, `forbidden` naming the permissions that are missing
 */
export async function requireInstalled(ctx: Pick<Context, 'db'>, id: string): Promise<ShopRow> {
  const shop = await requireShop(ctx, id);
  if (shop.uninstalledAt !== null) throw new VitrineError('not_found', `The app is not installed in ${id} any more.`);
  const missing = missingScopes(shop.scopes);
  if (missing.length > 0) throw new VitrineError('forbidden', `${id} has not granted ${missing.join(', ')}. Open the app in the Shopify admin and accept its permissions.`);
  return shop;
}

/** The shop's private signing key, PKCS#8. */
export async function signingKey({ config }: Pick<Context, 'config'>, shop: ShopRow): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(openSealed(config, shop.signingKey));
}
