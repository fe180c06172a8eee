import { VitrineError } from '@vitrine/sdk/core';
import type { Context } from '../context.ts';
import { findProducts } from '../store/products.ts';
import { requireShop } from './require-shop.ts';

/** Says which of these the shop does not have. @throws VitrineError `bad_input` */
export async function requireProducts(ctx: Context, input: { readonly shop: string; readonly ids: readonly string[]; readonly what?: string }): Promise<void> {
  const shop = await requireShop(ctx, input.shop);
  const known = new Set((await findProducts(ctx.db, shop.id, input.ids)).map(({ id }) => id));
  const missing = input.ids.filter((id) => !known.has(id));
  if (missing.length > 0) throw new VitrineError('bad_input', `${input.what ? `${input.what}: shop` : 'Shop'} "${shop.id}" has no product ${missing.map((id) => `"${id}"`).join(', ')}.`);
}
