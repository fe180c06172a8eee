import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatPublishableKey, parsePublishableKey } from './key.ts';

const points = fc.uint8Array({ minLength: 64, maxLength: 64 }).map((xy) => Uint8Array.of(4, ...xy));

test('is base64url as Node writes it, and comes back', () => {
  fc.assert(
    fc.property(points, (point) => {
      const key = formatPublishableKey(point);
      assert.equal(key, `pk_${Buffer.from(point).toString('base64url')}`);
      assert.deepEqual(parsePublishableKey(key), point);
    }),
  );
});

test('refuses every other text', () => {
  const key = formatPublishableKey(Uint8Array.of(4, ...new Uint8Array(64)));
  const strayBits = `${key.slice(0, -1)}B`; // decodes to the same 65 bytes
  for (const wrong of ['', 'pk_', key.slice(1), key.slice(0, -1), `${key}A`, strayBits, key.replace('A', '+'), `sk_${key.slice(3)}`, key.replace('B', 'C')]) {
    assert.throws(() => parsePublishableKey(wrong), { code: 'bad_config' }, wrong);
  }
  fc.assert(fc.property(fc.string({ maxLength: 100 }), (text) => assert.throws(() => parsePublishableKey(text), { code: 'bad_config' })));
});

test('refuses a point that is not raw and uncompressed', () => {
  assert.throws(() => formatPublishableKey(new Uint8Array(65)), { code: 'bad_config' });
  assert.throws(() => formatPublishableKey(new Uint8Array(91).fill(4)), { code: 'bad_config' });
});
