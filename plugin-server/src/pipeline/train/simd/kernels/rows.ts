// AssemblyScript. The item table: gathering unit vectors out of it, and Adam on the rows that took part.
//
// A row is one record of three parts of equal length S = D + 4 floats: values, first moments, second moments. A part is
// the item's vector (D floats) and four more: item bias, repeat bias, two unused. A row also remembers the step up to
// which it is settled. Adam moves every row at every step, also one without a gradient, by its old momentum; here that
// is made up for, in one go, when the row is next needed:
//
//   w ← w − m Σ_j rate_{t+j} β₁ʲ / (√(β₂ʲ v) + ε),   m ← β₁ᵏ m,   v ← β₂ᵏ v        for k steps missed after step t.
//
// The sum is known at both ends: S₀ = Σ rate β₁ʲ for v → 0 and S₁ = Σ rate (β₁/√β₂)ʲ for ε → 0. Between them it is taken as
// S₀ / (ā √v + ε) with ā = S₀ / S₁; the terms that count have √β₂ʲ > 0.98, so this is exact to about 1e-5.
import { exp4, fma, sum4 } from './vector.ts';

const LOG_BETA1: f32 = -0.10536051565782628; // ln 0.9
const LOG_BETA2: f32 = -0.0010005003335835335; // ln 0.999
const EPSILON: f32 = 1e-8;
/** Steps after which momentum has fallen below 2e-12 of what it was; as in catch-up-sums.ts. */
const WINDOW: i32 = 256;

/**
 * Brings rows up to `step` - 1 and writes their unit vectors.
 * @param rows rows of the table, [count] i32
 * @param settled step up to which each row of the table is settled, [N] i32
 * @param sums S₀ and S₁ by the step a row was last settled, two tables of f32
 * @param rates learning rate factors of the last four floats of a part, [4]
 * @param correction subtracted from the item biases, [count]
 * @param unit out: w / ‖w‖, [count, D]
 * @param inverse out: 1 / ‖w‖, [count]
 * @param biases out: item bias − correction, [count]
 * @param repeats out: repeat bias, [count]
 */
export function gatherRows(
  rows: usize, count: i32, table: usize, D: i32, settled: usize, step: i32, sums0: usize, sums1: usize, rates: usize,
  correction: usize, unit: usize, inverse: usize, biases: usize, repeats: usize,
): void {
  const part = (D + 4) << 2;
  for (let i = 0; i < count; i++) {
    const row = i32.load(rows + (i << 2));
    const w = table + <usize>row * <usize>(part * 3);
    const last = i32.load(settled + (row << 2));
    if (last < step - 1) {
      catchUp(w, D, step - 1 - last, f32.load(sums0 + (last << 2)), f32.load(sums1 + (last << 2)), rates);
      i32.store(settled + (row << 2), step - 1);
    }
    let squares = f32x4.splat(0);
    for (let at = 0; at < part - 16; at += 16) {
      const x = v128.load(w + at);
      squares = fma(x, x, squares);
    }
    const scale: f32 = 1 / sqrt<f32>(sum4(squares) + 1e-12);
    const to = unit + i * (part - 16);
    for (let at = 0; at < part - 16; at += 16) v128.store(to + at, f32x4.mul(v128.load(w + at), f32x4.splat(scale)));
    f32.store(inverse + (i << 2), scale);
    f32.store(biases + (i << 2), f32.load(w + part - 16) - f32.load(correction + (i << 2)));
    f32.store(repeats + (i << 2), f32.load(w + part - 12));
  }
}

/** Settles all rows from `from` to `to` up to `step`, as if each step had been taken with no gradient. */
export function settleRows(from: i32, to: i32, table: usize, D: i32, settled: usize, step: i32, sums0: usize, sums1: usize, rates: usize): void {
  const part = (D + 4) << 2;
  for (let row = from; row < to; row++) {
    const last = i32.load(settled + (row << 2));
    if (last >= step) continue;
    catchUp(table + <usize>row * <usize>(part * 3), D, step - last, f32.load(sums0 + (last << 2)), f32.load(sums1 + (last << 2)), rates);
    i32.store(settled + (row << 2), step);
  }
}

function catchUp(w: usize, D: i32, missed: i32, sum0: f32, sum1: f32, rates: usize): void {
  if (sum0 == 0) return; // before the first step: no momentum
  const part = (D + 4) << 2;
  // Past the window of the sums, what is left of the momentum counts as none.
  const keep1 = missed > WINDOW ? f32x4.splat(0) : exp4(f32x4.splat(LOG_BETA1 * <f32>missed));
  const keep2 = exp4(f32x4.splat(LOG_BETA2 * <f32>missed));
  const mean = f32x4.splat(sum0 / sum1);
  const epsilon = f32x4.splat(EPSILON);
  let sum = f32x4.splat(-sum0);
  for (let at = 0; at < part; at += 16) {
    if (at == part - 16) sum = f32x4.mul(sum, v128.load(rates));
    const m = v128.load(w + part + at);
    const v = v128.load(w + 2 * part + at);
    const move = f32x4.div(m, fma(mean, f32x4.sqrt(v), epsilon));
    v128.store(w + at, fma(move, sum, v128.load(w + at)));
    v128.store(w + part + at, f32x4.mul(m, keep1));
    v128.store(w + 2 * part + at, f32x4.pmax(f32x4.mul(v, keep2), f32x4.splat(1e-30)));
  }
}

