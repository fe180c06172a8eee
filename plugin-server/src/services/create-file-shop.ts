import type { Context } from '../context.ts';
import { VitrineError } from '@vitrine/sdk/core';
import { findShop, installShop, type ShopRow } from '../store/shops.ts';
import { createShopKeys } from './create-shop-keys.ts';

/** A name that is safe in an address, a file and a terminal. */
const NAME = /^[a-z0-9][a-z0-9._-]{0,99}$/;

/**
 * The shop that files are imported into, made on first use.
 *
 * @throws VitrineError `bad_usage` when the name is not one.
 */
export async function createFileShop(ctx: Context, input: { readonly shop: string; readonly currency?: string }): Promise<ShopRow> {
  if (!NAME.test(input.shop)) throw new VitrineError('bad_usage', `A shop's name may have lower-case letters, digits, ".", "-" and "_", up to 100 (got ${JSON.stringify(input.shop.slice(0, 40))}).`);
  const known = await findShop(ctx.db, input.shop);
  if (known) return known;
  return installShop(ctx.db, {
    id: input.shop, source: 'file', name: input.shop, currency: input.currency ?? null, timezone: null, storefrontUrl: null,
    installedAt: ctx.clock(), ...(await createShopKeys(ctx.config)),
  });
}
