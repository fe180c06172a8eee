import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { withContext } from '../../../test/context.ts';
import type { AccessToken } from '../shopify/access-token.ts';
import { connectAdmin, loadToken, saveToken } from './connect-admin.ts';

const SHOP = 'demo.myshopify.com';

/** A shop that knows one access and one refresh token at a time, and takes a while to hand out the next. */
async function setUp(t: TestContext, expiresIn: number) {
  const shop = { access: 'access-1', refresh: 'refresh-1', refreshes: 0, down: false };
  const json = (body: object, status = 200) => new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } });
  const ctx = await withContext(t, {
    fetch: (async (input: string | URL, init?: RequestInit) => {
      if (!String(input).endsWith('/admin/oauth/access_token')) {
        return new Headers(init?.headers).get('x-shopify-access-token') === shop.access ? json({ data: { ok: true } }) : json({ errors: 'Invalid access token' }, 401);
      }
      if (shop.down) return json({}, 503);
      shop.refreshes++;
      const { refresh_token } = JSON.parse(String(init?.body));
      if (refresh_token !== shop.refresh) return json({ error: 'invalid_grant' }, 400);
      [shop.access, shop.refresh] = [`access-${shop.refreshes + 1}`, `refresh-${shop.refreshes + 1}`];
      await new Promise(setImmediate);
      return json({ access_token: shop.access, refresh_token: shop.refresh, refresh_token_expires_in: 90 * 86_400, scope: 'read_products' });
    }) as typeof fetch,
  });
  const token: AccessToken = { sessionId: `offline_${SHOP}`, shop: SHOP, accessToken: 'access-1', scope: '', expiresAt: Date.now() + expiresIn, refreshToken: 'refresh-1', refreshExpiresAt: Date.now() + 86_400_000 };
  await saveToken(ctx, token);
  return { ctx, shop, token };
}

const ask = async (ctx: Parameters<typeof connectAdmin>[0]) => (await connectAdmin(ctx, { shop: SHOP })).request('{ ok }');

test('many requests near the end of a token renew it once', async (t) => {
  const { ctx, shop } = await setUp(t, 60_000);
  assert.equal((await Promise.all(Array.from({ length: 10 }, () => ask(ctx)))).length, 10);
  assert.equal(shop.refreshes, 1);
  const stored = (await loadToken(ctx, SHOP))!;
  assert.equal(stored.accessToken, 'access-2');
  assert.ok(Math.abs(stored.expiresAt - Date.now() - 3_600_000) < 60_000, 'an answer without expires_in means an hour');
});

test('a token refused before its time is renewed, too', async (t) => {
  const { ctx, shop } = await setUp(t, 3_600_000);
  shop.access = 'taken back';
  assert.deepEqual(await ask(ctx), { ok: true });
  assert.equal(shop.refreshes, 1);
});

test('another process that was faster is not undone', async (t) => {
  const { ctx, shop, token } = await setUp(t, 60_000);
  const client = await connectAdmin(ctx, { shop: SHOP });
  [shop.access, shop.refresh] = ['access-9', 'refresh-9'];
  await saveToken(ctx, { ...token, accessToken: 'access-9', refreshToken: 'refresh-9', expiresAt: Date.now() + 3_600_000 });
  assert.deepEqual(await client.request('{ ok }'), { ok: true });
  assert.equal(shop.refreshes, 0);
});

test('a shop that is down keeps its credentials; one that refuses them loses them', async (t) => {
  const { ctx, shop } = await setUp(t, 60_000);
  shop.down = true;
  await assert.rejects(ask(ctx), { code: 'upstream' });
  assert.ok(await loadToken(ctx, SHOP));
  shop.down = false;
  shop.refresh = 'unknown';
  await assert.rejects(ask(ctx), { code: 'unauthorized' });
  assert.equal(await loadToken(ctx, SHOP), undefined);
  await assert.rejects(ask(ctx), /Open the app in the Shopify admin once/);
});
