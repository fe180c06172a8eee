import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createRandom } from '../../dataset/random.ts';
import { buildContentMatrix, type ContentMatrix } from './content-matrix.ts';
import { fitTower } from './fit-tower.ts';
import { createNearest } from './nearest-content.ts';
import type { ProductContent } from '../../types.ts';
import { fitRidge, predictLinear } from './ridge.ts';

const matrixOf = (rows: number[][]): ContentMatrix => {
  const entries = rows.map((row) => row.flatMap((value, column) => (value === 0 ? [] : [[column, value]])));
  const start = Int32Array.from([0, ...entries.map((_, i) => entries.slice(0, i + 1).flat().length)]);
  return { rows: rows.length, columns: rows[0].length, start, column: Int32Array.from(entries.flat(), ([column]) => column), value: Float32Array.from(entries.flat(), ([, value]) => value) };
};
const dense = (random: () => number, rows: number, columns: number) => Array.from({ length: rows }, () => Array.from({ length: columns }, () => (random() < 0.5 ? 0 : random() - 0.5)));

/** Solves A x = b by elimination with pivots. */
function solve(a: number[][], b: number[]): number[] {
  const m = a.map((row, i) => [...row, b[i]]);
  for (let i = 0; i < m.length; i++) {
    const pivot = m.slice(i).reduce((best, row, k) => (Math.abs(row[i]) > Math.abs(m[best][i]) ? i + k : best), i);
    [m[i], m[pivot]] = [m[pivot], m[i]];
    for (let j = 0; j < m.length; j++) if (j !== i) for (let f = m[j][i] / m[i][i], k = i; k <= m.length; k++) m[j][k] -= f * m[i][k];
  }
  return m.map((row, i) => row[m.length] / row[i]);
}

test('ridge: the coefficients of the normal equations', () => {
  const random = createRandom(3);
  const [rows, columns, width, penalty] = [12, 5, 3, 0.7];
  const x = dense(random, rows, columns);
  const weight = Float32Array.from({ length: rows }, () => 0.2 + random());
  const targets = Float32Array.from({ length: rows * width }, () => random() - 0.5);
  const { coefficients, mean } = fitRidge(matrixOf(x), { rows: Int32Array.from(x.keys()), weight, targets, width, penalty, iterations: 100 });
  const total = weight.reduce((sum, one) => sum + one, 0);
  for (let k = 0; k < width; k++) {
    const middle = x.reduce((sum, _, i) => sum + weight[i] * targets[i * width + k], 0) / total;
    assert.ok(Math.abs(mean[k] - middle) < 1e-6);
    const gram = Array.from({ length: columns }, (_, a) => Array.from({ length: columns }, (_, b) => x.reduce((sum, row, i) => sum + weight[i] * row[a] * row[b], a === b ? penalty : 0)));
    const right = Array.from({ length: columns }, (_, a) => x.reduce((sum, row, i) => sum + weight[i] * row[a] * (targets[i * width + k] - middle), 0));
    solve(gram, right).forEach((value, a) => assert.ok(Math.abs(value - coefficients[a * width + k]) < 0.02 * Math.hypot(...right), `${value} ${coefficients[a * width + k]}`));
  }
  assert.equal(predictLinear(matrixOf(x), 0, { width, coefficients, mean }).length, width);
});

test('nearest: the rows with the largest cosines, best first', () => {
  fc.assert(fc.property(fc.nat(), fc.integer({ min: 1, max: 6 }), (seed, count) => {
    const random = createRandom(seed);
    const x = dense(random, 15, 6);
    const among = Int32Array.from([1, 2, 4, 7, 8, 9, 13]);
    const cosine = (a: number[], b: number[]) => a.reduce((sum, value, i) => sum + value * b[i], 0) / (Math.hypot(...a) * Math.hypot(...b));
    for (const row of [0, 4, 13]) {
      const wanted = Array.from(among).filter((other) => other !== row).map((other) => ({ row: other, cosine: cosine(x[row], x[other]) })).filter((one) => one.cosine > 1e-6)
        .sort((a, b) => b.cosine - a.cosine || a.row - b.row).slice(0, count);
      const found = createNearest(matrixOf(x), among)(row, count).filter((one) => one.cosine > 1e-6);
      // Equal cosines may come in any order: entries are float32 here and double in the oracle.
      assert.equal(found.length, wanted.length);
      found.forEach((one, i) => {
        assert.ok(Math.abs(one.cosine - wanted[i].cosine) < 1e-5 && Math.abs(one.cosine - cosine(x[row], x[one.row])) < 1e-5);
        assert.ok(one.row !== row && among.includes(one.row));
      });
      assert.equal(new Set(found.map((one) => one.row)).size, found.length);
    }
  }), { numRuns: 50 });
});

const product = (id: string, title: string, changes: Partial<ProductContent> = {}): ProductContent => ({ id, title, productType: '', vendor: '', tags: [], price: null, ...changes });

test('a feature that one product has alone is left out; pictures are columns of their own, whatever their scale', () => {
  const alone = buildContentMatrix([product('a', 'red mug'), product('b', 'red bowl')]);
  assert.deepEqual([alone.start[1], alone.start[2]].map((end, i) => end - alone.start[i]), [3, 3], 'the word "red" and its two parts');
  const pictures = [[1, 100], [2, 300], [3, 200], undefined, [1, 2, 3]];
  const small = buildContentMatrix(pictures.map((picture, i) => product(String(i), '', { picture })));
  const large = buildContentMatrix(pictures.map((picture, i) => product(String(i), '', { picture: picture?.map((value) => 1000 * value - 7) })));
  assert.deepEqual(Array.from(small.start), [0, 2, 4, 6, 6, 6], 'a product without a picture, or with one of another length, has none');
  small.value.forEach((value, at) => assert.ok(Math.abs(value - large.value[at]) < 1e-5));
});

test('each kind of tower places an item where its like are, and one of which nothing is known where all are', () => {
  const kinds = ['mug', 'bowl', 'lamp'];
  const products = Array.from({ length: 60 }, (_, i) => product(String(i), `${['red', 'blue', 'green', 'grey', 'black'][i % 5]} ${kinds[i % 3]}`));
  const matrix = buildContentMatrix(products);
  const rows = Int32Array.from({ length: 57 }, (_, i) => i);
  const vectors = new Float32Array(57 * 4);
  rows.forEach((i) => { vectors[i * 4 + (i % 3)] = 1; });
  const learned = { rows, dim: 4, vectors, occurrences: new Float32Array(57).fill(50), bias: Float32Array.from(rows, (i) => i % 3) };
  for (const kind of ['ridge', 'nearest', 'both'] as const) {
    const tower = fitTower(matrix, learned, { kind, penalty: 1 });
    for (const row of [57, 58, 59]) {
      const { vector, bias } = tower.place(row);
      assert.ok(Math.abs(Math.hypot(...vector) - 1) < 1e-5);
      assert.ok(vector[row % 3] > 0.9, `${kind}: ${vector}`);
      assert.ok(Math.abs(bias - (row % 3)) < 0.5);
    }
    const nowhere = tower.place(-1);
    assert.ok(Math.abs(Math.max(...nowhere.vector) - 1 / Math.sqrt(3)) < 0.05 && Math.abs(nowhere.bias - 1) < 0.1);
  }
});
