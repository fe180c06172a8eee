import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { KeyNumbers } from './key-numbers.ts';

test('keys are numbered as a Map would number them', () => {
  fc.assert(fc.property(fc.array(fc.oneof(fc.string({ maxLength: 3, unit: 'binary' }), fc.nat(50).map((n) => `visit-${n}`)), { maxLength: 3000 }), (keys) => {
    const numbers = new KeyNumbers();
    const expected = new Map<string, number>();
    for (const key of keys) {
      if (!expected.has(key)) expected.set(key, expected.size);
      assert.equal(numbers.numberOf(key), expected.get(key));
    }
    assert.equal(numbers.size, expected.size);
  }));
});

test('keys that differ little keep apart, while the table grows', () => {
  const numbers = new KeyNumbers();
  const keys = Array.from({ length: 200_000 }, (_, i) => `00000000-0000-4000-8000-${String(i).padStart(12, '0')}`);
  keys.forEach((key, i) => assert.equal(numbers.numberOf(key), i));
  keys.forEach((key, i) => assert.equal(numbers.numberOf(key), i));
});
