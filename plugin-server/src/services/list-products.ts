import { VitrineError } from '@vitrine/sdk/core';
import type { Context } from '../context.ts';
import { findProducts } from '../store/products.ts';
import { findShop } from '../store/shops.ts';

/** What a widget shows of a product. */
export interface PublicProduct {
  readonly id: string;
  readonly title: string;
  readonly url: string | null;
  readonly image: string | null;
  readonly price: number | null;
  readonly currency: string | null;
}

export const MOST_IDS = 50;

/**
 * The products with these ids that may be shown now, in the order asked.
 *
 * @throws VitrineError `not_found`, `bad_input` (none or too many ids)
 */
export async function listProducts(ctx: Context, input: { readonly shop: string; readonly ids: readonly string[] }): Promise<PublicProduct[]> {
  const ids = [...new Set(input.ids)];
  if (ids.length === 0 || ids.length > MOST_IDS || ids.some((id) => id === '' || id.length > 256)) throw new VitrineError('bad_input', `ids: give 1 to ${MOST_IDS} product ids, separated by commas.`);
  const shop = await findShop(ctx.db, input.shop);
  if (!shop || shop.uninstalledAt !== null) throw new VitrineError('not_found', 'There is no such shop.');
  const rows = await findProducts(ctx.db, shop.id, ids);
  return rows.filter((row) => row.status === 'active' && row.published && row.available).map((row) => ({
    id: row.id, title: row.title, image: row.imageUrl, price: row.price, currency: shop.currency,
    url: row.handle && shop.storefrontUrl ? `${shop.storefrontUrl.replace(/\/$/, '')}/products/${encodeURIComponent(row.handle)}` : null,
  }));
}
