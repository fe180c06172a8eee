import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { readFileSync } from 'node:fs';
import type { Session } from '@shopify/shopify-api';
import { setAbstractFetchFunc } from '@shopify/shopify-api/runtime';
import { FAULTS, noFaults } from './faults.ts';
import { CREDENTIALS, library, OFFLINE, startApp } from './receiving-app.ts';
import type { Shop } from './shop.ts';
import { createShop } from './shop.ts';

describe('the simulated shop\'s tokens and faults', () => {
  let shop: Shop, app: Awaited<ReturnType<typeof startApp>>, api: ReturnType<typeof library>, session: Session;
  let now = Date.now();

  before(async () => {
    app = await startApp();
    shop = await createShop({ seed: 3, products: 20, orders: 60, customers: 20, days: 30, end: new Date('2026-11-01'), retryDelaysMs: [5, 5], bulkDelayMs: 5, clock: () => now });
    await shop.listen(0);
    setAbstractFetchFunc(shop.rewrite as typeof fetch);
    api = library();
  });
  after(async () => {
    setAbstractFetchFunc(fetch);
    await shop.close();
    await app.close();
  });
  beforeEach(async () => {
    now = Date.now();
    shop.setFaults(noFaults());
    assert.equal((await shop.install({ appUrl: app.url, ...CREDENTIALS })).status, 200);
    ({ session } = await api.auth.tokenExchange({ shop: shop.domain, sessionToken: shop.sessionToken(), ...OFFLINE }));
  });

  const post = (query: string, variables: object = {}, options: { token?: string } = {}) =>
    fetch(`${shop.origin}/admin/api/2026-10/graphql.json`, {
      method: 'POST', headers: { 'content-type': 'application/json', 'x-shopify-access-token': options.token ?? session.accessToken! }, body: JSON.stringify({ query, variables }),
    });
  const exchange = (body: object) => fetch(`${shop.origin}/admin/oauth/access_token`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  const grant = () => ({
    client_id: CREDENTIALS.clientId, client_secret: CREDENTIALS.clientSecret, grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange', subject_token: shop.sessionToken(),
    subject_token_type: 'urn:ietf:params:oauth:token-type:id_token', requested_token_type: 'urn:shopify:params:oauth:token-type:offline-access-token', expiring: '1',
  });

  test('the official library exchanges a session token for an expiring one', async () => {
    assert.match(session.accessToken!, /^shpat_/);
    assert.match(session.refreshToken!, /^shprt_/);
    assert.equal(session.scope, CREDENTIALS.scopes.join(','));
    assert.ok(session.expires! > new Date());
    assert.equal((await api.session.decodeSessionToken(shop.sessionToken())).dest, `https://${shop.domain}`);
  });

  test('refresh tokens rotate; one is good until its replacement is used, since an answer may be lost', async () => {
    const refresh = (refreshToken: string) => api.auth.refreshToken({ shop: shop.domain, refreshToken });
    const { session: lost } = await refresh(session.refreshToken!);
    assert.notEqual(lost.accessToken, session.accessToken);
    assert.equal((await post('{ shop { id } }')).status, 401, 'the old access token is void');
    const { session: next } = await refresh(session.refreshToken!);
    assert.equal((await post('{ shop { id } }', {}, { token: next.accessToken })).status, 200);
    await assert.rejects(refresh(lost.refreshToken!), Error, 'the pair that was never used is void');
    const { session: third } = await refresh(next.refreshToken!);
    await assert.rejects(refresh(session.refreshToken!), Error, 'retired: its replacement is in use');
    now += 31 * 86_400_000;
    assert.ok(await refresh(third.refreshToken!), 'unused, it lasts for 90 days');
    now += 31 * 86_400_000;
    await assert.rejects(refresh(third.refreshToken!), Error, 'used, for 30');
  });

  test('faults: a lost answer counts as given, an answer without times, a refused refresh', async () => {
    const refresh = (refreshToken: string) => api.auth.refreshToken({ shop: shop.domain, refreshToken });
    shop.faults.loseTokenAnswers = 1;
    await assert.rejects(refresh(session.refreshToken!));
    assert.equal((await post('{ shop { id } }')).status, 401, 'the shop has acted on it');
    shop.setFaults({ loseTokenAnswers: 0, omitExpiresIn: true });
    const { session: next } = await refresh(session.refreshToken!);
    assert.equal(next.expires, undefined);
    shop.setFaults({ omitExpiresIn: false, refuseRefresh: true });
    assert.equal(((await (await exchange({ client_id: CREDENTIALS.clientId, client_secret: CREDENTIALS.clientSecret, grant_type: 'refresh_token', refresh_token: 'any' })).json()) as { error: string }).error, 'invalid_grant');
  });

  test('expire after an hour, or at once as a fault', async () => {
    now += 3_601_000;
    assert.equal((await post('{ shop { id } }')).status, 401);
    ({ session } = await api.auth.refreshToken({ shop: shop.domain, refreshToken: session.refreshToken! }));
    assert.equal((await post('{ shop { id } }')).status, 200);
    shop.faults.expireToken = true;
    assert.equal((await post('{ shop { id } }')).status, 401);
    ({ session } = await api.auth.refreshToken({ shop: shop.domain, refreshToken: session.refreshToken! }));
    assert.equal((await post('{ shop { id } }')).status, 200);
  });

  test('are refused for a wrong secret, a forged, foreign, late or missing session token', async () => {
    assert.equal((await exchange({ ...grant(), client_secret: 'wrong' })).status, 401);
    assert.equal((await exchange({ ...grant(), client_id: 'wrong' })).status, 400);
    assert.equal((await exchange({ ...grant(), grant_type: 'password' })).status, 400);
    const [head, payload, signature] = shop.sessionToken().split('.');
    const forged = Buffer.from(JSON.stringify({ ...JSON.parse(Buffer.from(payload, 'base64url').toString()), sub: '1' })).toString('base64url');
    const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${payload}.`;
    const late = shop.sessionToken();
    for (const subject_token of [`${head}.${forged}.${signature}`, unsigned, shop.sessionToken({ shopDomain: 'other.myshopify.com' }), '', undefined, 'a.b.c']) {
      const response = await exchange({ ...grant(), subject_token });
      assert.equal(response.status, 400);
      assert.equal(((await response.json()) as { error: string }).error, 'invalid_subject_token');
    }
    const request = grant();
    now += 71_000;
    assert.equal((await exchange({ ...request, subject_token: late })).status, 400);
  });

  test('the app is opened with a signed query', async () => {
    await shop.install({ appUrl: app.url, ...CREDENTIALS });
    const query = Object.fromEntries(new URL(app.received.at(-1)!.url, app.url).searchParams);
    assert.equal(query.shop, shop.domain);
    assert.ok(query.id_token && query.host && query.embedded);
    assert.equal(await api.utils.validateHmac(query as never), true);
  });

  test('the faults page sets faults, and every fault is on it and in the documentation', async () => {
    const set = (body: object) => fetch(`${shop.origin}/__faults`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
    const submit = (form: Record<string, string>) => fetch(`${shop.origin}/__faults`, { method: 'POST', body: new URLSearchParams(form), redirect: 'manual' });
    assert.equal((await set({ throttle: 0.5, truncateBulk: true, bulkEnds: 'EXPIRED' })).status, 200);
    assert.deepEqual([shop.faults.throttle, shop.faults.truncateBulk, shop.faults.bulkEnds], [0.5, true, 'EXPIRED']);
    for (const wrong of [{ throttle: 'much' }, { throttle: 0.1, bulkEnds: 'NEVER' }, { expireToken: 1 }, JSON.parse('{"__proto__": 1, "constructor": 1}')]) assert.equal((await set(wrong)).status, 400);
    assert.equal(shop.faults.throttle, 0.5, 'a wrong field changes nothing at all');

    const page = await (await fetch(`${shop.origin}/__faults`)).text();
    const readme = readFileSync(new URL('README.md', import.meta.url), 'utf8');
    for (const name of Object.keys(FAULTS)) {
      assert.match(page, new RegExp(`<label for="${name}">`));
      assert.ok(readme.includes(`\`${name}\``), `${name} is in the README`);
    }
    const numbers = Object.fromEntries(Object.entries(FAULTS).flatMap(([name, { most, choices }]) => (choices ? [[name, choices[0]]] : most === undefined ? [] : [[name, '0']])));
    assert.equal((await submit({ ...numbers, dropWebhooks: '0.25', expireToken: 'on' })).status, 303);
    assert.deepEqual(shop.faults, { ...noFaults(), dropWebhooks: 0.25, expireToken: true });
    assert.equal((await submit({ ...numbers, dropWebhooks: '' })).status, 400);
    assert.equal((await submit({ off: '1' })).status, 303);
    assert.deepEqual(shop.faults, noFaults());
    assert.equal((await fetch(`${shop.origin}/admin/uninstall`, { method: 'POST', headers: { origin: 'https://evil.example' } })).status, 403);
  });
});
