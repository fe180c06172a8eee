import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { VitrineError } from '@vitrine/sdk/core';
import { customerKey, deriveKey, identityKey, isSealedBefore, openSealed, seal } from './sealing.ts';

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

test('what was sealed under a former secret opens and is told apart; under none of them it does not', () => {
  const old = { secret: 'b'.repeat(32) };
  const rotated = { secret: 'c'.repeat(32), previousSecrets: ['z'.repeat(32), old.secret] };
  const sealed = seal(old, 'the token');
  assert.equal(Buffer.from(openSealed(rotated, sealed)).toString(), 'the token');
  assert.equal(isSealedBefore(rotated, sealed), true);
  assert.equal(isSealedBefore(rotated, seal(rotated, 'the token')), false);
  assert.throws(() => openSealed({ secret: rotated.secret }, sealed), refused);
  assert.throws(() => openSealed({ ...rotated, previousSecrets: ['z'.repeat(32)] }, sealed), refused);
});

test('two secrets whose key ids are the same byte do not get in each other\'s way', () => {
  const id = (secret: string): number => seal({ secret }, '')[0]!;
  const wanted = id(config.secret);
  let other = '';
  for (let n = 0; other === ''; n++) if (id(`another secret, number ${n}`.padEnd(32)) === wanted) other = `another secret, number ${n}`.padEnd(32);
  const sealed = seal({ secret: other }, 'x');
  assert.equal(Buffer.from(openSealed({ ...config, previousSecrets: [other] }, sealed)).toString(), 'x');
  assert.throws(() => openSealed(config, sealed), refused);
});

test('a customer is a different hash in every shop and under every key', () => {
  const [one, two] = [deriveKey(config.secret, 'customer'), deriveKey('b'.repeat(32), 'customer')];
  const keys = [customerKey(one, 'a', '1'), customerKey(one, 'b', '1'), customerKey(one, 'a', '2'), customerKey(two, 'a', '1')];
  assert.equal(new Set(keys).size, 4);
  assert.equal(customerKey(one, 'a', '1'), keys[0]);
  for (const key of keys) assert.match(key, /^[\w-]{22}$/);
});

test('a shop keeps its customers\' hashes when the secret changes, with a key of its own or without', () => {
  const rotated = { secret: 'c'.repeat(32), previousSecrets: [config.secret] };
  const old = { signingKey: seal(config, 'pkcs8'), identityKey: null };
  assert.deepEqual(Buffer.from(identityKey(rotated, old)), Buffer.from(identityKey(config, old)));
  const own = { ...old, identityKey: seal(config, 'k'.repeat(32)) };
  assert.deepEqual(Buffer.from(identityKey(rotated, own)).toString(), 'k'.repeat(32));
});
