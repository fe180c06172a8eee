import type { Artifact, TensorData } from '../../artifact/types.ts';
import { VitrineError } from '../../errors.ts';
import { type Attributes, readAttributes, readPlanes } from './attributes.ts';
import { GOALS, rowBytes } from './config.ts';
import { encodeSession } from './encode-session.ts';
import { columnsToRows, type Neighbours, readCompanions, type RecommendationModel } from './load.ts';
import { knownSession } from './rank.ts';
import type { RankRequest } from './types.ts';

// A catalogue too large for a phone ships as a base, a whole model of its most popular items, and shards of items that
// point in similar directions, fetched when a visit comes near them. Only a base leads to this code.

/** What a base knows of the rest of the catalogue. Files are named by their SHA-256, so the base's signature covers them. */
export interface ShardDirectory {
  readonly shards: readonly string[];
  /** Centre of each shard's vectors, [shards × dim]. */
  readonly centres: Int8Array;
  /** Files that tell which shard an item is in; `bucketOf` says which one to ask. */
  readonly buckets: readonly string[];
}

/** Files fetched for one request, and shards held at most: the longest unused ones would be the next to go. */
const AT_ONCE = 3;
export const MOST_SHARDS = 12;

/** Undefined for a model that is whole. */
export function readDirectory({ tensors }: Pick<Artifact, 'tensors'>): ShardDirectory | undefined {
  const shards = tensors.get('shard_hash') as readonly string[] | undefined;
  return shards && { shards, centres: tensors.get('shard_centre') as Int8Array, buckets: tensors.get('bucket_hash') as readonly string[] };
}

/** Which bucket an item's id is looked up in: FNV-1a over its UTF-16 units. */
export function bucketOf(id: string, buckets: number): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < id.length; i++) hash = Math.imul(hash ^ id.charCodeAt(i), 0x01000193);
  return (hash >>> 0) % buckets;
}

/** Shard of each item of a bucket. */
export function readBucket({ tensors }: Pick<Artifact, 'tensors'>): Map<string, number> {
  const ids = tensors.get('items') as readonly string[];
  const shard = readPlanes(tensors.get('shard')!, ids.length);
  return new Map(ids.map((id, at) => [id, shard[at]]));
}

/**
 * The files that would make the next ranking better, the most useful first: the bucket of a session's item that is not
 * known yet, the shard of one that is, then the shards whose centres the session points at.
 *
 * @param have hashes of the files that are here; `located` what their buckets said
 */
export function wantedFiles(
  directory: ShardDirectory, model: RecommendationModel, request: Pick<RankRequest, 'session' | 'goal'>, have: ReadonlySet<string>, located: ReadonlyMap<string, number>,
): string[] {
  const { shards, centres, buckets } = directory;
  const wanted = new Set<string>();
  for (const { id } of request.session.slice(-model.config.maxLength).reverse()) {
    const shard = located.get(id);
    if (shard !== undefined) wanted.add(shards[shard]);
    else if (!model.rowOf.has(id)) wanted.add(buckets[bucketOf(id, buckets.length)]);
  }
  const session = knownSession(model, request.session);
  if (session.rows.length > 0) {
    const { query } = encodeSession(model, session, GOALS.indexOf(request.goal));
    const likeness = shards.map((_, shard) => query.reduce((sum, value, j) => sum + value * centres[shard * query.length + j], 0));
    const nearest = [...shards.keys()].sort((a, b) => likeness[b] - likeness[a]);
    for (const shard of nearest.slice(0, AT_ONCE)) wanted.add(shards[shard]);
  }
  const room = MOST_SHARDS - shards.filter((hash) => have.has(hash)).length;
  const missing = [...wanted].filter((hash) => !have.has(hash));
  return missing.filter((hash) => room > 0 || buckets.includes(hash)).slice(0, AT_ONCE);
}

/** A shard's items, as they go into a model. `rank` is an item's row in the whole catalogue. */
interface Shard {
  readonly itemIds: readonly string[];
  readonly rank: Int32Array;
  readonly table: Int8Array;
  readonly itemBias: Float32Array;
  readonly repeatBias: Float32Array;
  readonly neighbours: Omit<Neighbours, 'mix'>;
  /** Companions the other way: items of the base that name this shard's. */
  readonly inbound: Omit<Neighbours, 'mix'>;
  readonly attributes?: Attributes;
}

function readShard({ manifest, tensors }: Artifact, dim: number): Shard {
  const { items, total, neighbours, inbound } = manifest.config as Record<string, number>;
  const tensor = (name: string, size: number): TensorData => {
    const data = tensors.get(name);
    if (data?.length !== size) throw new RangeError(`tensor "${name}" must hold ${size} elements`);
    return data;
  };
  const entry = (name: string) => manifest.tensors.find((one) => one.name === name)!;
  const bias = (name: string) => Float32Array.from(tensor(name, items) as Int8Array, (value) => value * entry(name).scale!);
  const table = tensor('item_table', items * dim) as Int8Array;
  const gaps = readPlanes(tensor('rank', rowBytes(total) * items), items);
  let last = -1;
  return {
    itemIds: tensor('items', items) as readonly string[],
    rank: gaps.map((gap) => (last += gap + 1)),
    table: entry('item_table').type === 'int4' ? columnsToRows(table, items, dim) : table,
    itemBias: bias('item_bias'), repeatBias: bias('repeat_bias'),
    neighbours: readCompanions('neighbour', items, neighbours, total, tensor, tensors),
    inbound: readCompanions('inbound', items, inbound, total, tensor, tensors),
    attributes: readAttributes(items, tensors),
  };
}

