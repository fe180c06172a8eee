// AssemblyScript. Matrix products, row by row in memory. Pointers are bytes, strides (lda, ldb, ldc) are floats.
// A tile of C, 4 rows × 8 columns, stays in 8 registers while k runs: two loads of B and four broadcasts of A feed
// eight multiply-adds.
import { fma } from './vector.ts';

/** Rows of B that stay in the first-level cache while all rows of A pass. */
const BLOCK: i32 = 128;

/** C[m, n] = A[m, k] · B[k, n], or += with `add`. n is a multiple of 4. */
export function gemm(m: i32, n: i32, k: i32, a: usize, lda: i32, b: usize, ldb: i32, c: usize, ldc: i32, add: bool): void {
  for (let from = 0; from < k; from += BLOCK) {
    product(m, n, min(BLOCK, k - from), a + (from << 2), lda << 2, 4, b + from * (ldb << 2), ldb << 2, c, ldc << 2, add || from > 0 ? c : 0, ldc << 2);
  }
}

/** C[m, n] = A[k, m]ᵀ · B[k, n], or += with `add`. n is a multiple of 4. */
export function gemmTransposed(m: i32, n: i32, k: i32, a: usize, lda: i32, b: usize, ldb: i32, c: usize, ldc: i32, add: bool): void {
  for (let from = 0; from < k; from += BLOCK) {
    product(m, n, min(BLOCK, k - from), a + from * (lda << 2), 4, lda << 2, b + from * (ldb << 2), ldb << 2, c, ldc << 2, add || from > 0 ? c : 0, ldc << 2);
  }
}

/**
 * C[m, n] = A[m, k] · B + offset, with B in panels of 8 columns, [n / 8][k][8]: each panel is read straight through.
 * n is a multiple of 8; `offset` has n entries, the same for every row.
 */
export function gemmPanels(m: i32, n: i32, k: i32, a: usize, lda: i32, panels: usize, offset: usize, c: usize, ldc: i32): void {
  for (let j = 0; j < n; j += 8) product(m, 8, k, a, lda << 2, 4, panels + j * (k << 2), 32, c + (j << 2), ldc << 2, offset + (j << 2), 0);
}

/**
 * The same for both orders of A: entry (i, l) lies at a + i·rowStep + l·step. Sums start from `start` (0: from nothing),
 * row by row `startStep` apart. All steps in bytes.
 */
function product(
  m: i32, n: i32, k: i32, a: usize, rowStep: i32, step: i32, b: usize, ldb: i32, c: usize, ldc: i32, start: usize, startStep: i32,
): void {
  let j = 0;
  for (; j + 8 <= n; j += 8) {
    const column = b + (j << 2);
    const from = start ? start + (j << 2) : 0;
    let i = 0;
    for (; i + 4 <= m; i += 4) tile4x8(k, a + i * rowStep, rowStep, step, column, ldb, c + i * ldc + (j << 2), ldc, from ? from + i * startStep : 0, startStep);
    for (; i < m; i++) {
      const at = from ? from + i * startStep : 0;
      tile1x4(k, a + i * rowStep, step, column, ldb, c + i * ldc + (j << 2), at);
      tile1x4(k, a + i * rowStep, step, column + 16, ldb, c + i * ldc + (j << 2) + 16, at ? at + 16 : 0);
    }
  }
  for (; j < n; j += 4) {
    for (let i = 0; i < m; i++) tile1x4(k, a + i * rowStep, step, b + (j << 2), ldb, c + i * ldc + (j << 2), start ? start + i * startStep + (j << 2) : 0);
  }
}

function tile4x8(k: i32, a: usize, rowStep: i32, step: i32, b: usize, ldb: i32, c: usize, ldc: i32, start: usize, startStep: i32): void {
  const c1 = c + ldc;
  const c2 = c1 + ldc;
  const c3 = c2 + ldc;
  let s00 = f32x4.splat(0);
  let s01 = s00;
  let s10 = s00;
  let s11 = s00;
  let s20 = s00;
  let s21 = s00;
  let s30 = s00;
  let s31 = s00;
  if (start) {
    s00 = v128.load(start);
    s01 = v128.load(start, 16);
    start += startStep;
    s10 = v128.load(start);
    s11 = v128.load(start, 16);
    start += startStep;
    s20 = v128.load(start);
    s21 = v128.load(start, 16);
    start += startStep;
    s30 = v128.load(start);
    s31 = v128.load(start, 16);
  }
  let a1 = a + rowStep;
  let a2 = a1 + rowStep;
  let a3 = a2 + rowStep;
  for (const end = b + k * ldb; b != end; b += ldb) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    const x0 = v128.load32_splat(a);
    s00 = fma(x0, b0, s00);
    s01 = fma(x0, b1, s01);
    const x1 = v128.load32_splat(a1);
    s10 = fma(x1, b0, s10);
    s11 = fma(x1, b1, s11);
    const x2 = v128.load32_splat(a2);
    s20 = fma(x2, b0, s20);
    s21 = fma(x2, b1, s21);
    const x3 = v128.load32_splat(a3);
    s30 = fma(x3, b0, s30);
    s31 = fma(x3, b1, s31);
    a += step;
    a1 += step;
    a2 += step;
    a3 += step;
  }
  v128.store(c, s00);
  v128.store(c, s01, 16);
  v128.store(c1, s10);
  v128.store(c1, s11, 16);
  v128.store(c2, s20);
  v128.store(c2, s21, 16);
  v128.store(c3, s30);
  v128.store(c3, s31, 16);
}

function tile1x4(k: i32, a: usize, step: i32, b: usize, ldb: i32, c: usize, start: usize): void {
  let s = start ? v128.load(start) : f32x4.splat(0);
  for (const end = b + k * ldb; b != end; b += ldb) {
    s = fma(v128.load32_splat(a), v128.load(b), s);
    a += step;
  }
  v128.store(c, s);
}

/** out[columns, rows] = in[rows, columns]ᵀ, both without gaps. */
export function transpose(source: usize, rows: i32, columns: i32, out: usize): void {
  for (let i = 0; i < rows; i++) {
    let to = out + (i << 2);
    for (let j = 0; j < columns; j++) {
      f32.store(to, f32.load(source));
      source += 4;
      to += rows << 2;
    }
  }
}
