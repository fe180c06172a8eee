import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { combine, OPERATIONS } from './combine.ts';
import { encodeRow, type Feature, featureOffsets } from './encode.ts';
import { type NumericFeature, placeNumber } from './numeric.ts';

const knots = fc.uniqueArray(fc.integer({ min: -1000, max: 1000 }), { minLength: 2, maxLength: 12 }).map((list) => Float32Array.from(list).sort());
const numeric = (list: Float32Array, indicator = true): NumericFeature =>
  ({ kind: 'numeric', name: 'n', source: { operation: 'column', a: 0, b: 0, floor: 1 }, knots: list, fill: list[0], indicator });
const encode = (features: readonly Feature[], ...values: (number | string | undefined)[]) => {
  const out = new Float32Array(featureOffsets(features).width).fill(9);
  encodeRow(features, (column) => values[column], out);
  return [...out];
};

test('a number is read back from its pieces: first knot + Σ entry × width of its bin, kept within the knots', () => {
  fc.assert(fc.property(knots, fc.double({ min: -2000, max: 2000, noNaN: true }), (list, value) => {
    const entries = encode([numeric(list)], value);
    let sum = list[0];
    for (let bin = 0; bin + 1 < list.length; bin++) sum += entries[bin] * (list[bin + 1] - list[bin]);
    assert.ok(Math.abs(sum - Math.min(list.at(-1)!, Math.max(list[0], value))) < 1e-3);
    assert.equal(entries.at(-1), 0, 'not missing');
  }));
});

test('entries of a larger number are nowhere smaller', () => {
  fc.assert(fc.property(knots, fc.double({ min: -2000, max: 2000, noNaN: true }), fc.double({ min: 0, max: 500, noNaN: true }), (list, value, more) => {
    const [small, large] = [encode([numeric(list)], value), encode([numeric(list)], value + more)];
    small.forEach((entry, at) => assert.ok(entry <= large[at]));
  }));
});

test('a missing number stands where the fill does, and says so where there is an indicator', () => {
  const feature = { ...numeric(Float32Array.of(0, 10, 20)), fill: 15 };
  assert.deepEqual(encode([feature], Number.NaN), [1, 0.5, 1]);
  assert.deepEqual(encode([{ ...feature, indicator: false }], undefined), [1, 0.5]);
  assert.deepEqual(placeNumber(feature, 20), { bin: 1, share: 1, missing: false });
});

test('a word is one entry; one that was rare or never seen is none; missing is a level', () => {
  const feature: Feature = { kind: 'categorical', name: 'w', column: 0, levels: ['', 'ads', 'mail'] };
  assert.deepEqual(encode([feature], 'mail'), [0, 0, 1]);
  assert.deepEqual(encode([feature], undefined), [1, 0, 0]);
  assert.deepEqual(encode([feature], 'fax'), [0, 0, 0]);
});

test('features stand one after the other', () => {
  assert.deepEqual(encode([{ kind: 'categorical', name: 'w', column: 1, levels: ['a', 'b'] }, numeric(Float32Array.of(0, 1, 2), false)], 1.25, 'b'), [0, 1, 1, 0.25]);
});

test('combinations of columns', () => {
  const value = (operation: (typeof OPERATIONS)[number], x: number | undefined, y: number | undefined) => combine({ operation, a: 0, b: 1, floor: 2 }, (column) => [x, y][column]);
  assert.deepEqual(OPERATIONS.map((operation) => value(operation, 6, -4)), [6, 2, 10, -24, 1]);
  assert.deepEqual(OPERATIONS.map((operation) => value(operation, 6, undefined)), [6, NaN, NaN, NaN, NaN]);
});
