import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRandom, streamSeed } from '../../plugin-server/src/pipeline/dataset/random.ts';
import { compressRecommendation } from '../../plugin-server/src/pipeline/compress/compress-recommendation.ts';
import { randomCheckpoint } from '../../plugin-server/src/pipeline/compress/random-checkpoint.ts';
import { createFileShop } from '../../plugin-server/src/services/create-file-shop.ts';
import { storeModel } from '../../plugin-server/src/services/store-model.ts';
import { upsertProducts } from '../../plugin-server/src/store/products.ts';
import { insertRelease } from '../../plugin-server/src/store/releases.ts';
import { findShop } from '../../plugin-server/src/store/shops.ts';
import { withContext } from '../context.ts';
import { parserTargets } from './parsers.ts';
import { routeTargets } from './routes.ts';
import { type FuzzReport, runCases } from './run-cases.ts';

const SHOP = 'fuzz.myshopify.com';

/** So many cases over all parsers and routes, on a shop with products and a release. */
export async function fuzz(t: { after(work: () => unknown): void }, options: { readonly cases: number; readonly seed: number; readonly onProgress?: (done: number) => void }): Promise<FuzzReport> {
  const { cases, seed, onProgress } = options;
  const folder = mkdtempSync(join(tmpdir(), 'vitrine-fuzz-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const ctx = await withContext(t as Parameters<typeof withContext>[0]);
  await createFileShop(ctx, { shop: SHOP, currency: 'EUR' });
  await upsertProducts(ctx.db, SHOP, ['1', '2', '42'].map((id) => ({
    id, title: id, handle: id, productType: 'Shirts', vendor: 'Acme', tags: ['red'], price: 9.5, imageUrl: null, status: 'active' as const, published: true, available: true, createdAt: null, updatedAt: 1,
  })));
  const shop = (await findShop(ctx.db, SHOP))!;
  const { hash } = await storeModel(ctx, shop, { packed: compressRecommendation(randomCheckpoint(60, 4)), manifest: { version: '1', metrics: [] }, config: {}, evaluations: [], createdAt: ctx.clock() });
  await insertRelease(ctx.db, SHOP, { hash, reason: 'publish', publishedAt: ctx.clock() });
  const targets = [...parserTargets(ctx, folder), ...routeTargets(ctx, { shop: SHOP, key: shop.publishableKey, hash })];
  return runCases(targets, { cases, randomOf: (place) => createRandom(streamSeed(seed, place)), onProgress });
}
