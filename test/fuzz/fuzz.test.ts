import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fuzz } from './fuzz.ts';

// A part of the hundred thousand cases of "npm run bench -- fuzz", with other random numbers.

test('changed inputs to every parser and route: understood or refused, never a crash, an answer of 500 or a hang', { timeout: 300_000 }, async (t) => {
  const { faults, byTarget, cases } = await fuzz(t, { cases: 6_000, seed: 1 });
  assert.deepEqual(faults.map(({ target, place, message, input }) => `${target}, case ${place}: ${message} for ${input}`), []);
  assert.equal(cases, 6_000);
  for (const [name, { cases: own }] of Object.entries(byTarget)) assert.ok(own > 0, name);
  assert.equal(({} as Record<string, unknown>).polluted, undefined);
});
