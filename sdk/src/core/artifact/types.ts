/**
 * What a tensor of an artifact holds. `int4`: whole numbers from -8 to 7, two to a byte in the file, an Int8Array once read.
 * `utf8`: UTF-8 text, one entry a line, joined by "\n".
 */
export type TensorType = 'int4' | 'int8' | 'uint8' | 'int32' | 'float32' | 'utf8';

export interface TensorEntry {
  readonly name: string;
  readonly type: TensorType;
  readonly shape: readonly number[];
  /** Byte offset from the start of the tensor section, a multiple of 64. */
  readonly offset: number;
  readonly bytes: number;
  /** Real value of one step of a quantised tensor: real = stored × scale. */
  readonly scale?: number;
}

/** One row of an evaluation: a model's name and its metrics, as fractions of one under the field's usual names. */
export interface MetricRow {
  readonly model: string;
  readonly metrics: Readonly<Record<string, number>>;
}

export interface Manifest {
  /** A shard belongs to the `recommendation` artifact that names its hash. */
  readonly family: 'recommendation' | 'recommendation-shard' | 'intent';
  /** A server artifact is never served to a browser. */
  readonly audience: 'browser' | 'server';
  /** The shop it was trained for, e.g. "demo.myshopify.com". */
  readonly shop: string;
  /** Release version: creation time in UTC and a random part, e.g. "20261123T101500Z-3f9a". Sorts by age. */
  readonly version: string;
  readonly createdAt: string;
  /** The model's configuration (its type belongs to the family). */
  readonly config: Readonly<Record<string, number | string>>;
  /** Evaluation on the shop's own held-out data, the shipped model first, its baselines after. */
  readonly metrics: readonly MetricRow[];
  readonly tensors: readonly TensorEntry[];
}

/** A tensor as decoded: a view into the file's bytes where it can be one (all but int4 and utf8). */
export type TensorData = Int8Array | Uint8Array | Int32Array | Float32Array | readonly string[];

export interface Artifact {
  readonly manifest: Manifest;
  readonly tensors: ReadonlyMap<string, TensorData>;
}
