import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { withContext } from '../../../test/context.ts';
import type { AccessToken } from '../shopify/access-token.ts';
import { connectAdmin, loadToken, saveToken } from './connect-admin.ts';

const SHOP = 'demo.myshopify.com';

/**
 * A shop that hands out tokens as the platform does: a refresh token stays good until the pair that it was exchanged for
 * is used. `lose` answers never arrive, though the shop has acted on the question.
 */
async function setUp(t: TestContext, expiresIn: number, answer: Readonly<Record<string, unknown>> = { refresh_token_expires_in: 90 * 86_400 }) {
  const shop = { access: 'access-1', refresh: ['refresh-1'], refreshes: 0, lose: 0, down: false };
  const json = (body: object, status = 200) => new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } });
  const ctx = await withContext(t, {
    fetch: (async (input: string | URL, init?: RequestInit) => {
      if (!String(input).endsWith('/admin/oauth/access_token')) {
        const given = new Headers(init?.headers).get('x-shopify-access-token');
        if (given === shop.access) shop.refresh.splice(0, shop.refresh.length - 1); // the pair is in use: the one before is retired
        return given === shop.access ? json({ data: { ok: true } }) : json({ errors: 'Invalid access token' }, 401);
      }
      if (shop.down) return json({}, 503);
      shop.refreshes++;
      const { refresh_token } = JSON.parse(String(init?.body));
      if (!shop.refresh.includes(refresh_token)) return json({ error: 'invalid_grant' }, 400);
      shop.access = `access-${shop.refreshes + 1}`;
      shop.refresh = [refresh_token, `refresh-${shop.refreshes + 1}`];
      await new Promise(setImmediate);
      if (shop.lose-- > 0) throw new TypeError('fetch failed');
      return json({ access_token: shop.access, refresh_token: shop.refresh.at(-1), scope: 'read_products', ...answer });
    }) as typeof fetch,
  });
  const token: AccessToken = { sessionId: `offline_${SHOP}`, shop: SHOP, accessToken: 'access-1', scope: '', expiresAt: Date.now() + expiresIn, refreshToken: 'refresh-1', refreshExpiresAt: Date.now() + 86_400_000 };
  await saveToken(ctx, token);
  return { ctx, shop, token };
}

const quick = async (): Promise<void> => {};
const ask = async (ctx: Parameters<typeof connectAdmin>[0]) => (await connectAdmin(ctx, { shop: SHOP, sleep: quick })).request('{ ok }');

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

test('several processes renew it once, and all go on with what one was given', async (t) => {
  const { ctx, shop } = await setUp(t, 60_000);
  // What is shared within a process is shared by address: another address is another process to it.
  const processes = Array.from({ length: 4 }, (_, n) => ({ ...ctx, config: { ...ctx.config, appUrl: `https://${n}.test` } }));
  await Promise.all(processes.flatMap((each) => [ask(each), ask(each)]));
  assert.equal(shop.refreshes, 1);
  assert.deepEqual(await ctx.db.query('SELECT * FROM token_renewals'), [], 'the lease is given back');
});

test('a process that was killed while it renewed holds the others up for half a minute only', async (t) => {
  let now = Date.now();
  const { ctx, shop } = await setUp(t, 60_000);
  await ctx.db.query("INSERT INTO token_renewals VALUES ($1, 'killed', to_timestamp($2::float8 / 1000))", [SHOP, now + 30_000]);
  const client = await connectAdmin({ ...ctx, clock: () => now }, { shop: SHOP, sleep: async (wait) => { now += wait; } });
  assert.deepEqual(await client.request('{ ok }'), { ok: true });
  assert.equal(shop.refreshes, 1);
});

test('an answer lost on the way is asked for again, with the token that is stored', async (t) => {
  const { ctx, shop } = await setUp(t, -1_000);
  shop.lose = 1;
  assert.deepEqual(await ask(ctx), { ok: true });
  assert.equal(shop.refreshes, 2);
  assert.equal((await loadToken(ctx, SHOP))!.refreshToken, 'refresh-3');

  // The process dies, or the network stays away: minutes later the same token is still good.
  const again = await setUp(t, -1_000);
  again.shop.lose = 3;
  await assert.rejects(ask(again.ctx), { code: 'upstream' });
  assert.equal((await loadToken(again.ctx, SHOP))!.refreshToken, 'refresh-1', 'nothing half stored');
  assert.deepEqual(await ask(again.ctx), { ok: true });
});

test('what the answer leaves out: no end means an hour, no refresh token means used until refused', async (t) => {
  const { ctx } = await setUp(t, 60_000, { expires_in: undefined, refresh_token_expires_in: undefined });
  await ask(ctx);
  const stored = (await loadToken(ctx, SHOP))!;
  assert.deepEqual([stored.refreshToken, stored.refreshExpiresAt], ['refresh-2', null]);

  const lasting = await setUp(t, 60_000, { refresh_token: undefined });
  await ask(lasting.ctx);
  assert.equal((await loadToken(lasting.ctx, SHOP))!.refreshToken, null);
  const later = { ...lasting.ctx, clock: () => Date.now() + 2 * 3_600_000 };
  assert.deepEqual(await ask(later), { ok: true });
  lasting.shop.access = 'taken back';
  await assert.rejects(ask(later), { code: 'unauthorized' });
  assert.equal(await loadToken(lasting.ctx, SHOP), undefined);
});

test('a renewal does not bring back what an uninstallation has removed meanwhile', async (t) => {
  const { ctx, shop } = await setUp(t, 60_000);
  const fetch = ctx.fetch;
  const removing = { ...ctx, fetch: (async (input, init) => {
    const response = await fetch(input, init);
    if (shop.refreshes > 0) await ctx.db.query('DELETE FROM credentials');
    return response;
  }) as typeof fetch };
  await assert.rejects(ask(removing), { code: 'unauthorized' });
  assert.equal(await loadToken(ctx, SHOP), undefined);
});

test('another process that was faster is not undone', async (t) => {
  const { ctx, shop, token } = await setUp(t, 60_000);
  const client = await connectAdmin(ctx, { shop: SHOP });
  [shop.access, shop.refresh] = ['access-9', ['refresh-9']];
  await saveToken(ctx, { ...token, accessToken: 'access-9', refreshToken: 'refresh-9', expiresAt: Date.now() + 3_600_000 });
  assert.deepEqual(await client.request('{ ok }'), { ok: true });
  assert.equal(shop.refreshes, 0);
});

test('a shop that is down keeps its credentials, and the old token is used to its end; one that refuses them loses them', async (t) => {
  const { ctx, shop } = await setUp(t, 60_000);
  shop.down = true;
  assert.deepEqual(await ask(ctx), { ok: true });
  const later = { ...ctx, clock: () => Date.now() + 120_000 };
  await assert.rejects(ask(later), { code: 'upstream' });
  assert.ok(await loadToken(ctx, SHOP));
  shop.down = false;
  shop.refresh = ['unknown'];
  await assert.rejects(ask(later), { code: 'unauthorized' });
  assert.equal(await loadToken(ctx, SHOP), undefined);
  await assert.rejects(ask(ctx), /Open the app in the Shopify admin once/);
});
