import assert from 'node:assert/strict';
import { test } from 'node:test';
import { time } from './read-product.ts';

test('times that a database column cannot hold are none', () => {
  assert.equal(time('2026-11-24T00:00:00Z'), Date.UTC(2026, 10, 24));
  assert.equal(time('9999-12-31T23:59:59.999Z'), Date.UTC(9999, 11, 31, 23, 59, 59, 999));
  for (const value of ['-271821-04-20T00:00:00Z', '+010000-01-01T00:00:00Z', 'yesterday', '', 5, null, {}]) assert.equal(time(value), null, JSON.stringify(value));
});
