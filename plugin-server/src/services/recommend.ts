import {
  arrange, createJsScan, createWasmScan, GOALS, type ItemReason, KINDS, type ListOptions, planList, rank, type Shopper, type Touch, VitrineError,
} from '@vitrine/sdk/core';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { findProducts } from '../store/products.ts';
import { findLiveRelease } from '../store/releases.ts';
import { listProducts, type PublicProduct } from './list-products.ts';
import { readModel } from './read-model.ts';
import { readRelease } from './read-release.ts';
import { requireShop } from './require-shop.ts';

/** A product as a widget would show it, and why. */
export interface PreviewItem extends PublicProduct {
  readonly position: number;
  readonly score: number;
  readonly reason: ItemReason;
}

export interface RecommendInput {
  readonly shop: string;
  /** As `vitrine.recommend()` takes it. */
  readonly list: ListOptions;
  /** Who would see it; by default someone who has just come. */
  readonly shopper?: Partial<Shopper>;
  /** 1 to 24, 4 by default. */
  readonly limit?: number;
}

const MOST = 24;
/** As in the browser: ranked beyond what is shown. */
const SPARES = 4;

const ids = z.array(z.string().min(1).max(256)).max(100);
const touches = z.array(z.strictObject({ id: z.string().min(1).max(256), kind: z.enum(KINDS), at: z.number().min(0).optional() })).max(200);
const SHOPPER = z.strictObject({ items: touches.optional(), touches: touches.optional(), cart: ids.optional(), product: z.string().max(256).nullish() });

/**
 * What a shopper's browser would show: planned, ranked, filtered and arranged by the same code, from the live release's bytes, rules and products. Of a
 * catalogue in parts it is what a browser with all of them shows.
 *
 * @throws VitrineError `not_found` when nothing is published; `bad_input`, `bad_usage` for a request or shopper that is none
 */
export async function recommend(ctx: Context, input: RecommendInput): Promise<{ items: PreviewItem[]; artifact: string }> {
  const { db } = ctx;
  const { list, limit = 4 } = input;
  if (!Number.isInteger(limit) || limit < 1 || limit > MOST) throw new VitrineError('bad_input', `limit: must be a whole number from 1 to ${MOST}.`);
  const shop = await requireShop(ctx, input.shop);
  const live = await findLiveRelease(db, shop.id);
  const model = live && (await readModel(ctx, shop.id, live.hash));
  if (!model) throw new VitrineError('not_found', `Nothing is published for "${shop.id}". Run: vitrine train --shop ${shop.id} && vitrine publish --shop ${shop.id}`);
  const { unavailable, rules } = await readRelease(ctx, { shop: shop.id });
  const goals = GOALS.filter((_, index) => (model.config.goals >> index) & 1);
  const shopper = checkShopper(input.shopper ?? {}, ctx.clock());
  const request = planList({ list, shopper, unavailable, rules, now: ctx.clock(), limit: limit + SPARES }, goals);
  const ranked = await rank(model, createWasmScan(model) ?? createJsScan(model), request);

  const products = await shown(ctx, shop.id, ranked.map(({ id }) => id));
  const named = await findProducts(db, shop.id, ranked.flatMap(({ reason: { item } }) => item ?? []));
  const titles = new Map(named.map(({ id, title }) => [id, title]));
  const items = arrange(ranked.filter(({ id }) => products.has(id)), limit).map(({ id, score, reason }, position): PreviewItem => {
    const title = reason.item && titles.get(reason.item);
    return { ...products.get(id)!, position, score, reason: title ? { ...reason, title } : reason };
  });
  return { items, artifact: model.version };
}

async function shown(ctx: Context, shop: string, wanted: readonly string[]): Promise<Map<string, PublicProduct>> {
  const found = wanted.length > 0 ? await listProducts(ctx, { shop, ids: wanted.slice(0, 50) }) : [];
  return new Map(found.map((product) => [product.id, product]));
}

/** A shopper from outside. What has no time was just now. */
function checkShopper(value: unknown, now: number): Shopper {
  const { success, data, error } = SHOPPER.safeParse(value);
  if (!success) {
    const [{ path, message }] = error.issues;
    throw new VitrineError('bad_input', `${['shopper', ...path].join('.')}: ${message}.`);
  }
  const timed = (list: NonNullable<typeof data.items>): Touch[] => list.map(({ at = now, ...touch }) => ({ ...touch, at }));
  const items = timed(data.items ?? []);
  return { items, touches: data.touches ? timed(data.touches) : items, cart: data.cart ?? [], product: data.product ?? null };
}
