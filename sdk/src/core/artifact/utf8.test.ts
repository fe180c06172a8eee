import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { VitrineError } from '../errors.ts';
import { decodeUtf8, encodeUtf8 } from './utf8.ts';

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const unit = fc.string({ unit: 'binary', maxLength: 40 });

test('encodes as TextEncoder does, lone surrogates included', () => {
  const anyUnits = fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 40 }).map((units) => String.fromCharCode(...units));
  fc.assert(fc.property(fc.oneof(unit, anyUnits), (text) => assert.deepEqual(encodeUtf8(text), new TextEncoder().encode(text))));
});

test('every text comes back, also across the run boundary', () => {
  fc.assert(fc.property(unit, (text) => assert.equal(decodeUtf8(encodeUtf8(text), 'text'), text)));
  const long = 'aé漢😀'.repeat(5000);
  assert.equal(decodeUtf8(encodeUtf8(long), 'text'), long);
});

test('accepts exactly the bytes that a fatal TextDecoder accepts', () => {
  const lead = fc.constantFrom(0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xed, 0xef, 0xf0, 0xf4, 0xf5, 0xff);
  const tail = fc.constantFrom(0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf);
  const bytes = fc.array(fc.oneof(lead, tail, tail, fc.nat(255)), { maxLength: 8 }).map((list) => Uint8Array.from(list));
  fc.assert(
    fc.property(bytes, (input) => {
      let expected: string | undefined;
      try {
        expected = decoder.decode(input);
      } catch {
        assert.throws(() => decodeUtf8(input, 'text'), VitrineError);
        return;
      }
      assert.equal(decodeUtf8(input, 'text'), expected);
    }),
    { numRuns: 3000 },
  );
});

test('the edges of Unicode', () => {
  assert.equal(decodeUtf8(Uint8Array.of(0xf4, 0x8f, 0xbf, 0xbf), 'text'), '\u{10ffff}');
  for (const bytes of [[0xf4, 0x90, 0x80, 0x80], [0xed, 0xa0, 0x80], [0xe0, 0x9f, 0xbf], [0xc1, 0xbf], [0xe2, 0x82], [0xf0, 0x9f, 0x98]]) {
    assert.throws(() => decodeUtf8(Uint8Array.from(bytes), 'text'), { message: 'text, byte 0: must be UTF-8' });
  }
});

test('says where the text breaks', () => {
  assert.throws(() => decodeUtf8(Uint8Array.of(0x61, 0x62, 0xff), 'ids'), { message: 'ids, byte 2: must be UTF-8' });
});
