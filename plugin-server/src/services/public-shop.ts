import { VitrineError } from '@vitrine/sdk/core';
import type { Context } from '../context.ts';
import { findShop, type ShopRow } from '../store/shops.ts';
import { shopCache } from './shop-cache.ts';

/**
 * A shop as the public routes need it.
 *
 * @throws VitrineError `not_found` when there is none or it was uninstalled.
 */
export function readPublicShop(ctx: Context, id: string): ShopRow | Promise<ShopRow> {
  return shopCache(ctx).read(id, 'shop', async () => {
    const shop = await findShop(ctx.db, id);
    if (!shop || shop.uninstalledAt !== null) throw new VitrineError('not_found', 'There is no such shop.');
    return shop;
  });
}
