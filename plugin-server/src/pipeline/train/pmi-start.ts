import type { Cooccurrence } from '../dataset/cooccurrence.ts';

/**
 * Item vectors to start training from: the leading eigenvectors of the positive pointwise mutual information matrix
 * (Levy and Goldberg, 2014), by subspace iteration (Halko, Martinsson and Tropp, 2011, algorithm 4.4).
 *
 * PMI_ij = log( c_ij · G / (n_i n_j) ), with c_ij discounted for small counts; negative entries are left out.
 *
 * @returns [items × dim], row by row; each row has unit length, or is zero for an item that never met another
 */
export function pmiStart(counts: Cooccurrence, dim: number, random: () => number, iterations = 8): Float32Array {
  const { items, start, column, count, occurrences, groups } = counts;
  const value = new Float32Array(count.length);
  for (let i = 0; i < items; i++) {
    for (let at = start[i]; at < start[i + 1]; at++) {
      const pairs = count[at];
      const smaller = Math.min(occurrences[i], occurrences[column[at]]);
      const discount = (pairs / (pairs + 1)) * (smaller / (smaller + 1));
      const pmi = Math.log((pairs * groups) / (occurrences[i] * occurrences[column[at]]));
      value[at] = Math.max(0, pmi) * discount;
    }
  }

  const width = Math.min(dim, items);
  // Two matrices that take turns: at 200,000 items each has a hundred megabytes, and garbage is collected late.
  let basis = new Float64Array(items * width);
  let next = new Float64Array(items * width);
  for (let at = 0; at < basis.length; at++) basis[at] = random() - 0.5;
  orthonormalise(basis, items, width);
  const strength = new Float64Array(width);
  for (let iteration = 0; iteration < iterations; iteration++) {
    next.fill(0);
    for (let i = 0; i < items; i++) {
      const to = i * width;
      for (let at = start[i]; at < start[i + 1]; at++) {
        const from = column[at] * width;
        const weight = value[at];
        for (let k = 0; k < width; k++) next[to + k] += weight * basis[from + k];
      }
    }
    [basis, next] = [next, basis];
    orthonormalise(basis, items, width, strength);
  }

  next.buffer.transfer(0); // freed now
  value.buffer.transfer(0);
  const table = new Float32Array(items * dim);
  for (let i = 0; i < items; i++) {
    let squares = 0;
    for (let k = 0; k < width; k++) {
      const entry = basis[i * width + k] * Math.sqrt(strength[k]);
      table[i * dim + k] = entry;
      squares += entry * entry;
    }
    const length = Math.sqrt(squares);
    if (length > 1e-9) for (let k = 0; k < width; k++) table[i * dim + k] /= length;
    else table.fill(0, i * dim, i * dim + dim);
  }
  return table;
}

/** A column is a combination of those before it when no more than this share of its squared length is left. */
const DEPENDENT = 1e-13;

/**
 * Makes the columns orthonormal, in place, by Cholesky's decomposition of their products: AᵀA = RᵀR, A ← A R⁻¹. It reads the
 * rows in order, twice; Gram–Schmidt, which gives the same, strides through the whole matrix for each pair of columns.
 * @param strength receives each column's length before scaling, without what lies along the columns before it
 */
function orthonormalise(matrix: Float64Array, rows: number, width: number, strength?: Float64Array): void {
  const upper = new Float64Array(width * width); // AᵀA, then R
  for (let row = 0; row < rows; row++) {
    const at = row * width;
    for (let i = 0; i < width; i++) {
      const left = matrix[at + i];
      for (let j = i; j < width; j++) upper[i * width + j] += left * matrix[at + j];
    }
  }
  for (let i = 0; i < width; i++) {
    let square = upper[i * width + i];
    const whole = square;
    for (let k = 0; k < i; k++) square -= upper[k * width + i] ** 2;
    const length = square > DEPENDENT * whole && square > 1e-24 ? Math.sqrt(square) : 0;
    upper[i * width + i] = length;
    if (strength) strength[i] = length;
    for (let j = i + 1; j < width; j++) {
      let product = upper[i * width + j];
      for (let k = 0; k < i; k++) product -= upper[k * width + i] * upper[k * width + j];
      upper[i * width + j] = length > 0 ? product / length : 0;
    }
  }
  for (let row = 0; row < rows; row++) {
    const at = row * width;
    for (let i = 0; i < width; i++) {
      const length = upper[i * width + i];
      const value = length > 0 ? matrix[at + i] / length : 0;
      matrix[at + i] = value;
      for (let j = i + 1; j < width; j++) matrix[at + j] -= value * upper[i * width + j];
    }
  }
}
