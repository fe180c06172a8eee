import { createJsScan, createWasmScan, rank, VitrineError } from '@vitrine/sdk/core';
import type { Context } from '../context.ts';
import { listUnavailable } from '../store/products.ts';
import { findLiveRelease } from '../store/releases.ts';
import { findShop } from '../store/shops.ts';
import { listProducts, type PublicProduct } from './list-products.ts';
import { readModel } from './read-model.ts';

const MOST = 24;

/**
 * What the live release holds as most popular, best first, without what must not be shown now: for a theme that shows a
 * list where no script of ours runs.
 *
 * @param input.limit 1 to 24, default 8
 * @returns an empty list where nothing is published
 * @throws VitrineError `not_found`, `bad_input` (a limit that is none)
 */
export async function listPopular(ctx: Context, input: { readonly shop: string; readonly limit?: number }): Promise<PublicProduct[]> {
  const { limit = 8 } = input;
  if (!Number.isInteger(limit) || limit < 1 || limit > MOST) throw new VitrineError('bad_input', `limit: must be a whole number from 1 to ${MOST}.`);
  const shop = await findShop(ctx.db, input.shop);
  if (!shop || shop.uninstalledAt !== null) throw new VitrineError('not_found', 'There is no such shop.');
  const live = await findLiveRelease(ctx.db, shop.id);
  const model = live && (await readModel(ctx, shop.id, live.hash));
  if (!model) return [];
  const exclude = new Set(await listUnavailable(ctx.db, shop.id));
  const ranked = await rank(model, createWasmScan(model) ?? createJsScan(model), { session: [], goal: 'view', exclude, limit });
  return ranked.length === 0 ? [] : listProducts(ctx, { shop: shop.id, ids: ranked.map(({ id }) => id) });
}
