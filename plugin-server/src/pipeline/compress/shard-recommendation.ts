import { bucketOf, paramShapes, rowBytes } from '@vitrine/sdk/core';
import { createRandom } from '../dataset/random.ts';
import { type PackedModel, type PackedTensor, previewModel, tableTensor } from './compress-recommendation.ts';
import { type Companions, packCompanions } from './pack-neighbours.ts';
import { toPlanes } from './planes.ts';

/** Above this many items an artifact is a base and shards. */
export const WHOLE_ITEMS = 50_000;

export interface ShardOptions {
  /** Most popular items that every phone gets. */
  readonly popular?: number;
  /** Items of a shard, on average. */
  readonly size?: number;
  readonly seed?: number;
  /** Further tensors of a file, for its items: product attributes. */
  readonly extra?: (itemIds: readonly string[]) => ReadonlyMap<string, PackedTensor>;
}

/** What stands in one file, before it is signed. */
export interface PackedFile {
  readonly config: Readonly<Record<string, number | string>>;
  readonly tensors: ReadonlyMap<string, PackedTensor>;
}

export interface ShardedModel {
  /** A whole model of the popular items; `withDirectory` adds the names of the other files. */
  readonly base: PackedFile;
  readonly shards: readonly PackedFile[];
  readonly buckets: readonly PackedFile[];
  /** Directions of the shards, [shards × dim]. */
  readonly centres: Int8Array;
}

const POPULAR = 20_000;
const SIZE = 1500;
/** Ids that one look-up file holds, on average. */
const BUCKET = 3000;
const ROUNDS = 8;
/** Items whose vectors place the centres; all are then assigned to them. */
const SAMPLE = 20_000;

/**
 * Parts a packed model: the most popular items, with the encoder, as a base that recommends by itself; the others by
 * direction (spherical k-means), so that what a visit comes near stands in few files. Nothing is rounded again: all
 * parts together are the model.
 */
export function shardRecommendation(packed: PackedModel, { popular = POPULAR, size = SIZE, seed = 1, extra = () => new Map() }: ShardOptions = {}): ShardedModel {
  const model = previewModel(packed);
  const { items: total, dim } = packed.config;
  const centres = findCentres(model.table, dim, popular, Math.max(1, Math.round((total - popular) / size)), seed);
  const shardOf = new Int32Array(total).fill(-1);
  const members = Array.from({ length: centres.length / dim }, (): number[] => []);
  for (let row = popular; row < total; row++) members[shardOf[row] = nearest(centres, model.table, row, dim)].push(row);
  const kept = members.filter((rows) => rows.length > 0);
  kept.forEach((rows, shard) => { for (const row of rows) shardOf[row] = shard; });

  // Companions of each item, and for a shard's items those of the base that name them.
  const { count, row, weight, together } = model.neighbours;
  const entries = (item: number) => Array.from({ length: count }, (_, k) => item * count + k).filter((at) => weight[at] > 0).map((at): Entry => [row[at], weight[at], together?.[at]]);
  const inbound = new Map<number, Entry[]>();
  for (let item = 0; item < popular; item++) {
    for (const [other, value, mark] of entries(item)) if (other >= popular) inbound.set(other, [...(inbound.get(other) ?? []), [item, value, mark]]);
  }

  const type = packed.tensors.get('item_table')!.type as 'int4' | 'int8';
  const perItem = (rows: readonly number[]): Array<[string, PackedTensor]> => {
    const codes = new Int8Array(rows.length * dim);
    rows.forEach((one, at) => codes.set(model.table.subarray(one * dim, (one + 1) * dim), at * dim));
    const ids = rows.map((one) => model.itemIds[one]);
    return [
      ['items', { type: 'utf8', shape: [rows.length], data: ids }],
      ['item_table', tableTensor(codes, dim, { type, step: model.tableScale })],
      ...['item_bias', 'repeat_bias'].map((name): [string, PackedTensor] => {
        const whole = packed.tensors.get(name)!;
        return [name, { ...whole, shape: [rows.length], data: Int8Array.from(rows, (one) => (whole.data as Int8Array)[one]) }];
      }),
      ...extra(ids),
    ];
  };

  const first = Array.from({ length: popular }, (_, one) => one);
  const within = packCompanions('neighbour', toLists(first.map((item) => entries(item).filter(([other]) => other < popular))), popular);
  const own = new Map(perItem(first));
  const base: PackedFile = {
    config: { ...packed.config, items: popular, neighbours: within.count },
    tensors: new Map<string, PackedTensor>([
      ...own,
      ...[...paramShapes(packed.config).keys()].filter((name) => !own.has(name)).map((name) => [name, packed.tensors.get(name)!] as const),
      ...within.tensors,
      ...[...packed.tensors].filter(([name]) => within.count > 0 && (name === 'neighbour_mix' || name === 'neighbour_sums')),
      ...[...packed.tensors].filter(([name]) => name === 'trending' || name === 'trending_growth' || name === 'new_items'),
      // What is too rare for the base is bought again too rarely to have an interval of its own.
      ...[...packed.tensors].filter(([name]) => name === 'repurchase_days').map(([name, whole]) => [name, { ...whole, shape: [popular], data: whole.data.slice(0, popular) }] as const),
    ]),
  };

  const shards = kept.map((rows): PackedFile => {
    const outgoing = packCompanions('neighbour', toLists(rows.map(entries)), total);
    const incoming = packCompanions('inbound', toLists(rows.map((item) => inbound.get(item) ?? [])), total);
    const gaps = rows.map((one, at) => one - (at > 0 ? rows[at - 1] : -1) - 1);
    return {
      config: { items: rows.length, dim, total, neighbours: outgoing.count, inbound: incoming.count },
      tensors: new Map<string, PackedTensor>([
        ...perItem(rows), ['rank', { type: 'uint8', shape: [rowBytes(total), rows.length], data: toPlanes(gaps, total) }], ...outgoing.tensors, ...incoming.tensors,
      ]),
    };
  });

  const lookUp = Array.from({ length: Math.max(1, Math.round((total - popular) / BUCKET)) }, (): number[] => []);
  for (let one = popular; one < total; one++) lookUp[bucketOf(model.itemIds[one], lookUp.length)].push(one);
  const buckets = lookUp.map((rows): PackedFile => {
    const sorted = rows.toSorted((a, b) => (model.itemIds[a] < model.itemIds[b] ? -1 : 1));
    return {
      config: { items: sorted.length },
      tensors: new Map<string, PackedTensor>([
        ['items', { type: 'utf8', shape: [sorted.length], data: sorted.map((one) => model.itemIds[one]) }],
        ['shard', { type: 'uint8', shape: [rowBytes(kept.length), sorted.length], data: toPlanes(sorted.map((one) => shardOf[one]), kept.length) }],
      ]),
    };
  });
  return { base, shards, buckets, centres: Int8Array.from(members.flatMap((rows, shard) => (rows.length > 0 ? [...centres.subarray(shard * dim, (shard + 1) * dim)] : []))) };
}

