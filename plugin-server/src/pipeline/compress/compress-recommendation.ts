import { loadRecommendation, paramShapes, type RecommendationConfig, type RecommendationModel, type TensorType } from '@vitrine/sdk/core';
import type { Checkpoint } from '../types.ts';
import { packNeighbours } from './pack-neighbours.ts';
import type { QueryStatistics } from './query-statistics.ts';
import { roundForQueries, shiftBias } from './round-for-queries.ts';

/** A tensor ready for the artifact. */
export interface PackedTensor {
  readonly type: TensorType;
  readonly shape: readonly number[];
  readonly data: Int8Array | Uint8Array | Float32Array | readonly string[];
  readonly scale?: number;
}

export interface PackedModel {
  readonly config: RecommendationConfig & { readonly codec?: string; readonly codecNdcg?: number; readonly int8Ndcg?: number };
  readonly tensors: ReadonlyMap<string, PackedTensor>;
}

export interface CompressOptions {
  /** Rounds the item table to multiples of this step, for sessions that point as `queries` say; by default as fine as int8 can. */
  readonly rounding?: { readonly type: 'int4' | 'int8'; readonly step: number; readonly queries: QueryStatistics };
  /** Companions kept per item; by default all. */
  readonly neighbours?: number;
}

/**
 * Quantises a trained model: unit item rows to int8 or int4, matrices to int8, one scale a tensor; vectors stay float32.
 * Real value = stored × scale.
 */
export function compressRecommendation(checkpoint: Checkpoint, { rounding, neighbours: most }: CompressOptions = {}): PackedModel {
  const { itemIds, params } = checkpoint;
  const { dim, maxLength, goals } = checkpoint.config;
  const items = itemIds.length;
  const scale = params.get('scale')!.data[0];
  const neighbours = packNeighbours(checkpoint.neighbours, items, most);
  const config: RecommendationConfig = { items, dim, maxLength, goals, scale, neighbours: neighbours.count };
  const rows = unitRows(params.get('item_table')!.data, dim);
  const biases = params.get('item_bias')!.data.slice();
  if (checkpoint.placed) {
    const { from, length, shift } = checkpoint.placed;
    for (let at = from * dim; at < rows.length; at++) rows[at] *= length;
    for (let row = from; row < items; row++) biases[row] += shift;
  }
  const codes = rounding && roundForQueries(rows, rounding.step, rounding.queries, rounding.type === 'int4' ? 8 : 128);

  const tensors = new Map<string, PackedTensor>([['items', { type: 'utf8', shape: [items], data: itemIds }]]);
  for (const [name, shape] of paramShapes(config)) {
    const data = name === 'item_bias' ? biases : params.get(name)!.data;
    if (name === 'item_table') tensors.set(name, codes ? tableTensor(codes, dim, rounding) : quantise(rows, shape));
    else if (name === 'item_bias' && codes) tensors.set(name, quantise(shiftBias(data, rows, codes, rounding.step, scale, rounding.queries), shape));
    else if (shape.length === 2 || name === 'item_bias' || name === 'repeat_bias') tensors.set(name, quantise(data, shape));
    else tensors.set(name, { type: 'float32', shape, data });
  }
  return { config, tensors: new Map([...tensors, ...neighbours.tensors]) };
}

/** int8 with one scale: stored = round(value / scale), scale = largest / 127. An all-zero tensor keeps scale 1. */
export function quantise(data: Float32Array, shape: readonly number[]): PackedTensor & { data: Int8Array; scale: number } {
  let largest = 0;
  for (const value of data) largest = Math.max(largest, Math.abs(value));
  // The scale is stored as JSON: a double that survives the trip exactly.
  const scale = largest > 0 ? largest / 127 : 1;
  // Not by Int8Array.from, which first lists every value as an object: half a gigabyte of them for 200,000 items.
  const stored = new Int8Array(data.length);
  for (let at = 0; at < data.length; at++) stored[at] = Math.round(data[at] / scale);
  return { type: 'int8', shape, data: stored, scale };
}

/** A table of multiples of a step: int4 lies by columns, int8 by rows. */
export function tableTensor(codes: Int8Array, dim: number, { type, step }: { readonly type: 'int4' | 'int8'; readonly step: number }): PackedTensor {
  const items = codes.length / dim;
  return type === 'int4' ? { type, shape: [dim, items], data: rowsToColumns(codes, dim), scale: step } : { type, shape: [items, dim], data: codes, scale: step };
}

/** [items × dim] → [dim × items]: two items' codes of one dimension share a byte, which compresses better. */
function rowsToColumns(rows: Int8Array, dim: number): Int8Array {
  const items = rows.length / dim;
  const columns = new Int8Array(rows.length);
  for (let at = 0, row = 0; row < items; row++) for (let j = 0; j < dim; j++) columns[j * items + row] = rows[at++];
  return columns;
}

/** Rows scaled to unit length; a row of zeros stays. */
export function unitRows(table: Float32Array, dim: number): Float32Array {
  const rows = new Float32Array(table.length);
  for (let at = 0; at < table.length; at += dim) {
    let squares = 0;
    for (let j = 0; j < dim; j++) squares += table[at + j] ** 2;
    const factor = 1 / Math.sqrt(squares + 1e-12);
    for (let j = 0; j < dim; j++) rows[at + j] = table[at + j] * factor;
  }
  return rows;
}

/** The packed model as the browser will load it, without the trip through a file: used to validate and to evaluate. */
export function previewModel({ config, tensors }: PackedModel): RecommendationModel {
  const entries = [...tensors].map(([name, { type, shape, scale }]) => ({ name, type, shape, scale, offset: 0, bytes: 0 }));
  return loadRecommendation({
    manifest: {
      family: 'recommendation', audience: 'browser', shop: '', version: 'preview', createdAt: '', metrics: [],
      config: { ...config }, tensors: entries,
    },
    tensors: new Map([...tensors].map(([name, { data }]) => [name, data])),
  });
}
