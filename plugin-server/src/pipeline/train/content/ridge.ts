import type { ContentMatrix } from './content-matrix.ts';

export interface RidgeOptions {
  /** Rows to learn from. */
  readonly rows: Int32Array;
  /** How much each of them counts. [rows.length] */
  readonly weight: Float32Array;
  /** What is wanted of them. [rows.length × width] */
  readonly targets: Float32Array;
  readonly width: number;
  /** Weight of the penalty on the coefficients. */
  readonly penalty: number;
  /** Steps of conjugate gradients at most. */
  readonly iterations?: number;
}

/** A linear map from features, with what it says where there are none. */
export interface Linear {
  readonly width: number;
  /** [columns × width] */
  readonly coefficients: Float64Array;
  /** [width] */
  readonly mean: Float64Array;
}

/** Where the residual of every column is so small beside the first, the answer is exact enough. */
const TOLERANCE = 0.01;

/**
 * Ridge regression: the coefficients C that make Σ_i w_i ‖x_i C + mean − y_i‖² + penalty · ‖C‖² least, by conjugate gradients
 * (Hestenes and Stiefel, 1952) on (XᵀWX + penalty · I) C = XᵀW(Y − mean), all columns of Y at once. The mean is the weighted
 * mean of the targets.
 */
export function fitRidge(matrix: ContentMatrix, { rows, weight, targets, width, penalty, iterations = 30 }: RidgeOptions): Linear {
  const { columns, start, column, value } = matrix;
  const mean = new Float64Array(width);
  let total = 0;
  rows.forEach((_, i) => {
    total += weight[i];
    for (let k = 0; k < width; k++) mean[k] += weight[i] * targets[i * width + k];
  });
  for (let k = 0; k < width; k++) mean[k] /= total || 1;

  const size = columns * width;
  const solution = new Float64Array(size);
  const residual = new Float64Array(size);
  const sums = new Float64Array(width);
  /** Adds w_i · (row i)ᵀ · vector. */
  const spread = (to: Float64Array, i: number, vector: Float64Array) => {
    for (let at = start[rows[i]]; at < start[rows[i] + 1]; at++) {
      const amount = weight[i] * value[at];
      for (let k = 0, c = column[at] * width; k < width; k++, c++) to[c] += amount * vector[k];
    }
  };
  rows.forEach((_, i) => {
    for (let k = 0; k < width; k++) sums[k] = targets[i * width + k] - mean[k];
    spread(residual, i, sums);
  });

  const direction = residual.slice();
  const product = new Float64Array(size);
  let squares = squaresByColumn(residual, width);
  const wanted = squares.map((square) => square * TOLERANCE ** 2);
  for (let step = 0; step < iterations && squares.some((square, k) => square > wanted[k]); step++) {
    for (let at = 0; at < size; at++) product[at] = penalty * direction[at];
    for (let i = 0; i < rows.length; i++) {
      multiplyRow(matrix, rows[i], direction, width, sums);
      spread(product, i, sums);
    }
    const curvature = new Float64Array(width);
    for (let at = 0; at < size;) for (let k = 0; k < width; k++, at++) curvature[k] += direction[at] * product[at];
    const length = curvature.map((curve, k) => (curve > 0 ? squares[k] / curve : 0));
    for (let at = 0; at < size;) {
      for (let k = 0; k < width; k++, at++) {
        solution[at] += length[k] * direction[at];
        residual[at] -= length[k] * product[at];
      }
    }
    const next = squaresByColumn(residual, width);
    const keep = next.map((square, k) => (squares[k] > 0 ? square / squares[k] : 0));
    for (let at = 0; at < size;) for (let k = 0; k < width; k++, at++) direction[at] = residual[at] + keep[k] * direction[at];
    squares = next;
  }
  return { width, coefficients: solution, mean };
}

/** What the map says of a row. [width] */
export function predictLinear(matrix: ContentMatrix, row: number, { width, coefficients, mean }: Linear): Float64Array {
  const sums = new Float64Array(width);
  multiplyRow(matrix, row, coefficients, width, sums);
  return sums.map((sum, k) => sum + mean[k]);
}

function multiplyRow({ start, column, value }: ContentMatrix, row: number, by: Float64Array, width: number, sums: Float64Array): void {
  sums.fill(0);
  for (let at = start[row]; at < start[row + 1]; at++) {
    const amount = value[at];
    for (let k = 0, c = column[at] * width; k < width; k++, c++) sums[k] += amount * by[c];
  }
}

function squaresByColumn(values: Float64Array, width: number): Float64Array {
  const squares = new Float64Array(width);
  for (let at = 0; at < values.length;) for (let k = 0; k < width; k++, at++) squares[k] += values[at] ** 2;
  return squares;
}
