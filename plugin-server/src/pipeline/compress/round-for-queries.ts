import type { QueryStatistics } from './query-statistics.ts';

/** Sweeps over a row's entries; more change nothing that counts. */
const SWEEPS = 3;

/**
 * Rounds unit rows to whole multiples of `step` so that scores change least, not entries: a row's error n
 * costs nᵀ(C + μI)n, with C the covariance of the session vectors and μI, of the same trace, for the rows' other use as
 * the session's own items. Entry by entry, each moved to a neighbouring multiple while that lowers the cost: errors in
 * one entry make up for errors in another, as in the rounding of a network's weights (Frantar et al., GPTQ, 2022).
 *
 * The mean of the session vectors is left out of C: its error is the same for every session, and `shiftBias` takes it back.
 *
 * @param rows [items × dim]
 * @param most multiples are from -most to most - 1
 * @returns multiples, [items × dim]
 */
export function roundForQueries(rows: Float32Array, step: number, { mean, covariance }: QueryStatistics, most: number): Int8Array {
  const d = mean.length;
  let trace = 0;
  for (let j = 0; j < d; j++) trace += covariance[j * d + j];
  const cost = covariance.map((value, at) => value + (at % (d + 1) === 0 ? trace / d + 1e-9 : 0));

  const codes = new Int8Array(rows.length);
  const error = new Float64Array(d);
  const slope = new Float64Array(d); // (C + μI) n
  for (let start = 0; start < rows.length; start += d) {
    slope.fill(0);
    for (let j = 0; j < d; j++) {
      codes[start + j] = Math.min(most - 1, Math.max(-most, Math.round(rows[start + j] / step)));
      error[j] = codes[start + j] * step - rows[start + j];
      for (let i = 0; i < d; i++) slope[i] += cost[j * d + i] * error[j];
    }
    for (let sweep = 0; sweep < SWEEPS; sweep++) {
      for (let j = 0; j < d; j++) {
        // Moving entry j by δ changes the cost by 2δ·slope_j + δ²·C_jj: downhill, by one step, when that is below zero.
        const move = slope[j] > 0 ? -1 : 1;
        const code = codes[start + j] + move;
        if (code < -most || code >= most || 2 * Math.abs(slope[j]) <= step * cost[j * d + j]) continue;
        codes[start + j] = code;
        for (let i = 0; i < d; i++) slope[i] += cost[j * d + i] * move * step;
      }
    }
  }
  return codes;
}

/**
 * Item biases that make up for the mean of the error: β_i + scale · q̄·(e_i − ê_i), q̄ the mean session vector.
 * @param rows unit rows, [items × dim]
 * @param codes what they were rounded to, in multiples of `step`
 */
export function shiftBias(bias: Float32Array, rows: Float32Array, codes: Int8Array, step: number, scale: number, { mean }: QueryStatistics): Float32Array {
  return bias.map((value, item) => {
    let error = 0;
    for (let j = 0, at = item * mean.length; j < mean.length; j++, at++) error += mean[j] * (rows[at] - codes[at] * step);
    return value + scale * error;
  });
}