/** Unit vectors [count, D] → panels [count / 8][D][8], for gemmPanels. Rows after `count` count as zero. */
export function packPanels(unit: usize, count: i32, D: i32, panels: usize): void {
  for (let i = 0; i < count; i += 8) {
    const to = panels + i * (D << 2);
    for (let j = 0; j < 8; j++) {
      const from = unit + (i + j) * (D << 2);
      const inside = i + j < count;
      for (let k = 0; k < D; k++) f32.store(to + (((k << 3) + j) << 2), inside ? f32.load(from + (k << 2)) : 0);
    }
  }
}

/** out[i] += Σ of the rows of `source` that list i names. Lists: start [count + 1], index. */
export function addListed(count: i32, start: usize, index: usize, source: usize, D: i32, out: usize): void {
  for (let i = 0; i < count; i++) {
    const to = out + i * (D << 2);
    for (let at = i32.load(start + (i << 2)), end = i32.load(start + (i << 2), 4); at < end; at++) {
      const from = source + i32.load(index + (at << 2)) * (D << 2);
      for (let k = 0; k < D << 2; k += 16) v128.store(to + k, f32x4.add(v128.load(to + k), v128.load(from + k)));
    }
  }
}

/**
 * One Adam step on rows, from gradients with respect to their unit vectors:
 * ∂w = (g − u (u·g)) / ‖w‖.
 * @param gradient [count, D]
 * @param biasGradient of the item bias, [count]; `repeatGradient` of the repeat bias, [count]
 */
export function updateRows(
  rows: usize, count: i32, table: usize, D: i32, settled: usize, step: i32, rate: f32, rates: usize,
  unit: usize, inverse: usize, gradient: usize, biasGradient: usize, repeatGradient: usize,
): void {
  const width = D << 2;
  const part = width + 16;
  const negative = f32x4.splat(-rate);
  for (let i = 0; i < count; i++) {
    const row = i32.load(rows + (i << 2));
    const w = table + <usize>row * <usize>(part * 3);
    const u = unit + i * width;
    const g = gradient + i * width;
    let dot = f32x4.splat(0);
    for (let at = 0; at < width; at += 16) dot = fma(v128.load(u + at), v128.load(g + at), dot);
    const along = f32x4.splat(-sum4(dot));
    const scale = f32x4.splat(f32.load(inverse + (i << 2)));
    for (let at = 0; at < width; at += 16) {
      adam4(w + at, part, f32x4.mul(fma(along, v128.load(u + at), v128.load(g + at)), scale), negative);
    }
    let biases = f32x4.replace_lane(f32x4.splat(0), 0, f32.load(biasGradient + (i << 2)));
    biases = f32x4.replace_lane(biases, 1, f32.load(repeatGradient + (i << 2)));
    adam4(w + width, part, biases, f32x4.mul(negative, v128.load(rates)));
    i32.store(settled + (row << 2), step);
  }
}

/**
 * One Adam step on a dense parameter whose gradient is the sum of `parts`, `stride` floats apart.
 * Values, first and second moments lie `span` floats apart.
 */
export function updateDense(count: i32, w: usize, span: i32, gradients: usize, parts: i32, stride: i32, rate: f32): void {
  const negative = f32x4.splat(-rate);
  for (let at = 0; at < count << 2; at += 16) {
    let g = v128.load(gradients + at);
    for (let part = 1; part < parts; part++) g = f32x4.add(g, v128.load(gradients + at + part * (stride << 2)));
    adam4(w + at, span << 2, g, negative);
  }
}

// @ts-ignore: decorator
@inline
function adam4(w: usize, part: i32, g: v128, negativeRate: v128): void {
  // Adding and taking away 1e-30 turns what is far below it into 0, and v stays above: numbers too small for the normal
  // range would slow every later step down.
  let m = fma(g, f32x4.splat(0.1), f32x4.mul(v128.load(w + part), f32x4.splat(0.9)));
  m = f32x4.sub(f32x4.add(m, f32x4.splat(1e-30)), f32x4.splat(1e-30));
  const v = f32x4.pmax(fma(f32x4.mul(g, g), f32x4.splat(0.001), f32x4.mul(v128.load(w + 2 * part), f32x4.splat(0.999))), f32x4.splat(1e-30));
  const move = f32x4.div(m, f32x4.add(f32x4.sqrt(v), f32x4.splat(EPSILON)));
  v128.store(w, fma(move, negativeRate, v128.load(w)));
  v128.store(w + part, m);
  v128.store(w + 2 * part, v);
}
