import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSigner, randomArtifact } from '../../../test/contract/random-model.ts';
import type { VitrineError } from '../core/errors.ts';
import type { EventBatch } from '../core/events/types.ts';
import { createVitrine } from './create-vitrine.ts';
import type { VitrineOptions } from './types.ts';

const SERVER = 'https://vitrine.example/base';

/** A plugin server in memory, and a client of it without DOM, Worker or storage. */
async function setting(options: Partial<VitrineOptions> = {}) {
  const signer = await createSigner();
  const server = {
    artifact: await randomArtifact(signer, { items: 40, dim: 8, seed: 3, shop: 'demo' }) as Awaited<ReturnType<typeof randomArtifact>> | null,
    unavailable: [] as string[],
    down: false,
    requests: [] as string[],
    batches: [] as EventBatch[],
  };
  const clock = { at: Date.UTC(2026, 0, 1) };
  const fetch = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const url = new URL(String(input));
    server.requests.push(url.pathname);
    if (server.down) throw new TypeError('network');
    const { artifact, unavailable } = server;
    if (url.pathname.endsWith('/release')) {
      return Response.json({ shop: 'demo', unavailable, artifact: artifact && { url: `/a/${artifact.hash}`, hash: artifact.hash, version: artifact.version, bytes: artifact.bytes.length } });
    }
    if (url.pathname.startsWith('/a/')) return new Response(artifact!.bytes);
    if (url.pathname.endsWith('/events')) {
      server.batches.push(JSON.parse(String(init!.body)) as EventBatch);
      return new Response('{}', { status: 202 });
    }
    const ids = url.searchParams.get('ids')!.split(',');
    return Response.json({ products: ids.map((id) => ({ id, title: id, url: `/${id}`, image: null, price: 1, currency: 'EUR' })) });
  };
  const vitrine = createVitrine({ shop: 'demo', key: signer.key, server: SERVER, backend: 'js', workerUrl: null, storage: null, fetch, now: () => clock.at, ...options });
  return { vitrine, server, signer, clock };
}

test('costs nothing until something is asked for', async () => {
  const { vitrine, server } = await setting();
  vitrine.track({ type: 'product_viewed', productId: 'p1' });
  assert.deepEqual(server.requests, []);
  assert.deepEqual(vitrine.status, { artifact: null, backend: null, reason: 'not started', engine: null, offline: false, error: null });
  vitrine.dispose();
});

test('recommends from this page\'s own events, without consent, and sends none', async () => {
  const { vitrine, server } = await setting();
  const before = await vitrine.recommend({ kind: 'for-you' });
  assert.deepEqual(before.items.map(({ id, position, reason: { source } }) => [id, position, source]),
    [['p0', 0, 'popular'], ['p1', 1, 'popular'], ['p2', 2, 'popular'], ['p3', 3, 'popular']]);
  vitrine.track({ type: 'product_viewed', productId: 'p9' });
  const after = await vitrine.recommend({ kind: 'for-you', limit: 6, exclude: ['p0'] });
  assert.equal(after.items.length, 6);
  assert.ok(after.items.every(({ id, reason }) => reason.source !== 'viewed' && id !== 'p9' && id !== 'p0'));
  vitrine.dispose();
  await new Promise(setImmediate);
  assert.deepEqual(server.batches, []);
});

test('sends with consent, and nothing of what waits once it is withdrawn', async () => {
  const { vitrine, server } = await setting({ consent: true });
  vitrine.track({ type: 'product_viewed', productId: 'p1' });
  vitrine.consent(false);
  vitrine.track({ type: 'product_viewed', productId: 'p2' });
  vitrine.consent(true);
  vitrine.track({ type: 'product_viewed', productId: 'p3' });
  vitrine.dispose();
  while (server.batches.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  const events = server.batches.flatMap((batch) => batch.events);
  assert.deepEqual(events.map((event) => event.type === 'product_viewed' && event.productId), ['p3']);
  assert.ok(events[0].visitorId && events[0].sessionId);
});

test('a malformed event is told to who listens, and neither sent nor thrown', async () => {
  const { vitrine } = await setting({ consent: true });
  const errors: VitrineError[] = [];
  vitrine.on('error', (error) => errors.push(error));
  vitrine.track({ type: 'product_viewed', productId: '' });
  vitrine.track({ type: 'no_such_event' } as never);
  assert.deepEqual(errors.map((error) => error.code), ['bad_input', 'bad_input']);
  vitrine.dispose();
});

test('a failure is said with its code, and the next call tries again', async () => {
  const { vitrine, server } = await setting();
  server.down = true;
  await assert.rejects(vitrine.recommend({ kind: 'for-you' }), { code: 'upstream' });
  assert.equal((await vitrine.ready).error?.code, 'upstream');
  server.down = false;
  assert.equal((await vitrine.recommend({ kind: 'for-you' })).items.length, 4);
  assert.equal(vitrine.status.error, null);
  vitrine.dispose();
});

test('a page that stays open finds the next artifact; a bad one leaves the old in place', async () => {
  const { vitrine, server, signer, clock } = await setting();
  const first = server.artifact!.version;
  assert.equal((await vitrine.recommend({ kind: 'for-you' })).artifact, first);
  const next = async (artifact: typeof server.artifact) => {
    server.artifact = artifact;
    clock.at += 301_000;
    await vitrine.recommend({ kind: 'for-you' }); // the old one answers, the new one is fetched behind it
    const end = Date.now() + (artifact!.version === 'forged' ? 100 : 5_000);
    for (;;) {
      await new Promise((resolve) => setTimeout(resolve, 30));
      const now = (await vitrine.recommend({ kind: 'for-you' })).artifact;
      if (now === artifact!.version || Date.now() > end) return now;
    }
  };
  assert.equal(await next(await randomArtifact(await createSigner(), { items: 9, dim: 2, seed: 1, shop: 'demo', version: 'forged' })), first);
  assert.equal(await next(await randomArtifact(signer, { items: 9, dim: 2, seed: 1, shop: 'demo', version: '20260301T000000Z-0003' })), '20260301T000000Z-0003');
  vitrine.dispose();
});

test('nothing published is an empty list', async () => {
  const { vitrine, server } = await setting();
  server.artifact = null;
  assert.deepEqual(await vitrine.recommend({ kind: 'related', productId: 'p1' }), { items: [], artifact: null, backend: null });
  assert.equal((await vitrine.ready).reason, 'nothing is published');
});

test('wrong options are said in one line', () => {
  for (const options of [{ shop: '' }, { key: 'sk_secret' }, { server: 'vitrine.example.com' }, { server: 'javascript:1' }]) {
    assert.throws(() => createVitrine({ shop: 'demo', key: 'pk_x', server: SERVER, ...options }), { code: 'bad_config' });
  }
});
