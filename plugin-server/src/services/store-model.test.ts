import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createJsScan, decodeArtifact, parsePublishableKey, rank, readDirectory, verifyArtifact } from '@vitrine/sdk/core';
import { loadEngine } from '../../../sdk/src/engine/engine.ts';
import { withContext } from '../../../test/context.ts';
import { compressRecommendation, previewModel } from '../pipeline/compress/compress-recommendation.ts';
import { randomCheckpoint } from '../pipeline/compress/random-checkpoint.ts';
import { findNewestArtifact, readArtifactBytes } from '../store/artifacts.ts';
import { upsertProducts } from '../store/products.ts';
import { insertRelease } from '../store/releases.ts';
import { findShop } from '../store/shops.ts';
import { createFileShop } from './create-file-shop.ts';
import { readModel } from './read-model.ts';
import { readRelease } from './read-release.ts';
import { storeModel } from './store-model.ts';

const SHOP = 'demo';
const ITEMS = 300;

test('a large catalogue is stored in parts, released as its base, and grows in the engine by what a visit looks at', async (t) => {
  const ctx = await withContext(t);
  await createFileShop(ctx, { shop: SHOP });
  const shop = (await findShop(ctx.db, SHOP))!;
  await upsertProducts(ctx.db, SHOP, Array.from({ length: ITEMS - 1 }, (_, i) => ({
    id: `${i}`, title: '', handle: null, productType: `t${i % 3}`, vendor: '', tags: [], price: i, imageUrl: null, status: 'active' as const, published: true, available: true, createdAt: null, updatedAt: 1,
  })));
  const packed = compressRecommendation(randomCheckpoint(ITEMS, 5));
  const input = { packed, manifest: { version: '20261123T100000Z-0001', metrics: [] }, config: { testFrom: 7 }, evaluations: [], createdAt: Date.now() };
  const { hash } = await storeModel(ctx, shop, { ...input, whole: 100 });
  await insertRelease(ctx.db, SHOP, { hash, reason: 'publish', publishedAt: Date.now() });

  const file = (await readArtifactBytes(ctx.db, SHOP, hash))!.file as Uint8Array<ArrayBuffer>;
  const trust = { publicKey: shop.publishableKey, hash, shop: SHOP };
  const base = await verifyArtifact(file, { ...trust, subtle: crypto.subtle });
  assert.equal(base.manifest.config.testFrom, 7);
  const directory = readDirectory(base)!;
  assert.ok(directory.shards.length > 5 && directory.buckets.length > 0);
  assert.equal((await findNewestArtifact(ctx.db, SHOP))!.hash, hash, 'a shard is no artifact to publish');

  const whole = (await readModel(ctx, SHOP, hash))!;
  assert.deepEqual(whole.table, previewModel(packed).table);
  assert.deepEqual(whole.itemIds, previewModel(packed).itemIds);
  assert.equal(whole.attributes!.start.length, ITEMS + 1);
  assert.deepEqual((await readRelease(ctx, { shop: SHOP })).unavailable, [`${ITEMS - 1}`], 'items of the shards included');

  // As a browser does: what an answer wants is fetched and given with the next load; a spoiled file is left out.
  const request = { session: [{ id: '250', kind: 'view' as const }], goal: 'view' as const, limit: 20 };
  const parts: Uint8Array<ArrayBuffer>[] = [Uint8Array.from(file), new Uint8Array()];
  let answer = await (await loadEngine({ ...trust, bytes: file, backend: 'js', parts })).recommend(request);
  assert.equal(answer.items[0].reason.source, 'popular', 'the base does not know the item');
  for (let round = 0; round < 10 && answer.wants!.length > 0; round++) {
    for (const one of answer.wants!) {
      const stored = (await readArtifactBytes(ctx.db, SHOP, one))!;
      assert.equal(stored.audience, 'browser');
      parts.push(Uint8Array.from(stored.file));
    }
    answer = await (await loadEngine({ ...trust, bytes: file, backend: 'js', parts })).recommend(request);
  }
  assert.notEqual(answer.items[0].reason.source, 'popular');
  assert.deepEqual(answer.wants, []);
  const everywhere = (await rank(whole, createJsScan(whole), request)).map(({ id }) => id);
  const found = answer.items.filter(({ id }) => everywhere.includes(id)).length;
  assert.ok(found >= 10, `${found} of the whole catalogue's 20`);
});

test('a small catalogue is one file', async (t) => {
  const ctx = await withContext(t);
  await createFileShop(ctx, { shop: SHOP });
  const shop = (await findShop(ctx.db, SHOP))!;
  assert.ok(parsePublishableKey(shop.publishableKey));
  const { hash, bytes } = await storeModel(ctx, shop, { packed: compressRecommendation(randomCheckpoint(50, 2)), manifest: { version: 'v', metrics: [] }, config: {}, evaluations: [], createdAt: 1 });
  const { file } = (await readArtifactBytes(ctx.db, SHOP, hash))!;
  assert.equal(file.length, bytes);
  assert.equal(readDirectory(decodeArtifact(file)), undefined);
  const engine = await loadEngine({ bytes: file as Uint8Array<ArrayBuffer>, hash, shop: SHOP, publicKey: shop.publishableKey, backend: 'js' });
  assert.equal((await engine.recommend({ session: [{ id: '5', kind: 'view' }], goal: 'view', limit: 3 })).wants, undefined);
});
