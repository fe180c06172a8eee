import { type CategoricalFeature, placeWord } from './categorical.ts';
import { encodeNumber, type NumericFeature, numericWidth } from './numeric.ts';
import type { Row } from './row.ts';

export type Feature = NumericFeature | CategoricalFeature;

/** Entries of one feature in the encoded row. */
export function featureWidth(feature: Feature): number {
  return feature.kind === 'numeric' ? numericWidth(feature) : feature.levels.length;
}

/** First entry of each feature, and the width of all. */
export function featureOffsets(features: readonly Feature[]): { readonly offsets: readonly number[]; readonly width: number } {
  const offsets: number[] = [];
  let width = 0;
  for (const feature of features) {
    offsets.push(width);
    width += featureWidth(feature);
  }
  return { offsets, width };
}

/**
 * Encodes one row.
 * @param out where it is written, from `at` on, as many entries as the features are wide
 */
export function encodeRow(features: readonly Feature[], row: Row, out: Float32Array, at = 0): void {
  out.fill(0, at, at + featureOffsets(features).width);
  for (const feature of features) {
    if (feature.kind === 'numeric') encodeNumber(feature, row, out, at);
    else {
      const level = placeWord(feature, row);
      if (level >= 0) out[at + level] = 1;
    }
    at += featureWidth(feature);
  }
}
