import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compressRecommendation } from '../../../plugin-server/src/pipeline/compress/compress-recommendation.ts';
import { randomCheckpoint } from '../../../plugin-server/src/pipeline/compress/random-checkpoint.ts';
import { type PackedFile, shardRecommendation, withDirectory } from '../../../plugin-server/src/pipeline/compress/shard-recommendation.ts';
import { createSigner, randomArtifact } from '../../../test/contract/random-model.ts';
import { encodeArtifact } from '../core/artifact/encode.ts';
import { hashArtifact } from '../core/artifact/hash.ts';
import type { VitrineError } from '../core/errors.ts';
import type { ListRequest } from '../core/models/recommendation/plan-list.ts';
import { createArtifactSource } from './artifact-source.ts';
import type { UseCache } from './browser-cache.ts';
import { createModelHost } from './model-host.ts';

const SHOP = 'demo';
const asking = (id: string): ListRequest => ({
  list: { kind: 'for-you' }, shopper: { items: [{ id, kind: 'view' }], touches: [], cart: [], product: null }, unavailable: [], now: 0, limit: 4,
});
const REQUEST = asking('p5');

/** A server and a browser's cache in memory; `fetched` names what was asked of the server, `nextPage` a shopper's next page. */
async function setting() {
  const signer = await createSigner();
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  const state = { hash: '', fetched: [] as string[], errors: [] as string[], storage: 'good' as 'good' | 'full' };
  const kept = new Map<string, Response>();
  const cache = {
    match: async (url: string) => kept.get(url)?.clone(),
    put: async (url: string, response: Response) => {
      if (state.storage === 'full') throw new DOMException('full', 'QuotaExceededError');
      kept.set(url, response);
    },
    delete: async (url: string) => kept.delete(url),
    keys: async () => [...kept.keys()].map((url) => ({ url })),
  } as unknown as Cache;
  const useCache: UseCache = (use) => use(cache).catch(() => undefined);
  const fetch = async (input: string | URL | Request): Promise<Response> => {
    const name = new URL(String(input)).pathname.split('/').at(-1)!;
    state.fetched.push(name);
    if (name === 'release') return Response.json({ shop: SHOP, unavailable: [], artifact: { url: `https://v.example/v1/shops/${SHOP}/artifacts/${state.hash}`, hash: state.hash, version: '', bytes: 1 } });
    return files.has(name) ? new Response(files.get(name)) : new Response(null, { status: 404 });
  };
  const nextPage = () => {
    state.fetched = [];
    const source = createArtifactSource({ server: 'https://v.example', shop: SHOP, fetch, useCache });
    const host = createModelHost({ source, shop: SHOP, key: signer.key, backend: 'js', workerUrl: null, now: () => 0, onStatus() {}, onError: (error) => state.errors.push((error as VitrineError).code) });
    return host;
  };
  const publish = async (seed: number, spoil = false) => {
    const artifact = await randomArtifact(signer, { items: 30, dim: 8, seed, shop: SHOP, version: `v${seed}` });
    if (spoil) artifact.bytes[900] ^= 1;
    files.set(state.hash = artifact.hash, artifact.bytes);
  };
  return { signer, files, state, kept, nextPage, publish };
}

const until = async (holds: () => boolean) => {
  for (let wait = 0; wait < 400 && !holds(); wait++) await new Promise((resolve) => setTimeout(resolve, 10));
  assert.ok(holds());
};
const artifacts = (kept: Map<string, Response>) => [...kept.keys()].filter((url) => url.includes('/artifacts/')).map((url) => url.split('/').at(-1));

test('the next page fetches no artifact; a new version is fetched while the old one answers, then stands alone in the cache', async () => {
  const { state, kept, nextPage, publish } = await setting();
  await publish(1);
  assert.equal((await nextPage().start())!.version, 'v1');
  const old = state.hash;
  const second = nextPage();
  assert.equal((await second.start())!.version, 'v1');
  assert.deepEqual(state.fetched, ['release']);

  await publish(2);
  const third = nextPage();
  assert.equal((await third.start())!.version, 'v1', 'at once');
  assert.equal((await third.rank(REQUEST)).version, 'v1');
  await until(() => third.status.artifact === 'v2');
  assert.equal((await third.rank(REQUEST)).version, 'v2');
  assert.deepEqual([state.fetched.includes(old), artifacts(kept)], [false, [state.hash]]);
});

test('a broken new version never takes the place of the old, on this page or the next', async () => {
  const { state, nextPage, publish } = await setting();
  await publish(1);
  await nextPage().start();
  await publish(2, true);
  for (let page = 0; page < 2; page++) {
    const host = nextPage();
    assert.equal((await host.start())!.version, 'v1');
    await until(() => state.errors.length === page + 1);
    assert.equal(state.errors[page], 'artifact_corrupt', 'told');
    assert.equal((await host.rank(REQUEST)).version, 'v1');
  }
});

test('a full disk costs a download on each page and nothing else', async () => {
  const { state, nextPage, publish } = await setting();
  state.storage = 'full';
  await publish(1);
  for (let page = 0; page < 2; page++) {
    const host = nextPage();
    assert.equal((await host.start())!.version, 'v1');
    assert.deepEqual(state.fetched, ['release', state.hash]);
  }
});

test('of a catalogue in parts, what the visit comes near is fetched, once, and kept for the next page', async () => {
  const { signer, files, state, kept, nextPage } = await setting();
  const add = async ({ config, tensors }: PackedFile, family: 'recommendation' | 'recommendation-shard') => {
    const bytes = await encodeArtifact({ family, audience: 'browser', shop: SHOP, version: 'v1', createdAt: '2026-01-01T00:00:00.000Z', config, metrics: [] }, tensors, signer.sign);
    const hash = await hashArtifact(bytes, crypto.subtle);
    files.set(hash, bytes);
    return hash;
  };
  const parts = shardRecommendation(compressRecommendation(randomCheckpoint(400, 4)), { popular: 100, size: 30 });
  const shards = await Promise.all(parts.shards.map((part) => add(part, 'recommendation-shard')));
  const buckets = await Promise.all(parts.buckets.map((part) => add(part, 'recommendation-shard')));
  state.hash = await add(withDirectory(parts, shards, buckets), 'recommendation');

  const request = asking('333');
  const host = nextPage();
  await host.start();
  assert.equal((await host.rank(request)).items[0].reason.source, 'popular');
  let answer = await host.rank(request);
  for (let wait = 0; wait < 100 && (answer.items[0].reason.source === 'popular' || answer.wants!.length > 0); wait++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    answer = await host.rank(request);
  }
  assert.notEqual(answer.items[0].reason.source, 'popular');
  assert.equal(new Set(state.fetched).size, state.fetched.length, 'nothing twice');
  assert.ok(state.fetched.length < shards.length, 'far from everything');
  assert.ok(artifacts(kept).length > 2);

  const again = nextPage();
  await again.start();
  assert.equal((await again.rank(request)).items[0].reason.source, 'popular');
  for (let wait = 0; wait < 100 && (await again.rank(request)).items[0].reason.source === 'popular'; wait++) await new Promise((resolve) => setTimeout(resolve, 50));
  assert.deepEqual(state.fetched, ['release'], 'the parts came from the cache');
});
