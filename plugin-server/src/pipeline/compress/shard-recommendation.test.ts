import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Artifact, assembleModel, bucketOf, compileFilter, createJsScan, decodeArtifact, encodeArtifact, hashArtifact, loadRecommendation, MOST_SHARDS, rank, readBucket, readDirectory, type RecommendationModel, wantedFiles } from '@vitrine/sdk/core';
import { compressRecommendation, previewModel } from './compress-recommendation.ts';
import { packAttributes } from './pack-attributes.ts';
import { randomCheckpoint } from './random-checkpoint.ts';
import { type PackedFile, shardRecommendation, withDirectory } from './shard-recommendation.ts';

const ITEMS = 900;
const POPULAR = 200;
const queries = { mean: new Float64Array(8).fill(0.3), covariance: Float64Array.from({ length: 64 }, (_, at) => (at % 9 === 0 ? 1 : 0.1)) };
const plain = compressRecommendation(randomCheckpoint(ITEMS, 6), { rounding: { type: 'int4', step: 0.1, queries } });
const companions = plain.tensors.get('neighbour_weight')!.shape[0];
const packed: typeof plain = { ...plain, tensors: new Map(plain.tensors).set('neighbour_together', { type: 'int4', shape: [companions], data: Int8Array.from({ length: companions }, (_, at) => (at * at) % 3) }) };
const products = Array.from({ length: ITEMS }, (_, i) => ({ id: `${i}`, productType: `t${i % 7}`, vendor: '', tags: i % 50 === 0 ? [`rare${i}`] : [], price: i }));
const parts = shardRecommendation(packed, { popular: POPULAR, size: 60, extra: (ids) => packAttributes(ids, products) });

/** Through a file, as the server writes and the browser reads it. */
async function file({ config, tensors }: PackedFile, family: 'recommendation' | 'recommendation-shard'): Promise<{ artifact: Artifact; hash: string }> {
  const bytes = await encodeArtifact({ family, audience: 'browser', shop: 's', version: 'v', createdAt: '2026-01-01T00:00:00.000Z', config, metrics: [] }, tensors, async () => new Uint8Array(64));
  return { artifact: decodeArtifact(bytes), hash: await hashArtifact(bytes, crypto.subtle) };
}
const shards = await Promise.all(parts.shards.map((part) => file(part, 'recommendation-shard')));
const buckets = await Promise.all(parts.buckets.map((part) => file(part, 'recommendation-shard')));
const { artifact: baseFile } = await file(withDirectory(parts, shards.map(({ hash }) => hash), buckets.map(({ hash }) => hash)), 'recommendation');
const base = loadRecommendation(baseFile);
const whole = previewModel(packed);

/** What must agree whatever the parts. */
const comparable = ({ itemIds, table, tableScale, params, neighbours, config: { items, dim, scale } }: RecommendationModel) => ({ itemIds, table, tableScale, params, neighbours, items, dim, scale });

test('the base and every shard are the model, bit for bit, in any order', () => {
  assert.deepEqual(comparable(assembleModel(base, shards.map(({ artifact }) => artifact))), comparable(whole));
  assert.deepEqual(comparable(assembleModel(base, shards.map(({ artifact }) => artifact).reverse())), comparable(whole));
});

test('the base is a model by itself: the popular items and the companions among them', () => {
  assert.deepEqual(base.itemIds, whole.itemIds.slice(0, POPULAR));
  assert.deepEqual(base.table, whole.table.subarray(0, POPULAR * 8));
  assert.deepEqual(comparable(assembleModel(base, [])), comparable(base));
});

test('some of the shards: their items in order of popularity, every companion that is here and none that is not', () => {
  const some = shards.filter((_, at) => at % 3 === 0).map(({ artifact }) => artifact);
  const model = assembleModel(base, some);
  const ranks = model.itemIds.map(Number);
  assert.deepEqual(ranks, ranks.toSorted((a, b) => a - b), 'ids are ranks here');
  const list = ({ neighbours, itemIds }: RecommendationModel, row: number) => new Map(Array.from({ length: neighbours.count }, (_, k) => row * neighbours.count + k)
    .filter((at) => neighbours.weight[at] > 0).map((at) => [itemIds[neighbours.row[at]], neighbours.weight[at]]));
  for (const [row, id] of model.itemIds.entries()) {
    const wanted = new Map([...list(whole, Number(id))].filter(([other]) => model.rowOf.has(other)));
    assert.deepEqual(new Map([...list(model, row)].sort()), new Map([...wanted].sort()));
    assert.deepEqual(model.table.subarray(row * 8, row * 8 + 8), whole.table.subarray(Number(id) * 8, Number(id) * 8 + 8));
  }
  for (const filter of [{ types: ['t3'] }, { tags: { any: ['rare150', 'rare300', 'rare450'] } }, { price: { min: 100, max: 500 } }]) {
    const allowed = compileFilter(model, filter);
    const asWhole = compileFilter({ attributes: loadAttributes() }, filter);
    assert.deepEqual(model.itemIds.filter((_, row) => allowed(row)), model.itemIds.filter((id) => asWhole(Number(id))));
  }
});

const loadAttributes = () => previewModel({ ...packed, tensors: new Map([...packed.tensors, ...packAttributes(whole.itemIds, products)]) }).attributes;

test('a bucket tells each id that is not in the base its shard', () => {
  const found = buckets.flatMap(({ artifact }, bucket) => [...readBucket(artifact)].map(([id, shard]) => {
    assert.equal(bucketOf(id, buckets.length), bucket);
    assert.ok((shards[shard].artifact.tensors.get('items') as readonly string[]).includes(id));
    return id;
  }));
  assert.deepEqual(found.map(Number).sort((a, b) => a - b), Array.from({ length: ITEMS - POPULAR }, (_, i) => POPULAR + i));
});

test('a visit asks for what it looks at: bucket, shard, neighbourhood; never for what is here; and not without end', async () => {
  const directory = readDirectory(baseFile)!;
  assert.equal(readDirectory({ tensors: new Map() }), undefined);
  const request = { session: [{ id: '5', kind: 'view' as const }, { id: '777', kind: 'view' as const }], goal: 'view' as const };
  const have = new Set<string>();
  const located = new Map<string, number>();
  const loaded: Artifact[] = [];
  const asked: string[] = [];
  for (let round = 0; round < 20; round++) {
    const model = assembleModel(base, loaded);
    const wanted = wantedFiles(directory, model, request, have, located);
    if (round === 0) assert.equal(wanted[0], directory.buckets[bucketOf('777', directory.buckets.length)], 'first of all where the unknown item is');
    if (round === 1) assert.ok(asked.includes(directory.shards[located.get('777')!]) || wanted[0] === directory.shards[located.get('777')!], 'then its shard');
    if (wanted.length === 0) break;
    for (const hash of wanted) {
      assert.ok(!have.has(hash));
      have.add(hash);
      asked.push(hash);
      const bucket = buckets.find((one) => one.hash === hash);
      if (bucket) for (const [id, shard] of readBucket(bucket.artifact)) located.set(id, shard);
      else loaded.push(shards.find((one) => one.hash === hash)!.artifact);
    }
  }
  const model = assembleModel(base, loaded);
  assert.ok(model.rowOf.has('777'));
  assert.ok(loaded.length <= MOST_SHARDS);
  assert.ok(loaded.length < shards.length, 'far from all of the catalogue');
  assert.deepEqual(wantedFiles(directory, model, request, have, located), [], 'and then rests');
  const ranked = await rank(model, createJsScan(model), { ...request, limit: 5 });
  assert.equal(ranked.length, 5);
});
