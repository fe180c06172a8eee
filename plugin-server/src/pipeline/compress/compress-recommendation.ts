import { loadRecommendation, MIX_SIZE, paramShapes, type RecommendationConfig, type RecommendationModel, rowBytes, type TensorType } from '@vitrine/sdk/core';
import type { Checkpoint } from '../types.ts';
import { toPlanes } from './planes.ts';

/** A tensor ready for the artifact. */
export interface PackedTensor {
  readonly type: TensorType;
  readonly shape: readonly number[];
  readonly data: Int8Array | Uint8Array | Float32Array | readonly string[];
  readonly scale?: number;
}

export interface PackedModel {
  readonly config: RecommendationConfig;
  readonly tensors: ReadonlyMap<string, PackedTensor>;
}

/**
 * Quantises a trained model: unit item rows and matrices to int8 with one scale a tensor, vectors left in float32.
 * Real value = stored × scale; the largest entry is ±127.
 */
export function compressRecommendation(checkpoint: Checkpoint): PackedModel {
  const { itemIds, params } = checkpoint;
  const config: RecommendationConfig = {
    items: itemIds.length, dim: checkpoint.config.dim, maxLength: checkpoint.config.maxLength,
    goals: checkpoint.config.goals, scale: params.get('scale')!.data[0], neighbours: checkpoint.neighbours.count,
  };
  const tensors = new Map<string, PackedTensor>([['items', { type: 'utf8', shape: [itemIds.length], data: itemIds }]]);
  for (const [name, shape] of paramShapes(config)) {
    const { data } = params.get(name)!;
    if (name === 'item_table') tensors.set(name, quantise(unitRows(data, config.dim), shape));
    else if (shape.length === 2 || name === 'item_bias' || name === 'repeat_bias') tensors.set(name, quantise(data, shape));
    else tensors.set(name, { type: 'float32', shape, data });
  }
  packNeighbours(tensors, checkpoint.neighbours, itemIds.length);
  return { config, tensors };
}

/** Row numbers as planes of bytes, which compress well; weights as uint8 with one scale. */
function packNeighbours(tensors: Map<string, PackedTensor>, { count, row, weight, mix }: Checkpoint['neighbours'], items: number): void {
  if (count === 0) return;
  const scale = (weight.reduce((most, value) => Math.max(most, value), 0) || 1) / 255;
  tensors.set('neighbours', { type: 'uint8', shape: [rowBytes(items), items, count], data: toPlanes(row, items) });
  tensors.set('neighbour_weight', { type: 'uint8', shape: [items, count], data: Uint8Array.from(weight, (value) => Math.round(value / scale)), scale });
  tensors.set('neighbour_mix', { type: 'float32', shape: [MIX_SIZE], data: mix });
}

/** int8 with one scale: stored = round(value / scale), scale = largest / 127. An all-zero tensor keeps scale 1. */
export function quantise(data: Float32Array, shape: readonly number[]): PackedTensor & { data: Int8Array; scale: number } {
  let largest = 0;
  for (const value of data) largest = Math.max(largest, Math.abs(value));
  // The scale is stored as JSON: a double that survives the trip exactly.
  const scale = largest > 0 ? largest / 127 : 1;
  return { type: 'int8', shape, data: Int8Array.from(data, (value) => Math.round(value / scale)), scale };
}

function unitRows(table: Float32Array, dim: number): Float32Array {
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
