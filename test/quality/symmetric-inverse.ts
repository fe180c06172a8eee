/** Rows worked on at once, so that they stay in the processor's cache. */
const TILE = 32;

/**
 * Inverts a symmetric positive definite matrix in place, by Cholesky: A = L Lᵀ, A⁻¹ = L⁻ᵀ L⁻¹. About n³ / 2 products.
 * @param a [n × n], row by row
 * @throws RangeError when the matrix is not positive definite
 */
export function invertSymmetric(a: Float64Array, n: number): void {
  factorise(a, n);
  const inverse = invertLower(a, n);
  a.fill(0);
  for (let top = 0; top < n; top += TILE) { // rows of L⁻ᵀ L⁻¹, the lower half
    const bottom = Math.min(n, top + TILE);
    for (let k = top; k < n; k++) {
      for (let i = top; i < Math.min(bottom, k + 1); i++) addRow(a, i * n, inverse, k * n, inverse[k * n + i], i + 1);
    }
  }
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) a[j * n + i] = a[i * n + j];
}

/** L into the lower half, diagonal included: L_ij = (A_ij − Σ_{k<j} L_ik L_jk) / L_jj. */
function factorise(a: Float64Array, n: number): void {
  for (let left = 0; left < n; left += TILE) {
    const right = Math.min(n, left + TILE);
    for (let i = left; i < n; i++) {
      for (let j = left; j < Math.min(right, i + 1); j++) {
        const rest = a[i * n + j] - dot(a, i * n, j * n, j);
        if (i > j) {
          a[i * n + j] = rest / a[j * n + j];
        } else {
          if (!(rest > 0)) throw new RangeError('the matrix is not positive definite');
          a[i * n + i] = Math.sqrt(rest);
        }
      }
    }
  }
}

/** L⁻¹, row by row: row i = (e_i − Σ_{k<i} L_ik row k) / L_ii. */
function invertLower(l: Float64Array, n: number): Float64Array {
  const inverse = new Float64Array(n * n);
  for (let top = 0; top < n; top += TILE) {
    const bottom = Math.min(n, top + TILE);
    for (let i = top; i < bottom; i++) inverse[i * n + i] = 1;
    for (let k = 0; k < bottom; k++) {
      if (k >= top) for (let j = 0; j <= k; j++) inverse[k * n + j] /= l[k * n + k];
      for (let i = Math.max(top, k + 1); i < bottom; i++) addRow(inverse, i * n, inverse, k * n, -l[i * n + k], k + 1);
    }
  }
  return inverse;
}

/** Σ a[x + k] a[y + k] for k < count; four sums at a time, which do not wait for each other. */
function dot(a: Float64Array, x: number, y: number, count: number): number {
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  let k = 0;
  for (; k + 3 < count; k += 4) {
    s0 += a[x + k] * a[y + k];
    s1 += a[x + k + 1] * a[y + k + 1];
    s2 += a[x + k + 2] * a[y + k + 2];
    s3 += a[x + k + 3] * a[y + k + 3];
  }
  for (; k < count; k++) s0 += a[x + k] * a[y + k];
  return s0 + s1 + s2 + s3;
}

function addRow(to: Float64Array, x: number, from: Float64Array, y: number, factor: number, count: number): void {
  for (let k = 0; k < count; k++) to[x + k] += factor * from[y + k];
}
