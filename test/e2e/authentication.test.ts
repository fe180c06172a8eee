import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Overview } from '../../plugin-server/src/services/overview.ts';
import { connectAdmin, loadToken } from '../../plugin-server/src/services/connect-admin.ts';
import { importShop } from '../../plugin-server/src/services/import-shop.ts';
import { reconcileShop } from '../../plugin-server/src/services/reconcile-shop.ts';
import { reseal } from '../../plugin-server/src/services/reseal.ts';
import { findShop } from '../../plugin-server/src/store/shops.ts';
import { APP, install, quick, settle, setUp, stored, takeJobs, truth, type Pair } from './shop-and-server.ts';

const HOUR = 3_600_000;
const SMALL = { products: 12, orders: 40, customers: 20 };

const call = ({ server }: Pair, path: string, token: string) => fetch(`${server.url}${path}`, { headers: { authorization: `Bearer ${token}` } });
const overview = async (pair: Pair): Promise<Overview> => (await call(pair, '/api/overview', pair.shop.sessionToken())).json();
const ask = async ({ shop, server }: Pair) => (await connectAdmin(server.ctx, { shop: shop.domain, sleep: quick })).request<{ shop: { name: string } }>('{ shop { name } }');

test('an installation asks for a token that ends and can be renewed, and the owner sees nothing to do', async (t) => {
  const bodies: string[] = [];
  const pair = await setUp(t, { shop: SMALL, fetch: (async (input, init) => {
    if (String(input).includes('/oauth/access_token')) bodies.push(String(init?.body));
    return fetch(input, init);
  }) as typeof fetch });
  assert.equal((await install(pair)).status, 200);
  assert.equal(JSON.parse(bodies[0]!).expiring, '1');
  const token = (await loadToken(pair.server.ctx, pair.shop.domain))!;
  assert.match(token.refreshToken!, /^shprt_/);
  assert.ok(token.expiresAt > Date.now() && token.expiresAt <= Date.now() + HOUR);
  assert.deepEqual((await overview(pair)).notices, []);
  assert.equal((await findShop(pair.server.ctx.db, pair.shop.domain))!.scopes, [...APP.scopes].sort().join());
  assert.ok(![...pair.logged, ...bodies.map(() => '')].some((line) => /shp(at|rt)_|eyJ/.test(line)));
});

test('hours later, with answers lost and without their times, the shop is still asked', async (t) => {
  let ahead = 0;
  const pair = await setUp(t, { shop: SMALL, clock: () => Date.now() + ahead });
  const { shop } = pair;
  await install(pair);
  ahead += 2 * HOUR;
  assert.equal((await ask(pair)).shop.name, 'Kiln & Clover');
  shop.setFaults({ loseTokenAnswers: 1 });
  ahead += 2 * HOUR;
  await assert.rejects(ask(pair), { code: 'upstream' });
  shop.setFaults({ loseTokenAnswers: 0.5, omitExpiresIn: true });
  for (let hour = 0; hour < 12; hour++) {
    ahead += 2 * HOUR;
    await ask(pair).catch((error: { code?: string }) => assert.equal(error.code, 'upstream', 'lost three times over, not refused'));
  }
  shop.setFaults({ loseTokenAnswers: 0, omitExpiresIn: false });
  assert.equal((await ask(pair)).shop.name, 'Kiln & Clover');
});

test('where the refresh token is refused the next session token brings credentials, and the shop is reconciled, not installed again', async (t) => {
  const pair = await setUp(t, { shop: SMALL });
  const { shop, server: { ctx } } = pair;
  await install(pair);
  await importShop(ctx, { shop: shop.domain, sleep: quick });
  await takeJobs(pair);
  const before = (await findShop(ctx.db, shop.domain))!;
  shop.setFaults({ expireToken: true, refuseRefresh: true });
  await assert.rejects(ask(pair), { code: 'unauthorized' });
  assert.equal(await loadToken(ctx, shop.domain), undefined);
  shop.setFaults({ expireToken: false, refuseRefresh: false });
  assert.equal((await call(pair, '/api/overview', shop.sessionToken())).status, 200);
  assert.equal((await ask(pair)).shop.name, 'Kiln & Clover');
  assert.deepEqual(await takeJobs(pair), ['reconcile']);
  const after = (await findShop(ctx.db, shop.domain))!;
  assert.deepEqual([after.installedAt, after.publishableKey], [before.installedAt, before.publishableKey]);
});

test('a session token that is stale asks for another one; nothing is told to who has none', async (t) => {
  let ahead = 0;
  const pair = await setUp(t, { shop: { ...SMALL, clock: () => Date.now() - ahead } });
  await install(pair);
  ahead = 5 * 60_000;
  const stale = pair.shop.sessionToken();
  for (const token of [stale, `${stale}x`, 'x']) {
    const response = await call(pair, '/api/overview', token);
    assert.equal(response.status, 401);
    assert.equal(response.headers.get('x-shopify-retry-invalid-session-request'), '1');
    assert.doesNotMatch(await response.text(), /eyJ/);
  }
  const opened = await fetch(`${pair.server.url}/app?shop=${pair.shop.domain}&id_token=${stale}`);
  assert.equal(opened.status, 200, 'the document holds no data; App Bridge fetches a fresh token');
  assert.doesNotMatch(await opened.text(), /eyJ/);
});

