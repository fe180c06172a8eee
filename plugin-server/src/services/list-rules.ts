import type { Rule } from '@vitrine/sdk/core';
import type { Context } from '../context.ts';
import * as store from '../store/rules.ts';
import { requireShop } from './require-shop.ts';

/** A shop's rules, the oldest first. @throws VitrineError `not_found` */
export async function listRules(ctx: Context, input: { readonly shop: string }): Promise<Rule[]> {
  return store.listRules(ctx.db, (await requireShop(ctx, input.shop)).id);
}
