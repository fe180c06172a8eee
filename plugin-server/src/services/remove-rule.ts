import { VitrineError } from '@vitrine/sdk/core';
import type { Context } from '../context.ts';
import { deleteRule } from '../store/rules.ts';
import { requireShop } from './require-shop.ts';

/** Removes one of a shop's rules. @throws VitrineError `not_found` */
export async function removeRule(ctx: Context, input: { readonly shop: string; readonly id: string }): Promise<{ removed: string }> {
  const shop = await requireShop(ctx, input.shop);
  if (!(await deleteRule(ctx.db, shop.id, input.id))) throw new VitrineError('not_found', `Shop "${shop.id}" has no rule "${input.id}".`);
  return { removed: input.id };
}
