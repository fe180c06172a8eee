import { webcrypto } from 'node:crypto';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { encodeArtifact, encodeSession, GOALS, hashArtifact, KINDS, knownSession, loadRecommendation, paramShapes, type RecommendationModel, type TensorInput, verifyArtifact } from '@vitrine/sdk/core';
import { createSigner, seeded } from '../../contract/random-model.ts';
import { encode } from '../../../sdk/src/core/models/recommendation/model.ts';
import type { BenchRequest } from '../browser/messages.ts';
import { batchOf } from '../browser/tfjs-model.ts';
import { onnxGraph } from './onnx-graph.ts';
import { writeTensors } from './tensor-file.ts';

export const SESSION_LENGTH = 20;
export const DIM = 64;
export const LIMIT = 20;
/** Enough that no contestant sees the same input twice in a row. */
const REQUESTS = 16;

/** One model in the form that each contestant reads, and what it must answer. */
export interface BenchModel {
  readonly items: number;
  /** Ours: the artifact, and what our Worker wants to know about it. */
  readonly artifact: Uint8Array;
  readonly trust: { readonly publicKey: string; readonly hash: string; readonly shop: string };
  /** The peers': the dequantised model, float32. */
  readonly tensors: Uint8Array;
  readonly onnx: Uint8Array;
  readonly requests: readonly BenchRequest[];
  /** The int8 oracle's best ids for each request: what ours must answer. */
  readonly expected: readonly (readonly string[])[];
  /** The same with the session's vector left in float32: what the peers must answer. */
  readonly expectedFloat: readonly (readonly string[])[];
}

/**
 * A random model with the statistics of a trained one: item vectors of unit length, int8 with one scale; encoder weights
 * of the size that training leaves. Without companions and with a repeat bonus of zero, because the peers' graphs hold
 * the encoder, the scores and the top k only.
 */
export async function benchModel(items: number, seed = 1): Promise<BenchModel> {
  const random = seeded(seed * 1_000_003 + items);
  const shop = 'bench.myshopify.com';
  const tensors = new Map<string, TensorInput>([['items', { type: 'utf8', shape: [items], data: Array.from({ length: items }, (_, row) => `p${row}`) }]]);
  for (const [name, shape] of paramShapes({ items, dim: DIM })) {
    const size = shape.reduce((product, axis) => product * axis, 1);
    if (name === 'item_table') tensors.set(name, { type: 'int8', shape, ...unitRows(items, random) });
    else if (name === 'bonus' || name === 'repeat_bias') tensors.set(name, { type: 'float32', shape, data: new Float32Array(size) });
    else tensors.set(name, { type: 'float32', shape, data: Float32Array.from({ length: size }, () => gaussian(random) / Math.sqrt(DIM)) });
  }
  const signer = await createSigner();
  const artifact = await encodeArtifact({
    family: 'recommendation', audience: 'browser', shop, version: '20260101T000000Z-0001', createdAt: '2026-01-01T00:00:00.000Z',
    config: { items, dim: DIM, maxLength: 50, scale: 12, goals: 3, neighbours: 0 }, metrics: [],
  }, tensors, signer.sign);
  const subtle = webcrypto.subtle as never;
  const trust = { publicKey: signer.key, hash: await hashArtifact(artifact, subtle), shop };
  const model = loadRecommendation(await verifyArtifact(artifact, { ...trust, subtle }));
  // One visit that goes on: each request has one item more at its end and one less at its beginning than the one before.
  const visit = Array.from({ length: SESSION_LENGTH + REQUESTS - 1 }, () => ({ id: `p${Math.floor(random() * items)}`, kind: KINDS[Math.floor(random() * KINDS.length)] }));
  const requests = Array.from({ length: REQUESTS }, (_, at): BenchRequest => ({ session: visit.slice(at, at + SESSION_LENGTH), goal: 'view', limit: LIMIT }));
  return {
    items, artifact, trust, requests,
    tensors: writeTensors(floats(model)), onnx: onnxGraph(model, SESSION_LENGTH, LIMIT),
    expected: requests.map((request) => {
      const { query, unit } = encodeSession(model, knownSession(model, request.session), GOALS.indexOf(request.goal));
      return best(model, query, unit, request.limit);
    }),
    expectedFloat: await floatAnswers(model, requests),
  };
}

/** The reference model on tfjs's plain JavaScript backend, for the session's vector. */
async function floatAnswers(model: RecommendationModel, requests: readonly BenchRequest[]): Promise<string[][]> {
  tf.enableProdMode(); // it advertises a faster backend otherwise
  await tf.setBackend('cpu');
  const queries = tf.tidy(() => {
    const params = Object.fromEntries([...floats(model)].map(([name, { shape, data }]) => [name, tf.tensor(data, [...shape])]));
    return requests.map((request) => encode(params, params.item_table as tf.Tensor2D, batchOf(request)).dataSync());
  });
  return queries.map((query, at) => best(model, query, model.config.scale * model.tableScale, requests[at].limit));
}

/** The definition of the ranking, in its plainest form: every row scored in double precision, then sorted. */
function best(model: RecommendationModel, query: ArrayLike<number>, unit: number, limit: number): string[] {
  const bias = model.params.get('item_bias')!;
  const scores = Float64Array.from(bias, (value, row) => {
    let dot = 0;
    for (let j = 0; j < DIM; j++) dot += query[j] * model.table[row * DIM + j];
    return dot * unit + value;
  });
  return [...scores.keys()].sort((a, b) => scores[b] - scores[a] || a - b).slice(0, limit).map((row) => model.itemIds[row]);
}

/** What the tfjs peers read: every parameter, and the table as the int8 steps stand for it. */
function floats({ config, params, table, tableScale }: RecommendationModel): Map<string, { shape: readonly number[]; data: Float32Array }> {
  const tensors = new Map([...paramShapes(config)].map(([name, shape]) =>
    [name, { shape, data: name === 'item_table' ? Float32Array.from(table, (value) => value * tableScale) : params.get(name)! }] as const));
  return tensors.set('scale', { shape: [1], data: Float32Array.of(config.scale) });
}

/** Random directions, quantised as `compress` does: one scale, the largest entry at ±127. */
function unitRows(items: number, random: () => number): { data: Int8Array; scale: number } {
  const values = new Float32Array(items * DIM);
  let largest = 0;
  for (let from = 0; from < values.length; from += DIM) {
    let squares = 0;
    for (let at = from; at < from + DIM; at++) squares += (values[at] = gaussian(random)) ** 2;
    for (let at = from; at < from + DIM; at++) largest = Math.max(largest, Math.abs((values[at] /= Math.sqrt(squares))));
  }
  const scale = largest / 127;
  return { data: Int8Array.from(values, (value) => Math.round(value / scale)), scale };
}

/** Box–Muller. */
function gaussian(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
