import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { VitrineError } from '@vitrine/sdk/core';
import { customerKey, openSealed, seal } from './sealing.ts';

const config = { secret: 'a'.repeat(32) };
const refused = (error: unknown): boolean => error instanceof VitrineError && error.code === 'bad_config' && !error.message.includes('\n');

test('what is sealed comes back, under a new vector each time', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (plain) => {
    const sealed = seal(config, plain);
    assert.deepEqual(new Uint8Array(openSealed(config, sealed)), plain);
    assert.notDeepEqual(seal(config, plain), sealed);
  }));
});

test('one changed bit anywhere, a cut or another secret is refused', () => {
  const sealed = seal(config, 'the token');
  for (let bit = 0; bit < sealed.length * 8; bit++) {
    const changed = Uint8Array.from(sealed);
    changed[bit >> 3] ^= 1 << (bit & 7);
    assert.throws(() => openSealed(config, changed), refused);
  }
  for (let length = 0; length < sealed.length; length++) assert.throws(() => openSealed(config, sealed.subarray(0, length)), refused);
  assert.throws(() => openSealed({ secret: 'b'.repeat(32) }, sealed), refused);
});

test('a customer is a different hash in every shop and under every secret', () => {
  const keys = [customerKey(config, 'a', '1'), customerKey(config, 'b', '1'), customerKey(config, 'a', '2'), customerKey({ secret: 'b'.repeat(32) }, 'a', '1')];
  assert.equal(new Set(keys).size, 4);
  assert.equal(customerKey(config, 'a', '1'), keys[0]);
  for (const key of keys) assert.match(key, /^[\w-]{22}$/);
});
