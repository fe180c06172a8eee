import { VitrineError } from '@vitrine/sdk/core';
import type { Context } from '../context.ts';
import { findProducts, type ProductRow } from '../store/products.ts';
import type { ShopRow } from '../store/shops.ts';
import { readPublicShop } from './public-shop.ts';
import { shopCache } from './shop-cache.ts';

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
  return (await findShown(ctx, input)).map(({ product }) => product);
}

/** The same as the text of an answer, put together from texts that are kept. */
export async function listProductsText(ctx: Context, input: { readonly shop: string; readonly ids: readonly string[] }): Promise<string> {
  return `{"products":[${(await findShown(ctx, input)).map(({ text }) => text).join()}]}`;
}

interface Shown { readonly product: PublicProduct; readonly text: string }

async function findShown(ctx: Context, input: { readonly shop: string; readonly ids: readonly string[] }): Promise<Shown[]> {
  const ids = [...new Set(input.ids)];
  if (ids.length === 0 || ids.length > MOST_IDS || ids.some((id) => id === '' || id.length > 256)) throw new VitrineError('bad_input', `ids: give 1 to ${MOST_IDS} product ids, separated by commas.`);
  const shop = await readPublicShop(ctx, input.shop);
  const found = await shopCache(ctx).readEach(shop.id, 'product ', ids, async (missing) => {
    const rows = await findProducts(ctx.db, shop.id, missing);
    return new Map(rows.filter((row) => row.status === 'active' && row.published && row.available).map((row) => [row.id, shown(row, shop)]));
  });
  return found.filter((each) => each !== undefined);
}

function shown(row: ProductRow, shop: ShopRow): Shown {
  const product: PublicProduct = {
    id: row.id, title: row.title, image: row.imageUrl, price: row.price, currency: shop.currency,
    url: row.handle && shop.storefrontUrl ? `${shop.storefrontUrl.replace(/\/$/, '')}/products/${encodeURIComponent(row.handle)}` : null,
  };
  return { product, text: JSON.stringify(product) };
}
