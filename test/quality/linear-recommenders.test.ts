import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Sequences } from '../../plugin-server/src/pipeline/dataset/sequences.ts';
import { PURCHASE } from '../../plugin-server/src/pipeline/dataset/cases.ts';
import { easeWeights, gramMatrix } from './linear-recommenders.ts';
import { invertSymmetric } from './symmetric-inverse.ts';

/** Random rows of zeros and ones. */
const rows = (n: number) => fc.array(fc.array(fc.boolean(), { minLength: n, maxLength: n }), { minLength: 1, maxLength: 30 });

function gramOf(x: readonly boolean[][], n: number): Float64Array {
  const gram = new Float64Array(n * n);
  for (const row of x) row.forEach((a, i) => row.forEach((b, j) => { if (a && b) gram[i * n + j]++; }));
  return gram;
}

test('the inverse times the matrix is the identity, for sizes around a tile', () => {
  fc.assert(fc.property(fc.constantFrom(1, 2, 31, 32, 33, 70), fc.double({ min: 0.1, max: 10, noNaN: true }), fc.infiniteStream(fc.boolean()), (n, ridge, bits) => {
    const x = Array.from({ length: 40 }, () => Array.from({ length: n }, () => bits.next().value as boolean));
    const a = gramOf(x, n);
    for (let i = 0; i < n; i++) a[i * n + i] += ridge;
    const inverse = a.slice();
    invertSymmetric(inverse, n);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        let sum = 0;
        for (let k = 0; k < n; k++) sum += a[i * n + k] * inverse[k * n + j];
        assert.ok(Math.abs(sum - (i === j ? 1 : 0)) < 1e-7, `${n}: [${i}, ${j}] is ${sum}`);
      }
    }
  }), { numRuns: 20 });
  assert.throws(() => invertSymmetric(Float64Array.of(1, 2, 2, 1), 2), RangeError);
});

test('EASE is the minimum of its loss: |X − XB|² + λ|B|² with an empty diagonal', () => {
  const n = 5;
  fc.assert(fc.property(rows(n), fc.constantFrom(0.5, 5), fc.nat(n * n - 1), fc.constantFrom(-0.01, 0.01), (x, ridge, at, step) => {
    const b = easeWeights(gramOf(x, n), n, ridge);
    const loss = (weights: Float64Array) => x.reduce((sum, row) => sum + row.reduce((own, wanted, j) => {
      const predicted = row.reduce((score, has, i) => score + (has ? weights[i * n + j] : 0), 0);
      return own + (Number(wanted) - predicted) ** 2;
    }, 0), 0) + ridge * weights.reduce((sum, weight) => sum + weight ** 2, 0);
    for (let i = 0; i < n; i++) assert.equal(b[i * n + i], 0);
    if (at % (n + 1) === 0) return; // the diagonal is not free
    const moved = b.slice();
    moved[at] += step;
    assert.ok(loss(moved) > loss(b));
  }));
});

test('rows are orders, or customers with all their training orders', () => {
  // Orders: 0 {a, b} of a customer, 1 {c} of nobody known, 2 {b, c} of the first customer, 3 a test order.
  const sequences: Sequences = {
    itemIds: ['a', 'b', 'c'], start: Int32Array.of(0, 2, 3, 5, 6), item: Int32Array.of(0, 1, 2, 1, 2, 0), kind: new Uint8Array(6).fill(PURCHASE),
    previous: Int32Array.of(-1, -1, 0, 2), time: Float64Array.of(0, 1, 2, 3), train: 3, validation: 3, split: { validationFrom: 3, testFrom: 3 },
  };
  assert.deepEqual([...gramMatrix(sequences, true)], [1, 1, 0, 1, 2, 1, 0, 1, 2]);
  assert.deepEqual([...gramMatrix(sequences, false)], [1, 1, 1, 1, 1, 1, 1, 1, 2]);
});
