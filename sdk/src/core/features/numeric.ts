import { combine, type Combination } from './combine.ts';
import type { Row } from './row.ts';

/**
 * A number as pieces: knots at quantiles of the training rows cut the line into bins, and a value becomes one entry a bin:
 * 1 below it, 0 above, the share of the way through in its own (Gorishniy et al., 2022). A linear layer on top is
 * a piecewise-linear function of the number, whatever its scale and tails.
 */
export interface NumericFeature {
  readonly kind: 'numeric';
  readonly name: string;
  /** What is encoded: a column's number, or two columns' combined. */
  readonly source: Combination;
  /** Ascending, at least two; a value outside counts as the nearest. */
  readonly knots: Float32Array;
  /** Stands for a missing value: the median of the training rows. */
  readonly fill: number;
  /** One more entry, 1 where the value is missing: when training rows missed some. */
  readonly indicator: boolean;
}

/** Where a number stands: bins before `bin` are 1, `bin` itself is `share`, those after are 0. */
export interface Place {
  readonly bin: number;
  readonly share: number;
  readonly missing: boolean;
}

/** Entries of a feature's encoding. */
export function numericWidth({ knots, indicator }: NumericFeature): number {
  return knots.length - 1 + (indicator ? 1 : 0);
}

/** The number a feature encodes; NaN where it is missing. */
export function numericValue({ source }: NumericFeature, row: Row): number {
  return combine(source, row);
}

/** Finds the bin of a number (NaN: missing). */
export function placeNumber({ knots, fill }: NumericFeature, value: number): Place {
  const missing = Number.isNaN(value);
  const number = missing ? fill : value;
  let low = 0;
  let high = knots.length - 2; // the last bin
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (knots[middle] <= number) low = middle;
    else high = middle - 1;
  }
  const share = (number - knots[low]) / (knots[low + 1] - knots[low]);
  return { bin: low, share: Math.min(1, Math.max(0, share)), missing };
}

/** Writes the entries of one feature from position `at` on; what stands there must be 0. */
export function encodeNumber(feature: NumericFeature, row: Row, out: Float32Array, at: number): void {
  const { bin, share, missing } = placeNumber(feature, numericValue(feature, row));
  out.fill(1, at, at + bin);
  out[at + bin] = share;
  if (missing && feature.indicator) out[at + feature.knots.length - 1] = 1;
}
