import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { hexHash, RecordSet } from './row-hash.ts';

test('a record set tells new records from known ones, as a set of their JSON does', () => {
  const record = fc.array(fc.string({ maxLength: 3 }), { minLength: 1, maxLength: 3 });
  fc.assert(fc.property(fc.array(record, { maxLength: 200 }), (records) => {
    const set = new RecordSet();
    const known = new Set<string>();
    for (const fields of records) {
      const text = JSON.stringify(fields);
      assert.equal(set.add(fields), !known.has(text), text);
      known.add(text);
    }
  }));
});

test('no two of 300,000 similar records fall together', () => {
  const set = new RecordSet();
  for (let at = 0; at < 300_000; at++) assert.ok(set.add([String(at % 700), `P${Math.floor(at / 700)}`, '6']), `record ${at}`);
  assert.equal(set.add(['0', 'P0', '6']), false);
});

test('where a field ends matters', () => {
  assert.notEqual(hexHash(['ab', '']), hexHash(['a', 'b']));
  assert.match(hexHash(['x']), /^[0-9a-f]{16}$/);
});
