import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { publicPath } from './public-path.ts';
import { LIMITS } from './types.ts';

test('a path of the catalogue stays; one of a person ends before its token', () => {
  for (const [path, reported] of [
    ['/', '/'], ['/products/mug', '/products/mug'], ['/de-ch/collections/tea', '/de-ch/collections/tea'], ['/pages/orders-explained', '/pages/orders-explained'],
    ['/ordersheet/a', '/ordersheet/a'], ['/cart', '/cart'], ['/orders', '/orders'],
    ['/checkouts/cn/SECRET/thank-you', '/checkouts'], ['/checkout', '/checkout'], ['/orders/SECRET', '/orders'], ['/fr/account/orders/SECRET', '/fr/account'],
    ['/4711/orders/SECRET/authenticate', '/4711/orders'], ['/5678/checkouts/SECRET', '/5678/checkouts'], ['/Orders/SECRET', '/Orders'],
  ]) assert.equal(publicPath(path), reported, path);
});

test('no token below a personal page is ever reported, and every path is within the limits', () => {
  const token = fc.stringMatching(/^[A-Z0-9]{16,40}$/);
  fc.assert(fc.property(fc.constantFrom('checkouts', 'checkout', 'orders', 'order', 'account', 'tools'), fc.webPath(), token, fc.webPath(), (area, before, secret, rest) => {
    assert.ok(!publicPath(`${before}/${area}/${secret}${rest}`).includes(secret));
  }));
  fc.assert(fc.property(fc.string({ unit: 'grapheme-ascii', maxLength: 400 }), (path) => assert.ok(publicPath(path).length <= LIMITS.text)));
});
