import { createJsScan, createWasmScan, type Goal, type Kind, rank, type RankedItem, VitrineError } from '@vitrine/sdk/core';
import type { Context } from '../context.ts';
import { findProducts, listUnavailable } from '../store/products.ts';
import { findLiveRelease } from '../store/releases.ts';
import { readModel } from './read-model.ts';
import { requireShop } from './require-shop.ts';

/** What each goal's session consists of when only item ids are given: a page looked at, a cart. */
const SESSION_KIND: Record<Goal, Kind> = { view: 'view', purchase: 'cart' };

/**
 * Ranks exactly as the browser would, from the live release's bytes.
 * @throws VitrineError `not_found` when nothing is published; `bad_input` when an id is not a product of the shop
 */
export async function recommend(
  ctx: Context, input: { readonly shop: string; readonly items: readonly string[]; readonly goal?: Goal; readonly limit?: number },
): Promise<{ items: Array<RankedItem & { title: string }>; version: string }> {
  const { db } = ctx;
  const { goal = 'purchase', limit = 10 } = input;
  const shop = await requireShop(ctx, input.shop);
  const live = await findLiveRelease(db, shop.id);
  const model = live && (await readModel(ctx, shop.id, live.hash));
  if (!model) throw new VitrineError('not_found', `Nothing is published for "${shop.id}". Run: vitrine train --shop ${shop.id} && vitrine publish --shop ${shop.id}`);
  const known = new Map((await findProducts(db, shop.id, input.items)).map((product) => [product.id, product]));
  const missing = input.items.filter((id) => !known.has(id));
  if (missing.length > 0) throw new VitrineError('bad_input', `Shop "${shop.id}" has no product ${missing.map((id) => `"${id}"`).join(', ')}.`);
  const exclude = new Set([...input.items, ...(await listUnavailable(db, shop.id))]);
  const ranked = await rank(model, createWasmScan(model) ?? createJsScan(model), { session: input.items.map((id) => ({ id, kind: SESSION_KIND[goal] })), goal, exclude, limit });
  const titles = new Map((await findProducts(db, shop.id, ranked.map(({ id }) => id))).map(({ id, title }) => [id, title]));
  return { items: ranked.map((item) => ({ ...item, title: titles.get(item.id) ?? '' })), version: model.version };
}
