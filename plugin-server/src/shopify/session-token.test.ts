import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import type { VitrineError } from '@vitrine/sdk/core';
import { TEST_CONFIG } from '../../../test/context.ts';
import { silentLog } from '../log.ts';
import { verifySessionToken } from './session-token.ts';

const SHOP = 'demo.myshopify.com';
const now = Math.floor(Date.now() / 1000);
const claims = { iss: `https://${SHOP}/admin`, dest: `https://${SHOP}`, aud: TEST_CONFIG.shopify!.apiKey, sub: '1', exp: now + 60, nbf: now - 5, iat: now - 5, jti: '1', sid: '1' };
const deps = { config: TEST_CONFIG, log: silentLog };

function mint(change: object = {}, options: { secret?: string; header?: object } = {}): string {
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const text = `${encode(options.header ?? { alg: 'HS256', typ: 'JWT' })}.${encode({ ...claims, ...change })}`;
  return `${text}.${createHmac('sha256', options.secret ?? TEST_CONFIG.shopify!.apiSecret).update(text).digest('base64url')}`;
}

test('a good token names its shop', async () => {
  assert.deepEqual(await verifySessionToken(deps, mint()), { shop: SHOP });
});

test('every bad one is refused in the same words, which do not hold it', async () => {
  const bad: [string, string][] = [
    ['signed by another', mint({}, { secret: 'another' })], ['expired', mint({ exp: now - 60 })], ['not yet', mint({ nbf: now + 60 })], ['another app', mint({ aud: 'other' })],
    ['issuer and destination differ', mint({ iss: 'https://evil.myshopify.com/admin' })], ['issuer elsewhere', mint({ iss: `https://${SHOP}/evil` })], ['no issuer', mint({ iss: undefined })],
    ['not https', mint({ iss: `http://${SHOP}/admin`, dest: `http://${SHOP}` })], ['not a shop', mint({ iss: 'https://evil.example/admin', dest: 'https://evil.example' })],
    ['a shop in front', mint({ iss: `https://${SHOP}.evil.example/admin`, dest: `https://${SHOP}.evil.example` })], ['with a port', mint({ iss: `https://${SHOP}:8443/admin`, dest: `https://${SHOP}:8443` })],
    ['with a user', mint({ iss: `https://a@${SHOP}/admin`, dest: `https://a@${SHOP}` })], ['no algorithm', mint({}, { header: { alg: 'none', typ: 'JWT' } })], ['a list', mint({ dest: [`https://${SHOP}`] })], ['nothing', ''], ['two dots', '..'],
  ];
  for (const [name, token] of bad) {
    await assert.rejects(verifySessionToken(deps, token), (error: VitrineError) => {
      assert.equal(error.code, 'unauthorized');
      assert.equal(error.cause, undefined);
      if (token.length > 10) assert.ok(!JSON.stringify([error.message, error.stack]).includes(token));
      return true;
    }, name);
  }
});
