import { webcrypto } from 'node:crypto';
import { encodeArtifact, formatPublishableKey, hashArtifact, MIX_SIZE, paramShapes, type Sign, type TensorInput } from '@vitrine/sdk/core';
import { packAttributes } from '../../plugin-server/src/pipeline/compress/pack-attributes.ts';
import { packNeighbours } from '../../plugin-server/src/pipeline/compress/pack-neighbours.ts';

export interface Signer {
  readonly key: string;
  readonly sign: Sign;
}

/** A shop's key pair. */
export async function createSigner(): Promise<Signer> {
  const pair = await webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify']);
  const point = new Uint8Array(await webcrypto.subtle.exportKey('raw', pair.publicKey));
  return {
    key: formatPublishableKey(point),
    sign: async (bytes) => new Uint8Array(await webcrypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, pair.privateKey, bytes)),
  };
}

/** Mulberry32: numbers in [0, 1) from a seed. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export interface RandomModelOptions {
  readonly items: number;
  readonly dim: number;
  readonly seed: number;
  readonly shop?: string;
  /** Every so many rows the one before is repeated, so that scores tie; 0 for none. */
  readonly tieEvery?: number;
  readonly goals?: number;
  /** Companions an item has. Default 3. */
  readonly neighbours?: number;
  /** Items get a type, "even" or "odd" by their row, and a price, a tenth of it. */
  readonly attributes?: boolean;
  /** "p60" and "p61" rise, until 2100; everything is bought again after ten days; a third of the companions were bought together, a third viewed. */
  readonly lists?: boolean;
  readonly audience?: 'browser' | 'server';
  readonly version?: string;
}

/** An artifact with random weights: what the engine does with it is well defined, if meaningless. Ids are "p0", "p1", … */
export async function randomArtifact(signer: Signer, options: RandomModelOptions) {
  const { items, dim, seed, shop = 'demo.myshopify.com', tieEvery = 0, goals = 3, neighbours = 3, attributes = false, lists = false, audience = 'browser', version = '20260101T000000Z-0001' } = options;
  const random = seeded(seed);
  const tensors = new Map<string, TensorInput>([['items', { type: 'utf8', shape: [items], data: Array.from({ length: items }, (_, row) => `p${row}`) }]]);
  for (const [name, shape] of paramShapes({ items, dim })) {
    const size = shape.reduce((product, length) => product * length, 1);
    if (name === 'item_table') {
      const data = Int8Array.from({ length: size }, () => Math.floor(random() * 255) - 127);
      for (let row = tieEvery; tieEvery > 0 && row < items; row += tieEvery) data.copyWithin(row * dim, (row - 1) * dim, row * dim);
      tensors.set(name, { type: 'int8', shape, data, scale: 1 / 127 });
    } else {
      tensors.set(name, { type: 'float32', shape, data: Float32Array.from({ length: size }, () => (random() - 0.5) / (name === 'bonus' ? 1 : 2)) });
    }
  }
  const size = items * neighbours;
  const companions = packNeighbours({
    count: neighbours, row: Int32Array.from({ length: size }, () => Math.floor(random() * items)),
    weight: Float32Array.from({ length: size }, random), mix: Float32Array.from({ length: MIX_SIZE }, () => random() * 4),
  }, items);
  for (const [name, tensor] of companions.tensors) tensors.set(name, tensor);
  if (attributes) {
    const products = Array.from({ length: items }, (_, row) => ({ id: `p${row}`, productType: row % 2 === 0 ? 'even' : 'odd', vendor: '', tags: [], price: row / 10 }));
    for (const [name, tensor] of packAttributes(products.map(({ id }) => id), products)) tensors.set(name, tensor);
  }
  if (lists) {
    const entries = companions.tensors.get('neighbour_weight')!.shape[0];
    tensors.set('trending', { type: 'utf8', shape: [2], data: ['p60', 'p61'] }).set('trending_growth', { type: 'float32', shape: [2], data: Float32Array.of(3, 2) });
    tensors.set('neighbour_together', { type: 'int4', shape: [entries], data: Int8Array.from({ length: entries }, (_, at) => at % 3) });
  }
  const bytes = await encodeArtifact({
    family: 'recommendation', audience, shop, version, createdAt: '2026-01-01T00:00:00.000Z',
    config: { items, dim, maxLength: 50, scale: 12, goals, neighbours: companions.count, ...(lists && { trendingUntil: 4_102_444_800, repurchaseDays: 10 }) }, metrics: [],
  }, tensors, signer.sign);
  return { bytes, hash: await hashArtifact(bytes, webcrypto.subtle as never), version, shop };
}
