import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import '@shopify/shopify-api/adapters/web-api';
import { ApiVersion, shopifyApi } from '@shopify/shopify-api';
import fc from 'fast-check';
import { VitrineError } from '@vitrine/sdk/core';
import { PROXY_SECONDS, signProxyQuery, verifyProxyQuery } from './proxy-signature.ts';

const SECRET = 'hush';
const NOW = 1_795_000_000_000;
const OWN = { shop: 'demo.myshopify.com', path_prefix: '/apps/vitrine', timestamp: String(NOW / 1000), logged_in_customer_id: '' };

function signed(parameters: Record<string, string>, secret = SECRET): URLSearchParams {
  return new URLSearchParams({ ...parameters, signature: signProxyQuery(new Map(Object.entries(parameters)), secret) });
}
function refusal(query: URLSearchParams, now = NOW): string {
  try {
    verifyProxyQuery(query, SECRET, now);
  } catch (error) {
    assert.ok(error instanceof VitrineError && error.code === 'unauthorized', String(error));
    return error.message;
  }
  return assert.fail(`was accepted: ${query}`);
}

const name = fc.stringMatching(/^[a-z][a-z0-9_]{0,8}$/).filter((text) => !/(shop|timestamp|path_prefix|customer_id|signature)$/.test(text));
const value = fc.string({ unit: 'grapheme', maxLength: 20 }).map((text) => text.toWellFormed().replaceAll('=', ''));
const others = fc.dictionary(name, value, { maxKeys: 5, noNullPrototype: true });

test('the signature is that of the platform\'s documentation', () => {
  // The example of its page "Authenticate app proxies": the digest of the sorted pairs with the secret "hush".
  const parameters = new Map([['extra', '1,2'], ['shop', 'shop-name.myshopify.com'], ['logged_in_customer_id', '1'], ['path_prefix', '/apps/awesome_reviews'], ['timestamp', '1317327555']]);
  assert.equal(signProxyQuery(parameters, 'hush'), '4c68c8624d737112c91818c11017d24d334b524cb5c2b8ba08daa056f7395ddb');
  // And said by hand, once more.
  assert.equal(signProxyQuery(new Map([['b', '2'], ['a', '1']]), 'k'), createHmac('sha256', 'k').update('a=1b=2').digest('hex'));
});

test('what the platform signed passes, whatever else the query holds, in any order', () => {
  fc.assert(fc.property(others, fc.integer({ min: -PROXY_SECONDS, max: PROXY_SECONDS }), fc.nat(), (more, seconds, turn) => {
    const entries = [...signed({ ...OWN, ...more })];
    const turned = new URLSearchParams([...entries.slice(turn % entries.length), ...entries.slice(0, turn % entries.length)]);
    assert.deepEqual(verifyProxyQuery(turned, SECRET, NOW + seconds * 1000), { shop: OWN.shop });
  }));
});

test('any change of the query breaks it: a value, a name, a parameter more or less', () => {
  fc.assert(fc.property(others, name, value, fc.nat(), (more, newName, newValue, pick) => {
    const query = signed({ ...OWN, ...more });
    const keys = [...query.keys()];
    const key = keys[pick % keys.length];
    const changed = new URLSearchParams(query);
    changed.set(key, newValue);
    if (newValue !== query.get(key)) refusal(changed);
    const without = new URLSearchParams(query);
    without.delete(key);
    refusal(without);
    if (!query.has(newName)) {
      const added = new URLSearchParams(query);
      added.set(newName, newValue);
      refusal(added);
      const renamed = new URLSearchParams([...query].map(([each, text]) => [each === key ? newName : each, text]));
      refusal(renamed);
    }
  }));
});

test('every character of the signature counts, and its case', () => {
  const query = signed(OWN);
  const signature = query.get('signature')!;
  for (let at = 0; at < signature.length; at++) {
    const other = signature[at] === '0' ? '1' : '0';
    query.set('signature', signature.slice(0, at) + other + signature.slice(at + 1));
    assert.match(refusal(query), /the signature is wrong/);
  }
  for (const wrong of ['', signature.toUpperCase(), signature.slice(1), `${signature}0`, 'z'.repeat(64)]) {
    query.set('signature', wrong);
    refusal(query);
  }
});

