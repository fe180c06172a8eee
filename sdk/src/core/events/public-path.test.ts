import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { publicPath } from './public-path.ts';
import { LIMITS } from './types.ts';

test('a path of the catalogue stays; one of a person keeps its first part', () => {
  for (const [path, reported] of [
    ['/', '/'], ['', '/'], ['/products/mug', '/products/mug'], ['/de-ch/collections/tea', '/de-ch/collections/tea'], ['/pages/orders-explained', '/pages/orders-explained'],
    ['/ordersheet/a', '/ordersheet/a'], ['/cart', '/cart'],
    ['/checkouts/cn/SECRET/thank-you', '/checkouts'], ['/checkout', '/checkout'], ['/orders/SECRET', '/orders'], ['/fr/account/orders/SECRET', '/fr/account'],
    ['/4711/orders/SECRET/authenticate', '/orders'], ['/5678/checkouts/SECRET', '/checkouts'], ['/Orders/SECRET', '/Orders'],
  ]) assert.equal(publicPath(path), reported, path);
});

test('no token below a personal page is ever reported, and every path is within the limits', () => {
  const token = fc.stringMatching(/^[A-Z0-9]{16,40}$/);
  fc.assert(fc.property(fc.constantFrom('checkouts', 'checkout', 'orders', 'order', 'account', 'tools'), fc.constantFrom('', '/en', '/pt-br'), token, fc.webPath(), (area, language, secret, rest) => {
    assert.equal(publicPath(`${language}/${area}/${secret}${rest}`), `${language}/${area}`);
  }));
  fc.assert(fc.property(fc.string({ unit: 'grapheme-ascii', maxLength: 400 }), (path) => {
    const reported = publicPath(path);
    assert.ok(reported.length >= 1 && reported.length <= LIMITS.text);
  }));
});
