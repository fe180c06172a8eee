import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createRandom } from '../dataset/random.ts';
import type { QueryStatistics } from './query-statistics.ts';
import { roundForQueries, shiftBias } from './round-for-queries.ts';

const DIM = 6;

/** Unit rows, unit queries around one direction, and the queries' moments. */
function draw(seed: number) {
  const random = createRandom(seed);
  const unit = (vector: number[]) => vector.map((value) => value / Math.hypot(...vector));
  const vectors = (count: number, centre: number) => Array.from({ length: count }, () => unit(Array.from({ length: DIM }, (_, j) => random() - 0.5 + (j === 0 ? centre : 0) + (j === 1 ? 2 * (random() - 0.5) : 0))));
  const queries = vectors(300, 1);
  const mean = Float64Array.from({ length: DIM }, (_, j) => queries.reduce((sum, query) => sum + query[j], 0) / queries.length);
  const covariance = Float64Array.from({ length: DIM * DIM }, (_, at) =>
    queries.reduce((sum, query) => sum + (query[Math.floor(at / DIM)] - mean[Math.floor(at / DIM)]) * (query[at % DIM] - mean[at % DIM]), 0) / queries.length);
  const statistics: QueryStatistics = { mean, covariance };
  return { rows: Float32Array.from(vectors(20, 0).flat()), queries, statistics };
}

/** Mean squared error of a score, and of an entry of a row. */
function errors(rows: Float32Array, codes: Int8Array, step: number, queries: readonly number[][], shift: ArrayLike<number>) {
  let score = 0;
  let entry = 0;
  for (let row = 0; row < rows.length / DIM; row++) {
    const error = Array.from({ length: DIM }, (_, j) => codes[row * DIM + j] * step - rows[row * DIM + j]);
    for (const query of queries) score += (error.reduce((sum, value, j) => sum + value * query[j], 0) + shift[row]) ** 2;
    entry += error.reduce((sum, value) => sum + value ** 2, 0);
  }
  return { score: score / (rows.length / DIM) / queries.length, entry: entry / rows.length };
}

test('scores of sessions change less than by rounding to the nearest, at every step and seed', () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 1000 }), fc.constantFrom(0.15, 0.3, 0.5), (seed, step) => {
    const { rows, queries, statistics } = draw(seed);
    const codes = roundForQueries(rows, step, statistics, 8);
    assert.ok(codes.every((code) => code >= -8 && code <= 7));
    const nearest = Int8Array.from(rows, (value) => Math.min(7, Math.max(-8, Math.round(value / step))));
    const bias = shiftBias(new Float32Array(20), rows, codes, step, 1, statistics);
    const ours = errors(rows, codes, step, queries, bias);
    const plain = errors(rows, nearest, step, queries, new Float32Array(20));
    assert.ok(ours.score < plain.score, `${ours.score} against ${plain.score}`);
    assert.ok(ours.entry < 4 * step ** 2 / 12, 'and a row stays near itself');
  }), { numRuns: 60 });
});

test('the shifted bias leaves no mean error', () => {
  const { rows, queries, statistics } = draw(7);
  const codes = roundForQueries(rows, 0.4, statistics, 8);
  const bias = shiftBias(Float32Array.from({ length: 20 }, (_, row) => row), rows, codes, 0.4, 11, statistics);
  for (let row = 0; row < 20; row++) {
    const error = queries.reduce((sum, query) => sum + query.reduce((dot, value, j) => dot + 11 * value * (codes[row * DIM + j] * 0.4 - rows[row * DIM + j]), 0), 0) / queries.length;
    assert.ok(Math.abs(error + bias[row] - row) < 1e-5);
  }
});
