import { createHash } from 'node:crypto';
import type { Rule } from '@vitrine/sdk/core';
import type { Context } from '../context.ts';
import { findArtifact } from '../store/artifacts.ts';
import { listUnavailable } from '../store/products.ts';
import { findLiveRelease } from '../store/releases.ts';
import { listRules } from '../store/rules.ts';
import { readPublicShop } from './public-shop.ts';
import { readItemIds } from './read-model.ts';
import { shopCache } from './shop-cache.ts';

/** What a browser asks for first. */
export interface PublicRelease {
  readonly shop: string;
  readonly artifact: { readonly url: string; readonly hash: string; readonly version: string; readonly bytes: number } | null;
  /** Ids of the artifact's products that must not be shown now. */
  readonly unavailable: readonly string[];
  /** Product ids that may be shown, most popular first: what a browser shows where its engine does not answer. */
  readonly popular: readonly string[];
  /** What the store owner wants of the lists. */
  readonly rules: readonly Rule[];
}

/** Item ids by artifact hash: an artifact never changes, and the last few are all that are asked for. */
const itemsByHash = new Map<string, readonly string[]>();
const KEPT = 32;
/** Enough for the largest widget after what is in the cart or excluded has dropped out. */
const POPULAR = 48;

/**
 * The live release, with what has sold out or been hidden since it was trained.
 *
 * @throws VitrineError `not_found` when there is no such shop.
 */
export async function readRelease(ctx: Context, input: { readonly shop: string }): Promise<PublicRelease> {
  return shopCache(ctx).read(input.shop, 'release', () => findRelease(ctx, input));
}

/** The same as the text of an answer with its entity tag, both kept. */
export async function readReleaseText(ctx: Context, input: { readonly shop: string }): Promise<{ readonly text: string; readonly etag: string }> {
  return shopCache(ctx).read(input.shop, 'release text', async () => {
    const text = JSON.stringify(await readRelease(ctx, input));
    return { text, etag: `"${createHash('sha256').update(text).digest('base64url').slice(0, 22)}"` };
  });
}

async function findRelease(ctx: Context, input: { readonly shop: string }): Promise<PublicRelease> {
  const { db } = ctx;
  const shop = await readPublicShop(ctx, input.shop);
  const release = await findLiveRelease(db, shop.id);
  const artifact = release && (await findArtifact(db, shop.id, release.hash));
  if (!artifact || artifact.audience !== 'browser') return { shop: shop.id, artifact: null, unavailable: [], popular: [], rules: [] };
  const ids = await itemIds(ctx, shop.id, artifact.hash);
  const unavailable = await listUnavailable(db, shop.id, ids);
  const hidden = new Set(unavailable);
  return {
    shop: shop.id,
    artifact: {
      url: `${ctx.config.appUrl}/v1/shops/${encodeURIComponent(shop.id)}/artifacts/${artifact.hash}`,
      hash: artifact.hash, version: artifact.version, bytes: artifact.bytes,
    },
    unavailable, popular: firstOf(ids, POPULAR, (id) => !hidden.has(id)),
    rules: await listRules(db, shop.id),
  };
}

function firstOf(ids: readonly string[], most: number, mayStand: (id: string) => boolean): string[] {
  const found: string[] = [];
  for (let at = 0; at < ids.length && found.length < most; at++) if (mayStand(ids[at])) found.push(ids[at]);
  return found;
}

async function itemIds(ctx: Context, shop: string, hash: string): Promise<readonly string[]> {
  const key = `${shop}\0${hash}`;
  let ids = itemsByHash.get(key);
  if (!ids) {
    ids = await readItemIds(ctx, shop, hash);
  }
  // Moved to the end: the first is the one longest unused.
  itemsByHash.delete(key);
  itemsByHash.set(key, ids);
  if (itemsByHash.size > KEPT) itemsByHash.delete(itemsByHash.keys().next().value!);
  return ids;
}
