import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { createSigner, randomArtifact } from '../../../test/contract/random-model.ts';
import type { VitrineError } from '../core/errors.ts';
import type { Rule } from '../core/models/recommendation/rules.ts';
import type { UseCache } from './browser-cache.ts';
import { createRecommender, PATIENCE_MS } from './recommender.ts';

const SERVER = 'https://vitrine.example';

/** A cache in memory, by address without its query as `ignoreSearch` has it. */
function memoryCache() {
  const kept = new Map<string, Response>();
  const cache = {
    match: async (url: string) => kept.get(url)?.clone(),
    put: async (url: string, response: Response) => void kept.set(url, response),
    delete: async (url: string) => kept.delete(url),
    keys: async () => [...kept.keys()].map((url) => ({ url })),
  } as unknown as Cache;
  const useCache: UseCache = async (use) => use(cache);
  return { kept, useCache };
}

/** A plugin server in memory; each call is a shopper's next page with the same cache. */
async function setting() {
  const signer = await createSigner();
  const { kept, useCache } = memoryCache();
  const server = { artifact: await randomArtifact(signer, { items: 40, dim: 8, seed: 3, shop: 'demo', attributes: true }), key: signer.key, stuck: '', rules: [] as Rule[], popular: Array.from({ length: 12 }, (_, at) => `p${at}`) };
  const fetch = async (input: string | URL | Request): Promise<Response> => {
    const url = new URL(String(input));
    if (server.stuck && url.pathname.includes(server.stuck)) return new Promise(() => {});
    const { artifact } = server;
    if (url.pathname.endsWith('/release')) return Response.json({ shop: 'demo', unavailable: [], popular: server.popular, rules: server.rules, artifact: { url: `/a/${artifact.hash}`, hash: artifact.hash, version: artifact.version, bytes: 1 } });
    if (url.pathname.startsWith('/a/')) return new Response(artifact.bytes);
    return Response.json({ products: url.searchParams.get('ids')!.split(',').map((id) => ({ id, title: id, url: `/${id}`, image: null, price: 1, currency: 'EUR' })) });
  };
  const errors: (VitrineError | null)[] = [];
  const nextPage = () => createRecommender({
    server: SERVER, shop: 'demo', key: server.key, backend: 'js', fetch, now: () => 0, useCache, workerUrl: null, mayStore: () => false,
    visit: { items: [{ id: 'p9', kind: 'view' }], past: [{ id: 'p20', kind: 'view', at: 1 }], cart: ['p1'], product: 'p9' } as never, onStatus: ({ error }) => errors.push(error), onError() {},
  });
  return { server, kept, nextPage, errors };
}

test('the popular list that came with the release stands in where nothing can be verified, on the first visit too', async () => {
  const { server, nextPage, errors } = await setting();
  server.key = (await createSigner()).key; // nothing verifies
  const later = await nextPage().recommend({ kind: 'related', limit: 3, exclude: ['p3'] });
  // p9 is looked at, p1 in the cart, p3 excluded
  assert.deepEqual(later.items.map(({ id, position, reason }) => [id, position, reason.source]), [['p0', 0, 'popular'], ['p2', 1, 'popular'], ['p4', 2, 'popular']]);
  assert.deepEqual([later.artifact, later.backend], [null, null]);
  assert.equal(errors.at(-1)?.code, 'artifact_signature', 'what is wrong is said all the same');
});

test('a filtered widget gets no popular list: nobody knows what is in it', async () => {
  const { server, nextPage } = await setting();
  assert.equal((await nextPage().recommend({ kind: 'related', filter: { types: ['even'] } })).items.length, 4);
  server.key = (await createSigner()).key;
  await assert.rejects(nextPage().recommend({ kind: 'related', filter: { types: ['even'] } }), { code: 'artifact_signature' });
});

test('a mistake in the request is told, not papered over', async () => {
  const { nextPage } = await setting();
  const recommender = nextPage();
  await assert.rejects(recommender.recommend({ kind: 'nonsense' as never }), { code: 'bad_usage' });
  await assert.rejects(recommender.recommend({ kind: 'related', filter: { colour: ['red'] } as never }), { code: 'bad_input' });
  await assert.rejects(recommender.recommend({ kind: 'related', filter: 'red' as never }), { code: 'bad_usage' });
});

test('no release, nothing kept: the reason is the answer', async () => {
  const { server, nextPage } = await setting();
  server.popular = [];
  server.key = (await createSigner()).key;
  await assert.rejects(nextPage().recommend({ kind: 'for-you' }), { code: 'artifact_signature' });
});

test('a server that is silent: the popular list after a while', async () => {
  const { server, nextPage } = await setting();
  server.stuck = '/a/';
  mock.timers.enable({ apis: ['setTimeout'] });
  try {
    const asked = nextPage().recommend({ kind: 'related', limit: 2 });
    for (let turn = 0; turn < 50; turn++) await new Promise(setImmediate);
    mock.timers.tick(PATIENCE_MS);
    assert.deepEqual((await asked).items.map(({ id, reason }) => [id, reason.source]), [['p0', 'popular'], ['p2', 'popular']]);
  } finally {
    mock.timers.reset();
  }
});
