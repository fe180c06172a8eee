import type { Artifact, TensorData } from '../../artifact/types.ts';
import { VitrineError } from '../../errors.ts';
import { type Attributes, readAttributes, readPlanes } from './attributes.ts';
import { type CompanionSum, LEVELS, MIX_SIZE, paramShapes, type RecommendationConfig, rowBytes } from './config.ts';

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
  /** Absent: none. */
  readonly lists?: Lists;
}

/** What the server has worked out beside the model; empty where it had too little to go by. */
export interface Lists {
  /** Product ids, the fastest riser first, and by what factor each rose above the shop. */
  readonly trending: readonly string[];
  readonly growth: Float32Array;
  /** Milliseconds since 1970; after it nothing is called trending. */
  readonly trendingUntil: number;
  /** Usual days between two purchases of an item by the same customer, [items]; 0 where that is not known. */
  readonly repurchaseDays?: Uint8Array;
  /** The same for the shop as a whole; 0 where that is not known. */
  readonly usualDays: number;
  /** Products that nobody had looked at or bought. */
  readonly fresh: ReadonlySet<string>;
}

export const NO_LISTS: Lists = { trending: [], growth: new Float32Array(0), trendingUntil: -Infinity, usualDays: 0, fresh: new Set() };

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
  /** How they are summed up, by `mixIndex`; absent: all as PLAIN_SUM. */
  readonly sums?: readonly CompanionSum[];
  /** [items × K], by TOGETHER: where at least three orders, or else visits, held both, more than chance would; absent when that is not known. */
  readonly together?: Uint8Array;
}

/**
 * Reads a verified artifact of the family `recommendation`; docs/artifact.md says how its tensors lie.
 *
 * Whatever the codec, what comes out is one int8 table with one scale, so that every backend computes the same whole
 * numbers.
 *
 * @throws VitrineError `artifact_corrupt` when a tensor is missing, or of another size than the configuration says
 */
export function loadRecommendation({ manifest, tensors }: Artifact): RecommendationModel {
  const config = manifest.config as unknown as RecommendationConfig;
  const { items, dim } = config;
  const tensor = (name: string, size: number): TensorData => {
    const data = tensors.get(name);
    if (data?.length !== size) throw new RangeError(`tensor "${name}" must hold ${size} elements`);
    return data;
  };
  const entry = (name: string) => manifest.tensors.find((one) => one.name === name);
  const numbers = (name: string, size: number) => {
    const { scale = 1 } = entry(name) ?? {};
    return Float32Array.from(tensor(name, size) as Int8Array, (value) => value * scale);
  };
  try {
    const itemIds = tensor('items', items) as readonly string[];
    const { type, scale } = entry('item_table')!;
    const table = tensor('item_table', items * dim) as Int8Array;
    const shapes = [...paramShapes(config)].filter(([name]) => name !== 'item_table');
    return {
      config, version: manifest.version, itemIds,
      rowOf: new Map(itemIds.map((id, row) => [id, row])),
      table: type === 'int4' ? columnsToRows(table, items, dim) : table,
      tableScale: scale!,
      params: new Map(shapes.map(([name, shape]) => [name, numbers(name, shape.reduce((size, axis) => size * axis))])),
      neighbours: {
        ...readNeighbours(config, tensor, tensors),
        sums: tensors.has('neighbour_sums') ? readSums(tensor('neighbour_sums', 2 * MIX_SIZE) as Float32Array) : undefined,
      },
      attributes: readAttributes(items, tensors),
      lists: readLists(config, tensors),
    };
  } catch (cause) {
    throw new VitrineError('artifact_corrupt', `The artifact is not a usable recommendation model: ${(cause as Error).message}. Train and publish again.`, { cause });
  }
}

/** [dim, items] → [items, dim]. */
export function columnsToRows(columns: Int8Array, items: number, dim: number): Int8Array {
  const rows = new Int8Array(columns.length);
  for (let j = 0, at = 0; j < dim; j++) for (let row = 0; row < items; row++) rows[row * dim + j] = columns[at++];
  return rows;
}

/** First the decays, then 1 where the square root counts. */
function readSums(values: Float32Array): CompanionSum[] {
  return Array.from({ length: MIX_SIZE }, (_, at) => ({ decay: values[at], root: values[MIX_SIZE + at] === 1 }));
}

/** Gives a tensor of exactly this size, or throws. */
type GetTensor = (name: string, size: number) => TensorData;

function readNeighbours({ items, neighbours: count }: RecommendationConfig, tensor: GetTensor, tensors: Artifact['tensors']): Neighbours {
  return { ...readCompanions('neighbour', items, count, items, tensor, tensors), mix: count > 0 ? (tensor('neighbour_mix', MIX_SIZE) as Float32Array) : new Float32Array(MIX_SIZE) };
}

function readLists({ items, trendingUntil = -Infinity, repurchaseDays: usualDays = 0 }: RecommendationConfig, tensors: Artifact['tensors']): Lists {
  const ids = (name: string) => (tensors.get(name) ?? []) as readonly string[];
  const [trending, growth, repurchaseDays] = [ids('trending'), tensors.get('trending_growth'), tensors.get('repurchase_days')];
  if ((growth?.length ?? 0) !== trending.length || (repurchaseDays && repurchaseDays.length !== items)) throw new RangeError('a list is not as long as it must be');
  return {
    trending, growth: (growth ?? NO_LISTS.growth) as Float32Array, trendingUntil: trendingUntil * 1000,
    repurchaseDays: repurchaseDays as Uint8Array | undefined, usualDays, fresh: new Set(ids('new_items')),
  };
}

/**
 * Companions lie in one list, those of item 0 first, the rows of each in rising order as distances; a weight is the number
 * of one of sixteen levels.
 * @param limit the rows named are below it
 */
export function readCompanions(name: string, items: number, count: number, limit: number, tensor: GetTensor, tensors: Artifact['tensors']): Omit<Neighbours, 'mix'> {
  const row = new Int32Array(items * count);
  const weight = new Float32Array(items * count);
  if (count === 0) return { count, row, weight };
  const counts = tensor(`${name}_count`, items) as Uint8Array;
  const size = counts.reduce((sum, value) => sum + value, 0);
  const gaps = readPlanes(tensor(`${name}s`, rowBytes(limit) * size), size);
  const levels = tensor(`${name}_levels`, LEVELS) as Float32Array;
  const level = tensor(`${name}_weight`, size) as Int8Array;
  const marks = tensors.has(`${name}_together`) ? (tensor(`${name}_together`, size) as Int8Array) : undefined;
  const together = marks && new Uint8Array(items * count);
  for (let item = 0, at = 0; item < items; item++) {
    for (let k = 0, last = -1; k < counts[item]; k++, at++) {
      row[item * count + k] = last += gaps[at] + 1;
      weight[item * count + k] = levels[level[at] + LEVELS / 2];
      if (together) together[item * count + k] = marks![at];
    }
  }
  return { count, row, weight, together };
}