test('permissions: the owner is told what is missing, and granting it brings the data', async (t) => {
  const pair = await setUp(t, { shop: SMALL });
  const { shop, server } = pair;
  const { ctx } = server;
  const only = (...scopes: string[]) => shop.install({ ...APP, scopes, appUrl: server.url });
  assert.equal((await only('read_products', 'read_inventory')).status, 200);
  assert.deepEqual(await takeJobs(pair), ['install-import']);
  await assert.rejects(importShop(ctx, { shop: shop.domain, sleep: quick }), (error: Error) => /has not granted read_orders/.test(error.message));
  assert.match((await overview(pair)).notices[0]!, /has not granted read_orders/);

  // The owner accepts them in the admin, which then opens the app; the webhook is not subscribed to yet.
  await shop.setScopes(['read_products', 'read_inventory', 'read_orders']);
  assert.equal((await fetch(`${server.url}/app?shop=${shop.domain}&id_token=${shop.sessionToken()}`)).status, 200);
  assert.match((await overview(pair)).notices[0]!, /read_customers/, 'what is only better to have is said too');
  assert.deepEqual(await takeJobs(pair), ['install-import', 'reconcile']);
  await importShop(ctx, { shop: shop.domain, sleep: quick });
  assert.deepEqual(await stored(pair), truth(shop));
  const customers = async () => (await ctx.db.query<{ customers: number }>('SELECT count(DISTINCT customer_key)::int AS customers FROM orders'))[0]!.customers;
  assert.equal(await customers(), 0);
  await takeJobs(pair);

  // From now on the shop tells. What it tells may be old, so it is asked.
  await shop.setScopes([...APP.scopes]);
  await settle(pair);
  assert.deepEqual(await takeJobs(pair), ['install-import']);
  await importShop(ctx, { shop: shop.domain, sleep: quick });
  assert.ok((await customers()) > 5);
  assert.deepEqual((await overview(pair)).notices, []);

  await shop.setScopes(['read_products', 'read_inventory']);
  await settle(pair);
  assert.match((await overview(pair)).notices[0]!, /read_orders/);
  await assert.rejects(reconcileShop(ctx, { shop: shop.domain, sleep: quick }), { code: 'forbidden' });
  assert.deepEqual(await stored(pair), truth(shop), 'what was read stays');
});

test('uninstalled and installed again within seconds: the late message changes nothing, whichever clock is ahead', async (t) => {
  for (const skew of [0, 8_000, -8_000]) { // more, and the session token itself is refused
    await t.test(`the server's clock ${skew / 1000} s ahead of the shop's`, async (t) => {
      const pair = await setUp(t, { shop: { ...SMALL, clock: () => Date.now() - skew } });
      const { shop, server: { ctx } } = pair;
      assert.equal((await install(pair)).status, 200);
      await importShop(ctx, { shop: shop.domain, sleep: quick });
      shop.setFaults({ delayMs: 400 });
      const told = shop.uninstall();
      await install(pair);
      await told;
      await settle(pair);
      assert.equal((await findShop(ctx.db, shop.domain))!.uninstalledAt, null);
      assert.equal((await ask(pair)).shop.name, 'Kiln & Clover');
      assert.equal((await fetch(`${pair.server.url}/v1/shops/${shop.domain}/release`)).status, 200);

      // The webhooks went with the first installation; what is queued subscribes again.
      shop.setFaults({ delayMs: 0 });
      assert.deepEqual(await takeJobs(pair), ['install-import', 'reconcile', 'train']);
      assert.ok((await reconcileShop(ctx, { shop: shop.domain, sleep: quick })).webhooks > 5);
      await shop.uninstall();
      await settle(pair);
      assert.notEqual((await findShop(ctx.db, shop.domain))!.uninstalledAt, null, 'an uninstallation seconds after the installation counts');
      assert.equal(await loadToken(ctx, shop.domain), undefined);
      await assert.rejects(importShop(ctx, { shop: shop.domain, sleep: quick }), { code: 'not_found' });
    });
  }
});

test('the shop changes its name, currency and clock', async (t) => {
  const pair = await setUp(t, { shop: SMALL });
  const { shop, server: { ctx } } = pair;
  await install(pair);
  await importShop(ctx, { shop: shop.domain, sleep: quick });
  await ctx.db.query("UPDATE shops SET name = 'Old', timezone = 'UTC' WHERE shop_id = $1", [shop.domain]);
  await shop.deliverWebhook('shop/update', { id: 1, updated_at: new Date().toISOString(), email: 'owner@example.com' });
  await settle(pair);
  const row = (await findShop(ctx.db, shop.domain))!;
  assert.deepEqual([row.name, row.timezone], ['Kiln & Clover', 'Europe/Berlin']);
});

test('the secret changes while the shop is installed', async (t) => {
  const old = 'the secret that has been in use so far';
  const pair = await setUp(t, { shop: SMALL, env: { VITRINE_SECRET: old } });
  const { shop, server: { ctx } } = pair;
  await install(pair);
  await importShop(ctx, { shop: shop.domain, sleep: quick });
  const config = { ...ctx.config, secret: 'the secret from now on, long enough too', previousSecrets: [old] };
  const report = await reseal({ ...ctx, config });
  assert.equal(report.resealed, 2);
  const rotated: Pair = { ...pair, server: { ...pair.server, ctx: { ...ctx, config: { ...config, previousSecrets: [] } } } };
  assert.equal((await ask(rotated)).shop.name, 'Kiln & Clover');
  const before = await ctx.db.query('SELECT order_id, customer_key FROM orders ORDER BY 1');
  await importShop(rotated.server.ctx, { shop: shop.domain, sleep: quick });
  assert.deepEqual(await ctx.db.query('SELECT order_id, customer_key FROM orders ORDER BY 1'), before, 'every customer is the same as before');
  await assert.rejects(ask(pair), { code: 'bad_config' });
});
