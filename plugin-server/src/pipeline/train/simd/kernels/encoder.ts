// AssemblyScript. The session encoder and its gradient, but for the matrix products. Sessions are packed: session s holds
// tokens start[s] … start[s + 1] - 1, the last one being its newest item. Names follow the model's README: e item
// vectors after dropout, x inputs, l newest input, m session mean, a attention, r read-out, q session direction.
import { exp4, fma, sigmoid4, sum4 } from './vector.ts';

/** Whether entry `counter` is kept: a hash of seed and counter against `threshold`. Four entries at once, as a mask. */
// @ts-ignore: decorator
@inline
function kept(counter: v128, threshold: v128): v128 {
  let x = v128.xor(counter, i32x4.shr_u(counter, 16));
  x = i32x4.mul(x, i32x4.splat(0x7feb352d));
  x = v128.xor(x, i32x4.shr_u(x, 15));
  x = i32x4.mul(x, i32x4.splat(<i32>0x846ca68b));
  x = v128.xor(x, i32x4.shr_u(x, 16));
  return i32x4.ge_s(i32x4.shr_u(x, 1), threshold);
}

/** Numbers the entries of a token: four consecutive ones of token `token` from column `at` (bytes). */
// @ts-ignore: decorator
@inline
function counters(token: i32, width: i32, at: i32, seed: i32): v128 {
  return i32x4.add(i32x4.splat(((token * width + at) >> 2) ^ seed), i32x4(0, 1, 2, 3));
}

/**
 * e and x of tokens `from` … `to` - 1, written from the start of `items` and `inputs`.
 * @param row row of the gathered unit vectors of each token; `pair` its position and kind, as a row of `pairs`
 * @param pairs P[bucket] + K[kind], by bucket × kinds + kind
 * @param threshold share dropped × 2³¹; `scale` 1 / (1 − share)
 */
export function inputs(
  from: i32, to: i32, row: usize, pair: usize, unit: usize, pairs: usize, D: i32, seed: i32, threshold: i32, scale: f32, items: usize, inputs: usize,
): void {
  const width = D << 2;
  const limit = i32x4.splat(threshold);
  const factor = f32x4.splat(scale);
  for (let token = from; token < to; token++) {
    const u = unit + i32.load(row + (token << 2)) * width;
    const p = pairs + i32.load(pair + (token << 2)) * width;
    for (let at = 0; at < width; at += 16) {
      let e = v128.load(u + at);
      if (threshold > 0) e = v128.and(f32x4.mul(e, factor), kept(counters(token, width, at, seed), limit));
      v128.store(items + at, e);
      v128.store(inputs + at, f32x4.add(e, v128.load(p + at)));
    }
    items += width;
    inputs += width;
  }
}

/** l into the first half of `concat` [sessions, 2D], m into `means` [sessions, D]. `start` of these sessions; tokens count from the first. */
export function summaries(sessions: i32, start: usize, items: usize, inputs: usize, D: i32, concat: usize, means: usize): void {
  const width = D << 2;
  const first = i32.load(start);
  for (let s = 0; s < sessions; s++) {
    const from = i32.load(start + (s << 2)) - first;
    const to = i32.load(start + (s << 2), 4) - first;
    const share = f32x4.splat(1 / <f32>(to - from));
    const newest = inputs + (to - 1) * width;
    for (let at = 0; at < width; at += 16) {
      let sum = f32x4.splat(0);
      for (let e = items + from * width + at, end = items + to * width + at; e < end; e += width) sum = f32x4.add(sum, v128.load(e));
      v128.store(means + s * width + at, f32x4.mul(sum, share));
      v128.store(concat + 2 * s * width + at, v128.load(newest + at));
    }
  }
}

export function clear(at: usize, floats: i32): void {
  memory.fill(at, 0, floats << 2);
}

/** The same row in each of `count` rows. */
export function fillRows(count: i32, row: usize, D: i32, out: usize): void {
  for (let i = 0; i < count; i++) memory.copy(out + i * (D << 2), row, D << 2);
}

/** Rows of `source` by index. */
export function copyRows(count: i32, index: usize, source: usize, D: i32, out: usize): void {
  for (let i = 0; i < count; i++) memory.copy(out + i * (D << 2), source + i32.load(index + (i << 2)) * (D << 2), D << 2);
}

/**
 * h = σ(xW₁ + shared) in place of xW₁, logits h·v held at 60, their softmax over each session, and r into the second
 * half of `concat`.
 */