/**
 * The base and some of its shards as one plain model: rows by falling popularity, companions that are not here left out.
 * With every shard it is the model the catalogue was compressed to.
 *
 * @param artifacts verified shards of this base, each once
 * @throws VitrineError `artifact_corrupt`
 */
export function assembleModel(base: RecommendationModel, artifacts: readonly Artifact[]): RecommendationModel {
  const { dim, items: popular } = base.config;
  let shards: Shard[];
  try {
    shards = artifacts.map((artifact) => readShard(artifact, dim));
  } catch (cause) {
    throw new VitrineError('artifact_corrupt', `A shard is not usable: ${(cause as Error).message}. Train and publish again.`, { cause });
  }
  const places = shards.flatMap(({ rank }, shard) => Array.from(rank, (one, local) => ({ rank: one, shard, local }))).sort((a, b) => a.rank - b.rank);
  const items = popular + places.length;
  const rowOfRank = new Map(places.map(({ rank }, at) => [rank, popular + at]));
  const rowOf = (rank: number) => (rank < popular ? rank : rowOfRank.get(rank));

  const table = new Int8Array(items * dim);
  table.set(base.table);
  places.forEach(({ shard, local }, at) => table.set(shards[shard].table.subarray(local * dim, (local + 1) * dim), (popular + at) * dim));
  const extended = (name: string, pick: (shard: Shard) => Float32Array) => {
    const values = new Float32Array(items);
    values.set(base.params.get(name)!);
    places.forEach(({ shard, local }, at) => { values[popular + at] = pick(shards[shard])[local]; });
    return values;
  };
  const itemIds = [...base.itemIds, ...places.map(({ shard, local }) => shards[shard].itemIds[local])];

  const lists = Array.from({ length: items }, (): Companion[] => []);
  eachEntry(base.neighbours, popular, (row, other, weight, together) => lists[row].push([other, weight, together]));
  places.forEach(({ shard, local }, at) => {
    const { neighbours, inbound } = shards[shard];
    eachEntry(neighbours, 1, (_, rank, weight, together) => {
      const row = rowOf(rank);
      if (row !== undefined) lists[popular + at].push([row, weight, together]);
    }, local);
    eachEntry(inbound, 1, (_, row, weight, together) => lists[row].push([popular + at, weight, together]), local);
  });
  const { together, ...joined } = padded(lists);
  const neighbours = { ...base.neighbours, ...joined, together: base.neighbours.together && together };

  return {
    ...base, itemIds, table, neighbours, config: { ...base.config, items, neighbours: neighbours.count },
    rowOf: new Map(itemIds.map((id, row) => [id, row])),
    params: new Map([...base.params, ['item_bias', extended('item_bias', (shard) => shard.itemBias)], ['repeat_bias', extended('repeat_bias', (shard) => shard.repeatBias)]]),
    attributes: joinAttributes([base.attributes, ...places.map(({ shard, local }) => itemAttributes(shards[shard].attributes, local))]),
  };
}

type Companion = [row: number, weight: number, together: number];

/** Calls with item, row, weight and what held them together of each entry of `items` lists, from the list of item `from` on. */
function eachEntry({ count, row, weight, together }: Omit<Neighbours, 'mix'>, items: number, each: (item: number, ...entry: Companion) => void, from = 0): void {
  for (let item = from; item < from + items; item++) {
    for (let at = item * count; at < (item + 1) * count; at++) if (weight[at] > 0) each(item, row[at], weight[at], together?.[at] ?? 0);
  }
}

/** Lists as a model holds them: as long as the longest, entries of weight 0 at the end. */
function padded(lists: readonly Companion[][]): Omit<Neighbours, 'mix'> {
  const count = lists.reduce((longest, list) => Math.max(longest, list.length), 0);
  const row = new Int32Array(lists.length * count);
  const weight = new Float32Array(lists.length * count);
  const together = new Uint8Array(lists.length * count);
  lists.forEach((list, item) => list.sort((a, b) => a[0] - b[0]).forEach((entry, k) => {
    [row[item * count + k], weight[item * count + k], together[item * count + k]] = entry;
  }));
  return { count, row, weight, together };
}

/** The facets of one item, as attributes of a catalogue of one. */
function itemAttributes(attributes: Attributes | undefined, item: number): Attributes | undefined {
  if (!attributes) return { facets: [], start: Int32Array.of(0, 0), facet: new Int32Array(0) };
  const facet = attributes.facet.subarray(attributes.start[item], attributes.start[item + 1]);
  return { facets: attributes.facets, start: Int32Array.of(0, facet.length), facet };
}

/** Catalogues one after the other, under one list of facets; undefined when the first has none. */
function joinAttributes(parts: ReadonlyArray<Attributes | undefined>): Attributes | undefined {
  if (!parts[0]) return undefined;
  const facets = [...parts[0].facets];
  const position = new Map(facets.map((facet, at) => [facet, at]));
  const start: number[] = [0];
  const facet: number[] = [];
  for (const part of parts) {
    for (let item = 0; item + 1 < part!.start.length; item++) {
      for (let at = part!.start[item]; at < part!.start[item + 1]; at++) {
        const text = part!.facets[part!.facet[at]];
        let known = position.get(text);
        if (known === undefined) position.set(text, known = facets.push(text) - 1);
        facet.push(known);
      }
      start.push(facet.length);
    }
  }
  return { facets, start: Int32Array.from(start), facet: Int32Array.from(facet) };
}
