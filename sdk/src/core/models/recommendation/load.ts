import type { Artifact } from '../../artifact/types.ts';
import { VitrineError } from '../../errors.ts';
import { type Attributes, readAttributes, readPlanes } from './attributes.ts';
import { MIX_SIZE, paramShapes, type RecommendationConfig } from './config.ts';

/** A recommendation model ready to rank: int8 catalogue for scoring, float encoder for sessions. */
export interface RecommendationModel {
  readonly config: RecommendationConfig;
  readonly version: string;
  /** Product ids by row, most popular first. */
  readonly itemIds: readonly string[];
  readonly rowOf: ReadonlyMap<string, number>;
  /** Catalogue, [items × dim], row by row. */
  readonly table: Int8Array;
  /** Real value of one step of `table`. */
  readonly tableScale: number;
  /** Encoder parameters by name, dequantised, row-major. */
  readonly params: ReadonlyMap<string, Float32Array>;
  readonly neighbours: Neighbours;
  /** What filters ask of items; absent when the shop's products were not known at training. */
  readonly attributes?: Attributes;
}

/** The strongest companions of each item in past orders and visits. */
export interface Neighbours {
  /** K, entries per item. */
  readonly count: number;
  /** Rows, [items × K]; an entry of weight 0 stands for none. */
  readonly row: Int32Array;
  /** [items × K], real values. */
  readonly weight: Float32Array;
  /** What a unit of weight adds to a score, by `mixIndex`. */
  readonly mix: Float32Array;
}

/**
 * Reads a verified artifact of the family `recommendation`.
 * @throws VitrineError `artifact_corrupt` when a tensor is missing or its shape disagrees with the configuration
 */
export function loadRecommendation(artifact: Artifact): RecommendationModel {
  const { manifest, tensors } = artifact;
  const config = readConfig(manifest.config);
  const ids = tensors.get('items');
  if (!Array.isArray(ids) || ids.length !== config.items) {
    throw corrupt(`tensor "items" must hold ${config.items} ids`);
  }
  const params = new Map<string, Float32Array>();
  let table: Int8Array | undefined;
  let tableScale = 0;
  for (const [name, shape] of paramShapes(config)) {
    const entry = manifest.tensors.find((tensor) => tensor.name === name);
    const data = tensors.get(name);
    if (!entry || !data || entry.shape.length !== shape.length || entry.shape.some((size, axis) => size !== shape[axis])) {
      throw corrupt(`tensor "${name}" must have shape [${shape}]`);
    }
    if (data instanceof Int8Array) {
      const scale = entry.scale;
      if (scale === undefined || !(scale > 0)) throw corrupt(`tensor "${name}" has no scale`);
      if (name === 'item_table') {
        table = data;
        tableScale = scale;
      } else {
        params.set(name, Float32Array.from(data, (value) => value * scale));
      }
    } else if (data instanceof Float32Array && name !== 'item_table') {
      params.set(name, data);
    } else {
      throw corrupt(`tensor "${name}" has the wrong type`);
    }
  }
  const itemIds = ids as readonly string[];
  return {
    config, version: manifest.version, itemIds, table: table!, tableScale, params,
    rowOf: new Map(itemIds.map((id, row) => [id, row])),
    neighbours: readNeighbours(artifact, config),
    attributes: wellFormed('product attributes', () => readAttributes(artifact, config.items)),
  };
}

/**
 * Row numbers are stored as planes of bytes ([bytes, items, K], lowest byte first), weights as uint8 with one scale.
 */
function readNeighbours({ manifest, tensors }: Artifact, config: RecommendationConfig): Neighbours {
  const { items, neighbours: count } = config;
  if (count === 0) return { count, row: new Int32Array(0), weight: new Float32Array(0), mix: new Float32Array(MIX_SIZE) };
  const size = items * count;
  const planes = tensors.get('neighbours');
  const weights = tensors.get('neighbour_weight');
  const mix = tensors.get('neighbour_mix');
  const scale = manifest.tensors.find((tensor) => tensor.name === 'neighbour_weight')?.scale;
  if (!(weights instanceof Uint8Array) || weights.length !== size || !scale) throw corrupt('tensor "neighbour_weight" has the wrong size');
  if (!(mix instanceof Float32Array) || mix.length !== MIX_SIZE) throw corrupt('tensor "neighbour_mix" has the wrong size');
  const row = wellFormed('tensor "neighbours"', () => readPlanes(planes, size, items));
  return { count, row, weight: Float32Array.from(weights, (value) => value * scale), mix };
}

function readConfig(raw: Readonly<Record<string, number | string>>): RecommendationConfig {
  const whole = (name: string, least: number, most: number) => {
    const value = raw[name];
    if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > most) {
      throw corrupt(`config.${name} must be a whole number from ${least} to ${most}`);
    }
    return value;
  };
  const scale = raw.scale;
  if (typeof scale !== 'number' || !(scale > 0) || !Number.isFinite(scale)) throw corrupt('config.scale must be positive');
  return {
    items: whole('items', 1, 10_000_000), dim: whole('dim', 1, 1024),
    maxLength: whole('maxLength', 1, 4096), goals: whole('goals', 0, 3), neighbours: whole('neighbours', 0, 1024), scale,
  };
}

function wellFormed<T>(what: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw corrupt(`${what}: ${(cause as Error).message}`);
  }
}

function corrupt(what: string): VitrineError {
  return new VitrineError('artifact_corrupt', `The artifact is not a usable recommendation model: ${what}. Publish the shop's model again.`);
}