export function attend(sessions: i32, start: usize, shared: usize, hidden: usize, v: usize, items: usize, D: i32, attention: usize, concat: usize): void {
  const width = D << 2;
  const first = i32.load(start);
  for (let s = 0; s < sessions; s++) {
    const from = i32.load(start + (s << 2)) - first;
    const to = i32.load(start + (s << 2), 4) - first;
    const common = shared + s * width;
    let peak: f32 = -Infinity;
    for (let t = from; t < to; t++) {
      const h = hidden + t * width;
      let dot = f32x4.splat(0);
      for (let at = 0; at < width; at += 16) {
        const value = sigmoid4(f32x4.add(v128.load(h + at), v128.load(common + at)));
        v128.store(h + at, value);
        dot = fma(value, v128.load(v + at), dot);
      }
      const logit = sum4(dot);
      f32.store(attention + (t << 2), logit);
      peak = max(peak, min<f32>(logit, 60));
    }
    let total: f32 = 0;
    for (let t = from; t < to; t++) {
      const weight = f32x4.extract_lane(exp4(f32x4.splat(min<f32>(f32.load(attention + (t << 2)), 60) - peak)), 0);
      // The sign remembers a logit held at 60: it passes no gradient.
      f32.store(attention + (t << 2), f32.load(attention + (t << 2)) > 60 ? -weight : weight);
      total += weight;
    }
    const readout = concat + 2 * s * width + width;
    memory.fill(readout, 0, width);
    for (let t = from; t < to; t++) {
      const a = f32.load(attention + (t << 2)) / total;
      f32.store(attention + (t << 2), a);
      const share = f32x4.splat(abs(a));
      const e = items + t * width;
      for (let at = 0; at < width; at += 16) v128.store(readout + at, fma(share, v128.load(e + at), v128.load(readout + at)));
    }
  }
}

/** Directions [sessions, D] → q of unit length in place, scale × q beside it, and 1 / ‖direction‖. */
export function normaliseQueries(sessions: i32, queries: usize, D: i32, scale: f32, scaled: usize, inverse: usize): void {
  const width = D << 2;
  for (let s = 0; s < sessions; s++) {
    const q = queries + s * width;
    let squares = f32x4.splat(0);
    for (let at = 0; at < width; at += 16) squares = fma(v128.load(q + at), v128.load(q + at), squares);
    const inv: f32 = 1 / sqrt<f32>(sum4(squares) + 1e-12);
    for (let at = 0; at < width; at += 16) {
      const unit = f32x4.mul(v128.load(q + at), f32x4.splat(inv));
      v128.store(q + at, unit);
      v128.store(scaled + s * width + at, f32x4.mul(unit, f32x4.splat(scale)));
    }
    f32.store(inverse + (s << 2), inv);
  }
}

/**
 * From ∂(scale·q), not yet multiplied by the session's weight, to ∂direction, in place; `scaled` is multiplied by the
 * weight, for the candidates' gradient. Adds ∂goal rows.
 * @returns ∂scale
 */
export function queriesBackward(
  sessions: i32, gradient: usize, queries: usize, scaled: usize, inverse: usize, weight: usize, D: i32, scale: f32, goal: usize, goalGradient: usize,
): f32 {
  const width = D << 2;
  let scaleGradient: f32 = 0;
  for (let s = 0; s < sessions; s++) {
    const q = queries + s * width;
    const g = gradient + s * width;
    const share = f32.load(weight + (s << 2));
    let dots = f32x4.splat(0);
    for (let at = 0; at < width; at += 16) dots = fma(v128.load(q + at), v128.load(g + at), dots);
    const dot = sum4(dots);
    scaleGradient += dot * share;
    const factor = f32x4.splat(f32.load(inverse + (s << 2)) * scale * share);
    const along = f32x4.splat(-dot);
    const to = goalGradient + i32.load(goal + (s << 2)) * width;
    for (let at = 0; at < width; at += 16) {
      const d = f32x4.mul(fma(along, v128.load(q + at), v128.load(g + at)), factor);
      v128.store(g + at, d);
      v128.store(to + at, f32x4.add(v128.load(to + at), d));
      v128.store(scaled + s * width + at, f32x4.mul(v128.load(scaled + s * width + at), f32x4.splat(share)));
    }
  }
  return scaleGradient;
}

/**
 * Gradient of `attend`: `hidden` becomes ∂(xW₁ + shared); `itemGradient` gets a ∂r; `sharedGradient` the sum over the
 * session; `vGradient` is added to. `concatGradient` holds ∂r in its second half.
 */
