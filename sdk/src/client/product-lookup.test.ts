import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createProductLookup } from './product-lookup.ts';
import type { UseCache } from './browser-cache.ts';

function setting(allowed: boolean) {
  const world = { allowed, down: false, gone: new Set<string>(), at: 0, stored: new Map<string, Response>() };
  const cache = {
    match: async (url: string) => world.stored.get(url)?.clone(),
    put: async (url: string, response: Response) => void world.stored.set(url, response),
    delete: async (url: string) => world.stored.delete(url),
  } as unknown as Cache;
  const useCache: UseCache = (use) => use(cache);
  const fetch = async (input: string | URL | Request) => {
    if (world.down) throw new TypeError('network');
    const ids = new URL(String(input)).searchParams.get('ids')!.split(',');
    return Response.json({ products: ids.filter((id) => !world.gone.has(id)).map((id) => ({ id, title: id, url: `/${id}`, image: null, price: 1, currency: 'EUR' })) });
  };
  /** A page view: memory is empty, what the browser stores is there. */
  const open = () => createProductLookup({ server: 'https://vitrine.example', shop: 'demo', fetch, now: () => world.at, useCache, mayStore: () => world.allowed });
  return { world, open, settled: () => new Promise((resolve) => setImmediate(() => setImmediate(resolve))) };
}

const ids = (found: ReadonlyMap<string, unknown>) => [...found.keys()];

test('with consent the last answers are there when the server is down, those of all pages', async () => {
  const { world, open, settled } = setting(true);
  await open().find(['a', 'b']);
  await settled();
  world.gone.add('b');
  await open().find(['b', 'c']);
  await settled();
  world.down = true;
  assert.deepEqual(ids(await open().find(['c', 'x', 'a', 'b'])), ['c', 'a'], 'in the order asked, without what left the shop');
  await assert.rejects(open().find(['x']), { code: 'upstream' });
});

test('without consent nothing is stored, and consent withdrawn deletes', async () => {
  const { world, open, settled } = setting(false);
  await open().find(['a']);
  await settled();
  assert.equal(world.stored.size, 0);
  world.allowed = true;
  const lookup = open();
  await lookup.find(['a']);
  await settled();
  assert.equal(world.stored.size, 1);
  world.allowed = false;
  lookup.forget();
  await settled();
  assert.equal(world.stored.size, 0);
  world.down = true;
  await assert.rejects(open().find(['a']), { code: 'upstream' });
});

test('an answer counts for a minute', async () => {
  const { world, open } = setting(false);
  const lookup = open();
  await lookup.find(['a']);
  world.down = true;
  world.at = 59_999;
  assert.deepEqual(ids(await lookup.find(['a'])), ['a']);
  world.at = 60_000;
  await assert.rejects(lookup.find(['a']), { code: 'upstream' });
});
