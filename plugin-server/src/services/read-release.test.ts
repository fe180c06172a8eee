import assert from 'node:assert/strict';
import { webcrypto } from 'node:crypto';
import { test } from 'node:test';
import { encodeArtifact, hashArtifact } from '@vitrine/sdk/core';
import { withContext } from '../../../test/context.ts';
import { insertArtifact } from '../store/artifacts.ts';
import { setProductStatus, upsertProducts, type ProductRow } from '../store/products.ts';
import { insertRelease } from '../store/releases.ts';
import { createFileShop } from './create-file-shop.ts';
import { readRelease } from './read-release.ts';

const SHOP = 'demo';
const product = (id: string): ProductRow => ({
  id, title: id, handle: null, productType: '', vendor: '', tags: [], price: 1, imageUrl: null, status: 'active', published: true, available: true, createdAt: null, updatedAt: 1_000,
});

test('the live artifact, and which of its products must not be shown at this moment', async (t) => {
  const ctx = await withContext(t);
  await createFileShop(ctx, { shop: SHOP });
  await upsertProducts(ctx.db, SHOP, ['1', '2', '3', 'not-in-the-model'].map(product));
  const store = async (version: string, ids: readonly string[], audience: 'browser' | 'server' = 'browser') => {
    const manifest = { family: 'recommendation' as const, audience, shop: SHOP, version, createdAt: '2026-11-23T10:00:00.000Z', config: {}, metrics: [] };
    const file = await encodeArtifact(manifest, new Map([['items', { type: 'utf8' as const, shape: [ids.length], data: ids }]]), async () => new Uint8Array(64));
    const hash = await hashArtifact(file, webcrypto.subtle);
    await insertArtifact(ctx.db, SHOP, { hash, family: 'recommendation', version, audience, manifest: { ...manifest, tensors: [] }, evaluations: [], createdAt: 1_000, file });
    await insertRelease(ctx.db, SHOP, { hash, reason: 'publish', publishedAt: 1_000 });
    return { hash, bytes: file.length };
  };
  const { hash, bytes } = await store('20261123T100000Z-0001', ['1', '2', 'gone']);
  assert.deepEqual(await readRelease(ctx, { shop: SHOP }), {
    shop: SHOP, artifact: { url: `https://app.test/v1/shops/demo/artifacts/${hash}`, hash, version: '20261123T100000Z-0001', bytes }, unavailable: ['gone'], popular: ['1', '2'], rules: [],
  });
  await setProductStatus(ctx.db, SHOP, ['2', '3'], 'deleted', 2_000);
  assert.deepEqual((await readRelease(ctx, { shop: SHOP })).unavailable, ['2', 'gone']);
  await store('20261123T110000Z-0002', ['1', '3']);
  assert.deepEqual((await readRelease(ctx, { shop: SHOP })).unavailable, ['3']);
  await store('20261123T120000Z-0003', ['1'], 'server');
  assert.deepEqual(await readRelease(ctx, { shop: SHOP }), { shop: SHOP, artifact: null, unavailable: [], popular: [], rules: [] });
});
