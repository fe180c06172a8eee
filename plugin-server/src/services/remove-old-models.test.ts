import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withContext } from '../../../test/context.ts';
import { testBothDatabases } from '../../../test/database.ts';
import { compressRecommendation } from '../pipeline/compress/compress-recommendation.ts';
import { randomCheckpoint } from '../pipeline/compress/random-checkpoint.ts';
import type { ReleaseRow } from '../store/releases.ts';
import { findShop } from '../store/shops.ts';
import { createFileShop } from './create-file-shop.ts';
import { publishRelease } from './publish-release.ts';
import { readModel } from './read-model.ts';
import { KEPT_RELEASES, keptHashes } from './remove-old-models.ts';
import { rollback } from './rollback.ts';
import { storeModel } from './store-model.ts';

const DAY = 86_400_000;
const SHOPS = ['a', 'b'];

testBothDatabases('of daily models in parts, those stay that an owner can roll back to, with their shards; each shop its own', async (db, t) => {
  let now = Date.UTC(2026, 0, 1);
  const ctx = await withContext(t, { db, clock: () => now });
  for (const shop of SHOPS) await createFileShop(ctx, { shop });
  const rows = async (shop: string) => db.query<{ version: string; family: string }>('SELECT version, family FROM artifacts WHERE shop_id = $1', [shop]);
  const make = async (shop: string, version: string) => (await storeModel(ctx, (await findShop(db, shop))!, {
    packed: compressRecommendation(randomCheckpoint(60, 2)), manifest: { version, metrics: [] }, config: {}, evaluations: [], createdAt: now, whole: 20,
  })).hash;

  const hashes: string[] = [];
  for (let day = 0; day < 8; day++, now += DAY + 1) {
    hashes.push(await make('a', `a${day}`));
    await publishRelease(ctx, { shop: 'a', hash: hashes[day], force: true });
    await make('b', `b${day}`); // never published
  }
  const versions = async (shop: string) => [...new Set((await rows(shop)).map(({ version }) => version))].sort();
  // The eighth was stored when seven were published; the newest is also the one not published yet.
  assert.deepEqual(await versions('a'), ['a2', 'a3', 'a4', 'a5', 'a6', 'a7']);
  assert.deepEqual(await versions('b'), ['b7']);
  for (const hash of hashes.slice(2)) assert.equal((await readModel(ctx, 'a', hash))!.itemIds.length, 60, 'no shard is missing');
  assert.equal(await readModel(ctx, 'a', hashes[1]), undefined);

  for (const expected of ['a6', 'a5', 'a4', 'a3']) assert.equal((await rollback(ctx, { shop: 'a' })).version, expected);
  await make('a', 'a8'); // days later, from the depth of the roll-back
  assert.equal((await rollback(ctx, { shop: 'a' })).version, 'a2');
  await assert.rejects(rollback(ctx, { shop: 'a' }), { code: 'conflict' });
});

test('after a roll-back as many publications before the live one stay', () => {
  const release = (sequence: number, hash: string, reason: ReleaseRow['reason'] = 'publish'): ReleaseRow => ({ sequence, hash, reason, publishedAt: sequence });
  const published = Array.from({ length: 12 }, (_, at) => release(at + 1, `h${at + 1}`)).reverse();
  assert.deepEqual(keptHashes(published), Array.from({ length: KEPT_RELEASES }, (_, at) => `h${12 - at}`));
  assert.deepEqual(keptHashes([release(13, 'h10', 'rollback'), ...published]), ['h12', 'h11', 'h10', 'h9', 'h8', 'h7', 'h6']);
  assert.deepEqual(keptHashes([]), []);
});
