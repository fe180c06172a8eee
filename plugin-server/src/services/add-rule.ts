import { randomBytes } from 'node:crypto';
import { checkRule, RULE_LIMITS, VitrineError, type Rule } from '@vitrine/sdk/core';
import type { Context } from '../context.ts';
import { insertRule, listRules } from '../store/rules.ts';
import { requireProducts } from './require-products.ts';
import { requireShop } from './require-shop.ts';

/** All rules of a shop as JSON: every page of its storefront fetches them. */
const MOST_BYTES = 32_768;

/**
 * Adds a rule to a shop. It travels with the release, so storefronts follow it within a minute.
 *
 * @throws VitrineError `bad_input` for a rule that is none, or names a product the shop does not have; `conflict` when the shop has as many as
 *   it may have; `too_large`; `not_found`
 */
export async function addRule(ctx: Context, input: { readonly shop: string; readonly rule: unknown }): Promise<Rule> {
  const { db } = ctx;
  const shop = await requireShop(ctx, input.shop);
  const rule = { ...checkRule(input.rule, 'rule'), id: randomBytes(6).toString('hex') };
  const { productIds = [] } = rule;
  await requireProducts(ctx, { shop: shop.id, ids: productIds, what: 'rule.productIds' });
  return db.transaction(async (tx) => {
    const all = [...(await listRules(tx, shop.id)), rule];
    if (all.length > RULE_LIMITS.rules) throw new VitrineError('conflict', `Shop "${shop.id}" has ${RULE_LIMITS.rules} rules, and may have no more. Remove one first.`);
    if (JSON.stringify(all).length > MOST_BYTES) throw new VitrineError('too_large', `The rules of shop "${shop.id}" would be larger than ${MOST_BYTES} bytes. Name products by a filter instead of by their ids.`);
    await insertRule(tx, shop.id, rule, ctx.clock());
    return rule;
  });
}
