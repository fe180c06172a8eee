import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeUtf8, encodeUtf8 } from './utf8.ts';

test('every text comes back, a byte order mark included', () => {
  for (const text of ['', 'aé漢😀'.repeat(5000), '\ufeff8001', '\u{10ffff}']) assert.equal(decodeUtf8(encodeUtf8(text)), text);
});

test('what is not UTF-8 is refused', () => {
  for (const bytes of [[0xf4, 0x90, 0x80, 0x80], [0xed, 0xa0, 0x80], [0xe0, 0x9f, 0xbf], [0xc1, 0xbf], [0xe2, 0x82], [0xf0, 0x9f, 0x98], [0x61, 0xff]]) {
    assert.throws(() => decodeUtf8(Uint8Array.from(bytes)), TypeError);
  }
});
