import type { Artifact } from '../../artifact/types.ts';
import { VitrineError } from '../../errors.ts';
import { paramShapes, type RecommendationConfig } from './config.ts';

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
  };
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
    maxLength: whole('maxLength', 1, 4096), goals: whole('goals', 0, 3), scale,
  };
}

function corrupt(what: string): VitrineError {
  return new VitrineError('artifact_corrupt', `The artifact is not a usable recommendation model: ${what}. Publish the shop's model again.`);
}
