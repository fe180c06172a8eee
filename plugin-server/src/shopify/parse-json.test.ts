import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseJson } from './parse-json.ts';

test('as JSON.parse, but for U+0000', () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => {
    const text = JSON.stringify(value);
    const without = JSON.parse(text, (_, each: unknown) => (typeof each === 'string' ? each.replaceAll('\0', '') : each)) as unknown;
    assert.deepEqual(parseJson(text), without);
  }));
  assert.deepEqual(parseJson('{"a":"x\\u0000y","b":["\\\\u0000"]}'), { a: 'xy', b: ['\\u0000'] });
  assert.throws(() => parseJson('{"a":"\\u0000"'), SyntaxError);
});