/** The base with the hashes of the files that belong to it: its signature covers them all. */
export function withDirectory({ base, centres }: ShardedModel, shards: readonly string[], buckets: readonly string[]): PackedFile {
  const dim = base.config.dim as number;
  return {
    ...base,
    tensors: new Map<string, PackedTensor>([
      ...base.tensors, ['shard_hash', { type: 'utf8', shape: [shards.length], data: shards }],
      ['shard_centre', { type: 'int8', shape: [shards.length, dim], data: centres }], ['bucket_hash', { type: 'utf8', shape: [buckets.length], data: buckets }],
    ]),
  };
}

type Entry = readonly [row: number, weight: number, together: number | undefined];

function toLists(lists: ReadonlyArray<readonly Entry[]>): Companions {
  // An item of the base may be named by more than a byte can count: the strongest stay.
  const kept = lists.map((list) => list.toSorted((a, b) => b[1] - a[1]).slice(0, 255).sort((a, b) => a[0] - b[0]));
  const all = kept.flat();
  return {
    count: Uint8Array.from(kept, (list) => list.length), row: all.map(([row]) => row), weight: Float64Array.from(all, ([, weight]) => weight),
    together: all[0]?.[2] === undefined ? undefined : all.map(([, , mark]) => mark!),
  };
}

/** Centres of a sample of the rows from `from` on, by Lloyd's rounds on directions; int8. */
function findCentres(table: Int8Array, dim: number, from: number, count: number, seed: number): Int8Array {
  const random = createRandom(seed);
  const total = table.length / dim - from;
  const sample = Array.from({ length: Math.min(SAMPLE, total) }, (_, at) => from + (total <= SAMPLE ? at : Math.floor(random() * total)));
  let centres = Int8Array.from(Array.from({ length: count }, () => {
    const row = sample[Math.floor(random() * sample.length)];
    return [...unitRow(Float64Array.from(table.subarray(row * dim, (row + 1) * dim)))];
  }).flat());
  for (let round = 0; round < ROUNDS; round++) {
    const sums = new Float64Array(count * dim);
    for (const row of sample) {
      const centre = nearest(centres, table, row, dim);
      for (let j = 0; j < dim; j++) sums[centre * dim + j] += table[row * dim + j];
    }
    const next = centres.slice();
    for (let centre = 0; centre < count; centre++) {
      const own = sums.subarray(centre * dim, (centre + 1) * dim);
      if (own.some((value) => value !== 0)) next.set(unitRow(own), centre * dim);
    }
    centres = next;
  }
  return centres;
}

function nearest(centres: Int8Array, table: Int8Array, row: number, dim: number): number {
  let best = 0;
  let most = -Infinity;
  for (let centre = 0; centre * dim < centres.length; centre++) {
    let dot = 0;
    for (let j = 0; j < dim; j++) dot += centres[centre * dim + j] * table[row * dim + j];
    if (dot > most) [best, most] = [centre, dot];
  }
  return best;
}

/** A direction in int8: length 127. */
function unitRow(vector: Float64Array): Int8Array {
  const length = Math.hypot(...vector) || 1;
  return Int8Array.from(vector, (value) => Math.round((value / length) * 127));
}
