import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { float, part, varint, whole } from './protobuf.ts';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

test('the examples of the encoding guide', () => {
  assert.equal(hex(varint(150)), '9601');
  assert.equal(hex(whole(1, 150)), '089601');
  assert.equal(hex(part(2, 'testing')), '120774657374696e67');
  assert.equal(hex(part(3, whole(1, 150))), '1a03089601');
  assert.equal(hex(float(2, 1)), '150000803f');
});

test('a varint reads back as what was written', () => {
  fc.assert(fc.property(fc.maxSafeNat(), (value) => {
    const bytes = varint(value);
    const read = bytes.reduceRight((sum, byte) => sum * 128n + BigInt(byte & 127), 0n);
    assert.equal(read, BigInt(value));
    assert.ok(bytes.every((byte, at) => byte > 127 === at < bytes.length - 1), 'every byte but the last says that more follow');
  }));
});
