import { type Feature, type IntentConfig, type TensorInput } from '@vitrine/sdk/core';

/** An intent model as it ships: the artifact's configuration and tensors. */
export interface PackedIntent {
  readonly config: IntentConfig;
  readonly tensors: ReadonlyMap<string, TensorInput>;
}

/**
 * Packs a network of one member: its rank-one factors go into its matrices, the two large ones become int8.
 *
 * A hidden unit may be scaled freely, max(0, s·x) = s·max(0, x): each is scaled so that its largest incoming weight is 1 and
 * what comes after undoes it. So one step serves all units, and none loses its digits to another.
 *
 * @param params by the names of `intentShapes`
 */
export function packIntent(config: IntentConfig, features: readonly Feature[], params: ReadonlyMap<string, Float32Array>): PackedIntent {
  const { width: d, hidden: h, members } = config;
  if (members !== 1) throw new RangeError(`a model of ${members} members does not ship`);
  const get = (name: string) => params.get(name)!;
  const fold = (name: string, rows: number) => get(name).map((value, at) => value * get(`${name}_in`)[Math.floor(at / h) % rows] * get(`${name}_out`)[at % h]);
  const [first, firstBias] = [fold('first', d), get('first_bias').slice()];
  const [second, secondBias] = [fold('second', h), get('second_bias').slice()];
  const last = get('last').slice();
  const firstSizes = evenUnits(first, firstBias, h);
  for (let from = 0; from < h; from++) for (let to = 0; to < h; to++) second[from * h + to] *= firstSizes[from];
  const secondSizes = evenUnits(second, secondBias, h);
  for (let unit = 0; unit < h; unit++) last[unit] *= secondSizes[unit];

  const float = (data: Float32Array, shape: readonly number[]): TensorInput => ({ type: 'float32', shape, data });
  const knots = features.flatMap((feature) => (feature.kind === 'numeric' ? [...feature.knots] : []));
  return {
    config,
    tensors: new Map<string, TensorInput>([
      ['features', { type: 'utf8', shape: [features.length], data: features.map(line) }],
      ['knots', float(Float32Array.from(knots), [knots.length])],
      ['first', int8(first, [d, h])],
      ['first_bias', float(firstBias, [1, h])],
      ['second', int8(second, [h, h])],
      ['second_bias', float(secondBias, [1, h])],
      ['last', float(last, [1, h])],
      ['last_bias', float(get('last_bias'), [1])],
    ]),
  };
}

/** Scales each unit, a column of the matrix and its bias, to a largest weight of 1; returns what they were. */
function evenUnits(matrix: Float32Array, bias: Float32Array, units: number): Float32Array {
  const sizes = new Float32Array(units);
  for (const [at, value] of matrix.entries()) sizes[at % units] = Math.max(sizes[at % units], Math.abs(value));
  for (let unit = 0; unit < units; unit++) sizes[unit] ||= 1;
  for (let at = 0; at < matrix.length; at++) matrix[at] /= sizes[at % units];
  for (let unit = 0; unit < units; unit++) bias[unit] /= sizes[unit];
  return sizes;
}

function int8(values: Float32Array, shape: readonly number[]): TensorInput {
  const scale = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0) / 127 || 1;
  return { type: 'int8', shape, data: Int8Array.from(values, (value) => Math.round(value / scale)), scale };
}

/** One feature as a line of JSON, its knots apart. */
function line(feature: Feature): string {
  return JSON.stringify(feature.kind === 'numeric' ? { ...feature, knots: feature.knots.length } : feature);
}