export function attendBackward(
  sessions: i32, start: usize, hidden: usize, v: usize, items: usize, D: i32, attention: usize, concatGradient: usize,
  itemGradient: usize, sharedGradient: usize, vGradient: usize,
): void {
  const width = D << 2;
  const first = i32.load(start);
  const one = f32x4.splat(1);
  for (let s = 0; s < sessions; s++) {
    const from = i32.load(start + (s << 2)) - first;
    const to = i32.load(start + (s << 2), 4) - first;
    const r = concatGradient + 2 * s * width + width;
    let expected: f32 = 0; // Σ a ∂a
    for (let t = from; t < to; t++) {
      let dot = f32x4.splat(0);
      const e = items + t * width;
      for (let at = 0; at < width; at += 16) dot = fma(v128.load(e + at), v128.load(r + at), dot);
      const gradient = sum4(dot);
      f32.store(itemGradient + t * width, gradient); // kept here until the second pass
      expected += gradient * abs(f32.load(attention + (t << 2)));
    }
    const shared = sharedGradient + s * width;
    memory.fill(shared, 0, width);
    for (let t = from; t < to; t++) {
      const a = f32.load(attention + (t << 2));
      const g = itemGradient + t * width;
      const logit = f32x4.splat(a > 0 ? a * (f32.load(g) - expected) : 0);
      const share = f32x4.splat(abs(a));
      const h = hidden + t * width;
      for (let at = 0; at < width; at += 16) {
        const value = v128.load(h + at);
        const d = f32x4.mul(f32x4.mul(logit, v128.load(v + at)), f32x4.mul(value, f32x4.sub(one, value)));
        v128.store(h + at, d);
        v128.store(shared + at, f32x4.add(v128.load(shared + at), d));
        v128.store(vGradient + at, fma(logit, value, v128.load(vGradient + at)));
        v128.store(g + at, f32x4.mul(share, v128.load(r + at)));
      }
    }
  }
}

/** Sums the rows of a matrix into `out`. */
export function sumRows(count: i32, rows: usize, D: i32, out: usize): void {
  for (let i = 0; i < count; i++) {
    const from = rows + i * (D << 2);
    for (let at = 0; at < D << 2; at += 16) v128.store(out + at, f32x4.add(v128.load(out + at), v128.load(from + at)));
  }
}

/**
 * Finishes ∂e of tokens: adds ∂x, ∂l for the newest, ∂m / length, and takes dropout's mask; adds ∂x to the rows of
 * `pairGradient`. `inputGradient`, `itemGradient`, counted from the first token of these sessions.
 */
export function inputsBackward(
  sessions: i32, start: usize, pair: usize, D: i32, seed: i32, threshold: i32, scale: f32,
  inputGradient: usize, concatGradient: usize, meanGradient: usize, itemGradient: usize, pairGradient: usize,
): void {
  const width = D << 2;
  const first = i32.load(start);
  const limit = i32x4.splat(threshold);
  const factor = f32x4.splat(scale);
  for (let s = 0; s < sessions; s++) {
    const from = i32.load(start + (s << 2));
    const to = i32.load(start + (s << 2), 4);
    const share = f32x4.splat(1 / <f32>(to - from));
    const mean = meanGradient + s * width;
    for (let token = from; token < to; token++) {
      const x = inputGradient + (token - first) * width;
      const e = itemGradient + (token - first) * width;
      const p = pairGradient + i32.load(pair + (token << 2)) * width;
      const newest = token == to - 1;
      for (let at = 0; at < width; at += 16) {
        let d = v128.load(x + at);
        if (newest) d = f32x4.add(d, v128.load(concatGradient + 2 * s * width + at));
        v128.store(p + at, f32x4.add(v128.load(p + at), d));
        d = f32x4.add(d, fma(share, v128.load(mean + at), v128.load(e + at)));
        if (threshold > 0) d = v128.and(f32x4.mul(d, factor), kept(counters(token, width, at, seed), limit));
        v128.store(e + at, d);
      }
    }
  }
}

/** pairs[b, k] = P[b] + K[k]. */
export function addPairs(positions: i32, kinds: i32, position: usize, kind: usize, D: i32, pairs: usize): void {
  const width = D << 2;
  for (let b = 0; b < positions; b++) {
    for (let k = 0; k < kinds; k++) {
      for (let at = 0; at < width; at += 16) v128.store(pairs + at, f32x4.add(v128.load(position + b * width + at), v128.load(kind + k * width + at)));
      pairs += width;
    }
  }
}

/** The gradient of `addPairs`; P and K are added to. */
export function splitPairs(positions: i32, kinds: i32, pairs: usize, D: i32, position: usize, kind: usize): void {
  for (let b = 0; b < positions; b++) {
    for (let k = 0; k < kinds; k++) {
      sumRows(1, pairs, D, position + b * (D << 2));
      sumRows(1, pairs, D, kind + k * (D << 2));
      pairs += D << 2;
    }
  }
}
