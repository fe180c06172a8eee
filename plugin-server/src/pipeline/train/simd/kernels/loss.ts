// AssemblyScript. Softmax cross-entropy over the candidates, value and gradient: each row of scores is read once for its
// peak and rewritten once.
// A row's exponentials stay unnormalised: its weight 1 / (B Σ exp) is applied to the small matrices on both sides
// instead, which saves another pass over [B, C].
import { exp4, sum4 } from './vector.ts';

/**
 * Adds what a session's own items earn: bonus[index] at each listed cell, repeat bias once for each distinct one.
 * Lists by session: start [sessions + 1]; `column` of the candidate; `index` of the bonus.
 */
export function addRepeats(
  sessions: i32, scores: usize, columns: i32, start: usize, column: usize, index: usize, bonus: usize,
  distinctStart: usize, distinctColumn: usize, repeats: usize,
): void {
  for (let s = 0; s < sessions; s++) {
    const row = scores + s * (columns << 2);
    for (let at = i32.load(start + (s << 2)), end = i32.load(start + (s << 2), 4); at < end; at++) {
      const cell = row + (i32.load(column + (at << 2)) << 2);
      f32.store(cell, f32.load(cell) + f32.load(bonus + (i32.load(index + (at << 2)) << 2)));
    }
    for (let at = i32.load(distinctStart + (s << 2)), end = i32.load(distinctStart + (s << 2), 4); at < end; at++) {
      const c = i32.load(distinctColumn + (at << 2)) << 2;
      f32.store(row + c, f32.load(row + c) + f32.load(repeats + c));
    }
  }
}

/**
 * With z a row of scores and Σ = Σ exp(z − peak): z becomes Σ · (softmax(z) − y), and `weight` 1 / (batch · Σ), so
 * that their product is the gradient of the mean loss.
 * @param count candidates; `columns` is the row's length, a multiple of 8: what lies between is set to zero
 * @param targetStart lists of targets by session; `target` candidate; `share` y, summing to 1
 * @returns −Σ y (z − peak) over the sessions; log Σ of each, from its weight, makes it the loss
 */
export function softmaxLoss(
  sessions: i32, count: i32, columns: i32, scores: usize, targetStart: usize, target: usize, share: usize, batch: f32, weight: usize,
): f64 {
  let loss: f64 = 0;
  const whole = count & ~3;
  for (let s = 0; s < sessions; s++) {
    const row = scores + s * (columns << 2);
    for (let c = count; c < columns; c++) f32.store(row + (c << 2), -Infinity);
    let peaks = f32x4.splat(-Infinity);
    for (let at = 0; at < columns << 2; at += 16) peaks = f32x4.pmax(peaks, v128.load(row + at));
    const peak = max(max(f32x4.extract_lane(peaks, 0), f32x4.extract_lane(peaks, 1)), max(f32x4.extract_lane(peaks, 2), f32x4.extract_lane(peaks, 3)));
    const first = i32.load(targetStart + (s << 2));
    const end = i32.load(targetStart + (s << 2), 4);
    let wanted: f64 = 0;
    for (let at = first; at < end; at++) {
      wanted += <f64>f32.load(share + (at << 2)) * <f64>(f32.load(row + (i32.load(target + (at << 2)) << 2)) - peak);
    }
    let totals = f32x4.splat(0);
    const lift = f32x4.splat(-peak);
    for (let at = 0; at < whole << 2; at += 16) {
      const e = exp4(f32x4.add(v128.load(row + at), lift));
      v128.store(row + at, e);
      totals = f32x4.add(totals, e);
    }
    let total = sum4(totals);
    for (let c = whole; c < columns; c++) {
      const at = row + (c << 2);
      const e: f32 = c < count ? f32x4.extract_lane(exp4(f32x4.splat(f32.load(at) - peak)), 0) : 0;
      f32.store(at, e);
      total += e;
    }
    loss -= wanted;
    for (let at = first; at < end; at++) {
      const cell = row + (i32.load(target + (at << 2)) << 2);
      f32.store(cell, f32.load(cell) - f32.load(share + (at << 2)) * total);
    }
    f32.store(weight + (s << 2), 1 / (batch * total));
  }
  return loss;
}

/** Gradient of the bonuses in `addRepeats`; added to. */
export function bonusBackward(sessions: i32, scores: usize, columns: i32, start: usize, column: usize, index: usize, weight: usize, gradient: usize): void {
  for (let s = 0; s < sessions; s++) {
    const row = scores + s * (columns << 2);
    const share = f32.load(weight + (s << 2));
    for (let at = i32.load(start + (s << 2)), end = i32.load(start + (s << 2), 4); at < end; at++) {
      const to = gradient + (i32.load(index + (at << 2)) << 2);
      f32.store(to, f32.load(to) + share * f32.load(row + (i32.load(column + (at << 2)) << 2)));
    }
  }
}

/** Gradient of the biases of candidates `from` … `from` + `count` - 1: weighted sums of columns. count is a multiple of 4. */
export function biasBackward(batch: i32, scores: usize, columns: i32, weight: usize, from: i32, count: i32, out: usize): void {
  memory.fill(out, 0, count << 2);
  for (let s = 0; s < batch; s++) {
    const row = scores + ((s * columns + from) << 2);
    const share = v128.load32_splat(weight + (s << 2));
    for (let at = 0; at < count << 2; at += 16) {
      v128.store(out + at, f32x4.add(v128.load(out + at), f32x4.mul(share, v128.load(row + at))));
    }
  }
}

/** Gradient of the repeat biases of those candidates. Lists by candidate: start, session. */
export function repeatBackward(start: usize, session: usize, scores: usize, columns: i32, weight: usize, from: i32, count: i32, out: usize): void {
  for (let i = 0; i < count; i++) {
    let sum: f32 = 0;
    for (let at = i32.load(start + ((from + i) << 2)), end = i32.load(start + ((from + i) << 2), 4); at < end; at++) {
      const s = i32.load(session + (at << 2));
      sum += f32.load(weight + (s << 2)) * f32.load(scores + ((s * columns + from + i) << 2));
    }
    f32.store(out + (i << 2), sum);
  }
}
