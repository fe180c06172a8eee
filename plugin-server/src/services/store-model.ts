import { webcrypto } from 'node:crypto';
import { decodeArtifact, encodeArtifact, hashArtifact, type ManifestInput } from '@vitrine/sdk/core';
import type { Context } from '../context.ts';
import type { PackedModel } from '../pipeline/compress/compress-recommendation.ts';
import { packAttributes } from '../pipeline/compress/pack-attributes.ts';
import { type PackedFile, shardRecommendation, WHOLE_ITEMS, withDirectory } from '../pipeline/compress/shard-recommendation.ts';
import { createSigner } from '../pipeline/publish/sign.ts';
import type { Evaluation } from '../pipeline/types.ts';
import { insertArtifact } from '../store/artifacts.ts';
import { findProducts } from '../store/products.ts';
import { readStock } from '../store/stock.ts';
import type { ShopRow } from '../store/shops.ts';
import { removeOldModels } from './remove-old-models.ts';
import { signingKey } from './require-shop.ts';

export interface StoreModelInput {
  readonly packed: PackedModel;
  readonly manifest: Pick<ManifestInput, 'version' | 'metrics'>;
  /** Added to the configuration in the manifest. */
  readonly config: Readonly<Record<string, number | string>>;
  readonly evaluations: readonly Evaluation[];
  readonly createdAt: number;
  /** Items up to which an artifact is one file. */
  readonly whole?: number;
}

/**
 * Signs a packed model with the shop's key and the products' attributes and stores it: one file, or for a large
 * catalogue a base and its shards, shards first, so that what a base names is always there. Models that nobody can come
 * back to are removed then.
 *
 * @returns the file a release names, and its bytes
 */
export async function storeModel(ctx: Context, shop: ShopRow, { packed, manifest, config, evaluations, createdAt, whole = WHOLE_ITEMS }: StoreModelInput): Promise<{ hash: string; bytes: number; evaluations: Evaluation[] }> {
  const itemIds = packed.tensors.get('items')!.data as readonly string[];
  const products = new Map((await findProducts(ctx.db, shop.id, itemIds)).map((product) => [product.id, product]));
  const stock = await readStock(ctx.db, shop.id);
  const extra = (ids: readonly string[]) => packAttributes(ids, ids.flatMap((id) => products.get(id) ?? []).map((product) => ({ ...product, stock: stock.get(product.id) })));
  const sign = await createSigner(await signingKey(ctx, shop));

  const store = async (family: ManifestInput['family'], file: PackedFile, metrics: ManifestInput['metrics'], scores: (bytes: number) => Evaluation[]) => {
    const head: ManifestInput = { family, audience: 'browser', shop: shop.id, version: manifest.version, createdAt: new Date(createdAt).toISOString(), config: file.config, metrics };
    const bytes = await encodeArtifact(head, file.tensors, sign);
    const hash = await hashArtifact(bytes, webcrypto.subtle);
    await insertArtifact(ctx.db, shop.id, { hash, file: bytes, family, version: manifest.version, audience: 'browser', manifest: decodeArtifact(bytes).manifest, evaluations: scores(bytes.length), createdAt });
    return { hash, bytes: bytes.length, evaluations: scores(bytes.length) };
  };
  const storeParts = async (files: readonly PackedFile[]) => {
    const hashes: string[] = [];
    for (const file of files) hashes.push((await store('recommendation-shard', file, [], () => [])).hash);
    return hashes;
  };

  let file: PackedFile = { config: { ...packed.config }, tensors: new Map([...packed.tensors, ...extra(itemIds)]) };
  if (itemIds.length > whole) {
    const parts = shardRecommendation(packed, { extra, ...(whole < WHOLE_ITEMS && { popular: Math.ceil(whole / 2), size: Math.ceil(whole / 8) }) });
    file = withDirectory(parts, await storeParts(parts.shards), await storeParts(parts.buckets));
  }
  const stored = await store('recommendation', { ...file, config: { ...file.config, ...config } }, manifest.metrics, (bytes) =>
    evaluations.map((evaluation) => ({ ...evaluation, rows: evaluation.rows.map((row) => (row.model === 'shipped' ? { ...row, bytes } : row)) })));
  // The new model stands, whatever becomes of the old ones.
  await removeOldModels(ctx, { shop: shop.id }).catch((error: Error) => ctx.log.warn('old models not removed', { shop: shop.id, error: error.message }));
  return stored;
}
