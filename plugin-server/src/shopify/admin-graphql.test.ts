import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { VitrineError } from '@vitrine/sdk/core';
import { silentLog } from '../log.ts';
import { bucketWait, createAdminClient } from './admin-graphql.ts';

const cost = (requested: number, available: number, rate = 100) => ({ requestedQueryCost: requested, throttleStatus: { maximumAvailable: 2000, currentlyAvailable: available, restoreRate: rate } });
const json = (body: object, status = 200, headers = {}) => new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', ...headers } });
const throttled = () => json({ errors: [{ message: 'Throttled', extensions: { code: 'THROTTLED' } }], extensions: { cost: cost(500, 100) } });

function client(answers: (() => Response)[], origin?: string) {
  const waits: number[] = [];
  const requests: Request[] = [];
  const deps = {
    config: { appUrl: 'https://app.test', shopify: { apiKey: 'key', apiSecret: 'secret', shopOrigin: origin } }, log: silentLog,
    fetch: (async (input: URL | string, init?: RequestInit) => { requests.push(new Request(input, init)); return (answers.length > 1 ? answers.shift()! : answers[0]!)(); }) as typeof fetch,
  };
  return { waits, requests, client: createAdminClient(deps, { shop: 'demo.myshopify.com', accessToken: 'shpat_token', sleep: async (wait) => { waits.push(wait); } }) };
}

test('throttling is waited out by the reported cost, not by a fixed rate', async () => {
  const { client: admin, waits, requests } = client([throttled, throttled, () => json({ data: { shop: { name: 'Demo' } } })]);
  assert.deepEqual(await admin.request('{ shop { name } }'), { shop: { name: 'Demo' } });
  assert.deepEqual(waits, [4_000, 4_000]);
  assert.equal(requests[0]!.url, 'https://demo.myshopify.com/admin/api/2026-10/graphql.json');
  assert.equal(requests[0]!.headers.get('x-shopify-access-token'), 'shpat_token');
  await assert.rejects(client([throttled]).client.request('{ shop { name } }'), { code: 'rate_limited' });
});

test('how long the bucket needs', () => {
  assert.equal(bucketWait(cost(500, 100, 50)), 8_000);
  assert.equal(bucketWait(cost(100, 99.99)), 100);
  assert.equal(bucketWait(cost(1e9, 0)), 30_000);
  assert.equal(bucketWait(undefined), 1_000);
  assert.equal(bucketWait({ throttleStatus: { restoreRate: 0 } }), 1_000);
});

test('each failure has its code, and none names the token', async () => {
  const failures: [() => Response, string][] = [
    [() => json({ errors: 'Invalid API key or access token' }, 401), 'unauthorized'], [() => json({}, 403), 'forbidden'],
    [() => json({ errors: [{ message: 'Access denied for orders field.', extensions: { code: 'ACCESS_DENIED' } }] }), 'forbidden'],
    [() => json({ errors: [{ message: "Field 'x' doesn't exist" }] }), 'upstream'], [() => json({}, 503), 'upstream'], [() => json({ errors: [{ message: { no: 'text' } }] }), 'upstream'],
    [() => new Response('<html>', { headers: { 'content-type': 'text/html' } }), 'upstream'], [() => { throw new TypeError('fetch failed'); }, 'upstream'],
  ];
  for (const [answer, code] of failures) {
    await assert.rejects(client([answer]).client.request('{ x }'), (error: VitrineError) => {
      assert.equal(error.code, code);
      assert.doesNotMatch(error.message, /shpat_|\n/);
      return true;
    });
  }
});

test('two servers beside each other ask through their own fetch', async () => {
  const one = client([() => json({ data: { n: 1 } })]);
  const two = client([() => json({ data: { n: 2 } })], 'http://localhost:9292');
  assert.deepEqual(await Promise.all([one.client.request('{ a }'), two.client.request('{ b }')]), [{ n: 1 }, { n: 2 }]);
  assert.equal(two.requests[0]!.url, 'http://localhost:9292/admin/api/2026-10/graphql.json');
  assert.equal(two.requests[0]!.headers.get('x-forwarded-host'), 'demo.myshopify.com');
});
