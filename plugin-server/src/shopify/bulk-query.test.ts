import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { VitrineError } from '@vitrine/sdk/core';
import { collect } from '../../../test/collect.ts';
import { silentLog } from '../log.ts';
import type { AdminClient } from './admin-graphql.ts';
import { checkDownloadUrl, runBulkQuery } from './bulk-query.ts';

const URL_OF_RESULT = 'https://storage.googleapis.com/shopify-bulk/result.jsonl';

interface Script { starts?: object[]; states: object[]; body?: string; status?: number }

/** A shop that answers by script. */
function scripted({ starts = [{ bulkOperation: { id: 'op' }, userErrors: [] }], states, body = '{"id":"a"}\n', status = 200 }: Script) {
  const waits: number[] = [];
  const fetched: string[] = [];
  const client: AdminClient = {
    shop: 'demo.myshopify.com',
    async request<Data>(document: string) {
      if (document.includes('bulkOperationRunQuery')) return { bulkOperationRunQuery: starts.length > 1 ? starts.shift() : starts[0] } as Data;
      return { bulkOperation: states.length > 1 ? states.shift() : states[0] } as Data;
    },
  };
  const deps = { config: { appUrl: 'https://app.test' }, log: silentLog, fetch: (async (url: URL | string, init?: RequestInit) => { fetched.push(`${url} ${init?.redirect}`); return new Response(body, { status }); }) as typeof fetch };
  return { waits, fetched, run: (operationId?: string) => runBulkQuery(deps, client, '{ products }', { sleep: async (wait) => { waits.push(wait); }, operationId }) };
}

const state = (status: string, fields: object = {}) => ({ id: 'op', status, errorCode: null, objectCount: '1', url: null, partialDataUrl: null, ...fields });
const fails = (code: string, message: RegExp) => (error: VitrineError) => error.code === code && message.test(error.message);

test('it is started, waited for longer and longer, and streamed without following a redirect', async () => {
  const shop = scripted({ states: [state('CREATED'), state('RUNNING'), state('RUNNING'), state('COMPLETED', { url: URL_OF_RESULT })] });
  const { lines, partial, operationId } = await shop.run();
  assert.deepEqual(await collect(lines), [{ id: 'a' }]);
  assert.deepEqual([partial, operationId], [undefined, 'op']);
  assert.deepEqual(shop.waits, [200, 300, 450]);
  assert.deepEqual(shop.fetched, [`${URL_OF_RESULT} error`]);
});

test('a busy shop is waited for, then given up', async () => {
  const busy = { bulkOperation: null, userErrors: [{ code: 'OPERATION_IN_PROGRESS', message: 'busy' }] };
  const shop = scripted({ starts: [busy, busy, { bulkOperation: { id: 'op' }, userErrors: [] }], states: [state('COMPLETED')] });
  assert.deepEqual(await collect((await shop.run()).lines), [], 'no file: nothing to import');
  assert.deepEqual(shop.waits, [1_000, 2_000]);
  await assert.rejects(scripted({ starts: [busy], states: [] }).run(), fails('conflict', /still busy/));
  await assert.rejects(scripted({ starts: [{ bulkOperation: null, userErrors: [{ code: 'INVALID', message: 'Invalid query' }] }], states: [] }).run(), fails('upstream', /Invalid query/));
});

test('an operation started before is taken up', async () => {
  const shop = scripted({ starts: [], states: [state('COMPLETED', { url: URL_OF_RESULT })] });
  assert.equal((await shop.run('earlier')).operationId, 'earlier');
  await assert.rejects(scripted({ starts: [], states: [null as unknown as object] }).run('forgotten'), fails('upstream', /no longer knows/));
});

test('a failure says why; what was written before it can still be had', async () => {
  await assert.rejects(scripted({ states: [state('FAILED', { errorCode: 'ACCESS_DENIED' })] }).run(), fails('forbidden', /lacks a permission/));
  await assert.rejects(scripted({ states: [state('FAILED', { errorCode: 'SOMETHING_NEW' })] }).run(), fails('upstream', /SOMETHING_NEW/));
  for (const status of ['CANCELED', 'EXPIRED']) await assert.rejects(scripted({ states: [state(status)] }).run(), fails('upstream', new RegExp(status)));
  const { lines, partial } = await scripted({ states: [state('FAILED', { errorCode: 'TIMEOUT', partialDataUrl: URL_OF_RESULT })] }).run();
  assert.match(partial!, /ran out of time/);
  assert.equal((await collect(lines)).length, 1);
  const gone = await scripted({ states: [state('COMPLETED', { url: URL_OF_RESULT })], status: 403 }).run();
  await assert.rejects(collect(gone.lines), fails('upstream', /HTTP 403/));
  const short = await scripted({ states: [state('COMPLETED', { url: URL_OF_RESULT, objectCount: '2' })] }).run();
  await assert.rejects(collect(short.lines), fails('upstream', /cut off: 1 lines came of 2/));
});

test('nothing is fetched from anywhere else', async () => {
  for (const url of [URL_OF_RESULT, 'https://cdn.shopify.com/x', 'https://files.shopifycloud.com/x', 'https://demo.myshopify.com/x']) checkDownloadUrl(url);
  checkDownloadUrl('http://localhost:9292/bulk/1', 'http://localhost:9292');
  for (const url of ['http://storage.googleapis.com/x', 'https://storage.googleapis.com.evil.example/x', 'https://evil.example/shopify.com', 'https://notshopify.com/', 'https://shopify.com.evil.example', 'https://user@storage.googleapis.com/x',
    'https://storage.googleapis.com:8443/x', 'http://169.254.169.254/latest', 'http://localhost:9292/bulk', 'file:///etc/passwd', 'x', '']) {
    assert.throws(() => checkDownloadUrl(url, 'http://localhost:1'), fails('upstream', /not Shopify's/), url);
  }
  for (const [body, fileSize, message] of [
    [`${'{"id":"a"}\n'.repeat(200_000)}`, '11', /larger than the shop said/], [`{"id":"a","deep":${'['.repeat(5_000)}${']'.repeat(5_000)}}\n`, '10022', /nested deeper than 50/],
    [`{"id":"${'x'.repeat(11 * 2 ** 20)}`, null, /longer than 10 MB/],
  ] as const) {
    const bomb = scripted({ states: [state('COMPLETED', { url: URL_OF_RESULT, fileSize })], body });
    await assert.rejects(collect((await bomb.run()).lines), fails('upstream', message));
  }
  const elsewhere = scripted({ states: [state('COMPLETED', { url: 'http://169.254.169.254/' })] });
  await assert.rejects(collect((await elsewhere.run()).lines), fails('upstream', /169\.254\.169\.254/));
  assert.deepEqual(elsewhere.fetched, []);
});
