import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { VitrineError } from '@vitrine/sdk/core';
import { collect } from '../../../test/collect.ts';
import { readJsonLines } from './json-lines.ts';

async function* cut(bytes: Uint8Array, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  let start = 0;
  for (let index = 0; start < bytes.length; index++) {
    const end = start + (sizes[index % Math.max(1, sizes.length)] ?? bytes.length);
    yield bytes.subarray(start, end);
    start = end;
  }
}

const read = (text: string | Uint8Array, sizes: readonly number[] = []) => collect(readJsonLines(cut(typeof text === 'string' ? new TextEncoder().encode(text) : text, sizes), 'file'));
const fails = (message: RegExp) => (error: VitrineError) => error.code === 'upstream' && message.test(error.message) && !error.message.includes('\n');

test('objects come out as they went in, wherever the chunks are cut', async () => {
  await fc.assert(fc.asyncProperty(
    fc.array(fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue())), fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 }), fc.constantFrom('\n', '\r\n'), fc.boolean(),
    async (objects, sizes, end, last) => {
      const lines = objects.map((object) => JSON.stringify(object));
      assert.deepEqual(JSON.stringify(await read(lines.join(end) + (last ? end : ''), sizes)), `[${lines.join()}]`);
    }));
});

test('a cut anywhere within a line is noticed', async () => {
  const text = '{"id":"1"}\n{"id":"2","title":"ü"}\n';
  const bytes = new TextEncoder().encode(text);
  const whole = new Set([0, 10, 11, bytes.length - 1, bytes.length]); // nothing, one line with and without its end, all
  for (let length = 0; length <= bytes.length; length++) {
    if (whole.has(length)) await read(bytes.subarray(0, length));
    else await assert.rejects(read(bytes.subarray(0, length), [3]), fails(/^file, (line|after line) \d/), String(length));
  }
});

test('what is not an object, and what is not text, is named by its line', async () => {
  for (const line of ['[]', '1', 'null', '"x"', '{"a":1}{"b":2}', '<html>']) await assert.rejects(read(`{}\n${line}\n`), fails(/line 2: not a whole JSON object/), line);
  await assert.rejects(read(Uint8Array.of(0x7b, 0x7d, 0x0a, 0xff, 0xfe)), fails(/not UTF-8/));
  await assert.rejects(read(`{}\n{"a":"${'x'.repeat(11 * 1024 * 1024)}`, [65_536]), fails(/line 2: longer than 10 MB/));
});