test('repeated parameters, names that are never signed, other secrets, other times, no shop', () => {
  const repeat = (extra: string) => new URLSearchParams(`${signed(OWN)}&${extra}`);
  assert.match(refusal(repeat('shop=demo.myshopify.com')), /twice/);
  assert.match(refusal(repeat('signature=a')), /twice/);
  for (const bad of ['Shop=a', 'ids[]=1', 'ids%5B%5D=1', '=1', '1a=1', '__proto__=1', 'a%20b=1']) assert.match(refusal(repeat(bad)), /may not have/);
  assert.match(refusal(signed(OWN, 'another')), /signature is wrong/);
  assert.match(refusal(signed(OWN), NOW + PROXY_SECONDS * 1000 + 1), /too old/);
  assert.match(refusal(signed(OWN), NOW - PROXY_SECONDS * 1000 - 1), /too old/);
  for (const timestamp of ['', '1e9', '-1', ' 1795000000', '1795000000.0', 'NaN', '9'.repeat(13)]) assert.match(refusal(signed({ ...OWN, timestamp })), /too old/);
  for (const shop of ['', 'demo.example.com', 'demo.myshopify.com.evil.example', 'a.b.myshopify.com', '-a.myshopify.com']) assert.match(refusal(signed({ ...OWN, shop })), /does not name a shop/);
  assert.match(refusal(new URLSearchParams()), /not signed/);
});

test('a query signed for one shop cannot be read as another\'s: the pairs of what is signed have no separator', () => {
  const other = 'other.myshopify.com';
  for (const [asked, read] of [
    // The attacker asks their own shop with ?r=…; what is signed is then cut at other places.
    [{ r: `1shop=${other}shoq` }, { r: '1', shop: other, shoqshop: OWN.shop }],
    [{ r: `1shop=${other}` }, { r: '1', shop: `${other}shop=${OWN.shop}` }],
    [{ z: `shop=${other}timestamp=${OWN.timestamp}` }, { path_prefix: `${OWN.path_prefix}shop=${OWN.shop}timestamp=${OWN.timestamp}z=`, shop: other }],
  ] as const) {
    const sent = signed({ ...OWN, ...asked } as Record<string, string>);
    const forged = new URLSearchParams({ ...OWN, ...read, signature: sent.get('signature')! });
    refusal(forged);
  }
  // The first of them has the signature indeed: without the rules it would pass.
  const [a, b] = [{ ...OWN, r: `1shop=${other}shoq` }, { ...OWN, r: '1', shop: other, shoqshop: OWN.shop }].map((each) => signProxyQuery(new Map(Object.entries(each)), SECRET));
  assert.equal(a, b);
});

// Names of letters alone: the library sorts by name, the documentation's example by the whole pair, and "v0=" < "v=".
test('Shopify\'s own library agrees on every signature', async () => {
  const { utils } = shopifyApi({ apiKey: 'key', apiSecretKey: SECRET, apiVersion: ApiVersion.October26, hostName: 'app.example.com', isEmbeddedApp: true, logger: { log() {} } });
  const lettered = fc.dictionary(name.filter((text) => /^[a-z]+$/.test(text)), value, { maxKeys: 5, noNullPrototype: true });
  await fc.assert(fc.asyncProperty(lettered, async (more) => {
    const query = signed({ ...OWN, ...more, timestamp: String(Math.floor(Date.now() / 1000)) });
    assert.equal(await utils.validateHmac(Object.fromEntries(query), { signator: 'appProxy' }), true);
  }), { numRuns: 50 });
});

test('a refusal never repeats what was sent', () => {
  fc.assert(fc.property(fc.stringMatching(/^[A-Za-z]{12,20}$/), (secret) => {
    for (const query of [signed({ ...OWN, token: secret }, 'other'), new URLSearchParams({ [secret]: secret }), new URLSearchParams({ ...OWN, signature: secret })]) assert.ok(!refusal(query).includes(secret));
  }));
});
