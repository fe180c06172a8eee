import { placeWord } from '../../features/categorical.ts';
import { type Feature, featureOffsets } from '../../features/encode.ts';
import { numericValue, placeNumber } from '../../features/numeric.ts';
import type { Row } from '../../features/row.ts';
import { type IntentConfig } from './config.ts';

/** An intent model ready to answer, in plain JavaScript. */
export interface IntentModel {
  readonly config: IntentConfig;
  readonly features: readonly Feature[];
  /** First row of each feature in `table`. */
  readonly starts: readonly number[];
  /**
   * What the first layer adds for each level of a word, and at each knot of a number: rows of k × h. Between two knots it is
   * linear, so one number costs two rows, however many bins it has.
   */
  readonly table: Float32Array;
  /** Parameters of the layers above, by name, row-major. */
  readonly params: ReadonlyMap<string, Float32Array>;
}

/** Puts the first layer's weights into the form that rows are answered from. @param params by the names of `intentShapes` */
export function prepareIntent(config: IntentConfig, features: readonly Feature[], params: ReadonlyMap<string, Float32Array>): IntentModel {
  const { width, hidden: h, members: k } = config;
  const { offsets } = featureOffsets(features);
  const units = k * h;
  const [first, signs, scale] = ['first', 'first_in', 'first_out'].map((name) => params.get(name)!);
  const weight = (entry: number, member: number, unit: number) => first[entry * h + unit] * signs[member * width + entry] * scale[member * h + unit];
  const starts: number[] = [];
  let rows = 0;
  for (const feature of features) {
    starts.push(rows);
    rows += feature.kind === 'numeric' ? feature.knots.length + 1 : feature.levels.length;
  }
  const table = new Float32Array(rows * units);
  for (const [at, feature] of features.entries()) {
    for (let member = 0; member < k; member++) {
      for (let unit = 0; unit < h; unit++) {
        const column = starts[at] * units + member * h + unit;
        if (feature.kind === 'categorical') {
          for (let level = 0; level < feature.levels.length; level++) table[column + level * units] = weight(offsets[at] + level, member, unit);
          continue;
        }
        const bins = feature.knots.length - 1;
        let sum = 0;
        for (let bin = 0; bin < bins; bin++) table[column + (bin + 1) * units] = sum += weight(offsets[at] + bin, member, unit);
        if (feature.indicator) table[column + (bins + 1) * units] = weight(offsets[at] + bins, member, unit);
      }
    }
  }
  return { config, features, starts, table, params };
}

/** Probability of a yes for one row. */
export function predictIntent(model: IntentModel, row: Row): number {
  return 1 / (1 + Math.exp(-intentLogit(model, row)));
}

/**
 * Adds what one feature of a row says to the first layer, before its bias and its fold at 0.
 * @param at number of the feature
 * @param units [k × h]
 */
export function addFeature({ features, starts, table }: IntentModel, at: number, row: Row, units: Float64Array): void {
  const add = (from: number, share: number) => {
    const start = from * units.length;
    if (share !== 0) for (let unit = 0; unit < units.length; unit++) units[unit] += share * table[start + unit];
  };
  const feature = features[at];
  if (feature.kind === 'categorical') {
    const level = placeWord(feature, row);
    if (level >= 0) add(starts[at] + level, 1);
    return;
  }
  const { bin, share, missing } = placeNumber(feature, numericValue(feature, row));
  add(starts[at] + bin, 1 - share);
  add(starts[at] + bin + 1, share);
  if (missing && feature.indicator) add(starts[at] + feature.knots.length, 1);
}

/** Log-odds of a yes for one row: the members' mean. */
export function intentLogit(model: IntentModel, row: Row): number {
  const { config: { hidden: h, members: k }, features, params } = model;
  const low = Float64Array.from(params.get('first_bias')!);
  for (let at = 0; at < features.length; at++) addFeature(model, at, row, low);
  const [second, input, output, bias, last, lastBias] = ['second', 'second_in', 'second_out', 'second_bias', 'last', 'last_bias'].map((name) => params.get(name)!);
  const sums = new Float64Array(h);
  let total = 0;
  for (let member = 0; member < k; member++) {
    sums.fill(0);
    for (let from = 0; from < h; from++) {
      const value = Math.max(0, low[member * h + from]) * input[member * h + from];
      if (value !== 0) for (let to = 0; to < h; to++) sums[to] += value * second[from * h + to];
    }
    total += lastBias[member];
    for (let to = 0; to < h; to++) {
      const unit = member * h + to;
      total += Math.max(0, sums[to] * output[unit] + bias[unit]) * last[unit];
    }
  }
  return total / k;
}
