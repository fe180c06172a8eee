import { readFileSync } from 'node:fs';
import { webcrypto } from 'node:crypto';
import type { ManifestInput, TensorInput } from '@vitrine/sdk/core';

// The golden artifact: one tensor of each type, small enough to print in docs/artifact.md. `tiny-2.vtrn` was written once
// and is never regenerated for format version 2: code that no longer reads it has broken every shop's live weights.

export const GOLDEN_FILE = readFileSync(new URL('tiny-2.vtrn', import.meta.url));
/** SHA-256 of tiny-2.vtrn. */
export const GOLDEN_HASH = '3702a328b1dafdb26dc5ac8ce39ace57ccc1ee3d6b4db47235f18af9d169b1b4';
/** What format version 1 looked like: refused, with a hint. */
export const OLD_FILE = readFileSync(new URL('tiny.vtrn', import.meta.url));
/** A whole model of format 2: int4, companions, attributes; written once too, random values. */
export const GOLDEN_MODEL = readFileSync(new URL('model-2.vtrn', import.meta.url));
export const GOLDEN_SHOP = 'golden.myshopify.com';
export const GOLDEN_KEY = 'pk_BGMlXBdwOMPqRIl_K_-Hh6yTWxiIlOngz4VoO-VSJtAgS-vyi8RW7yjqO80ecDMq7RNJyf1Uxq0-ZO-IO78xxc8';

/** Made for these tests; signs nothing else. */
const PRIVATE_KEY: webcrypto.JsonWebKey = {
  kty: 'EC',
  crv: 'P-256',
  x: 'YyVcF3A4w-pEiX8r_4eHrJNbGIiU6eDPhWg75VIm0CA',
  y: 'S-vyi8RW7yjqO80ecDMq7RNJyf1Uxq0-ZO-IO78xxc8',
  d: 'VuL7-8EE2JhIdueDEYV34qBq9WeHPfG90wO8SvyEBZg',
};

/** Signs as a shop does, with the golden file's key. */
export async function signGolden(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const key = await webcrypto.subtle.importKey('jwk', PRIVATE_KEY, { name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign']);
  return new Uint8Array(await webcrypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, key, bytes));
}

export const GOLDEN_MANIFEST: ManifestInput = {
  family: 'recommendation',
  audience: 'browser',
  shop: GOLDEN_SHOP,
  version: '20261123T101500Z-3f9a',
  createdAt: '2026-11-23T10:15:00.000Z',
  config: { dim: 4, items: 3 },
  metrics: [{ model: 'shipped', metrics: { 'HR@20': 0.5 } }],
};

export const GOLDEN_TENSORS: ReadonlyMap<string, TensorInput> = new Map<string, TensorInput>([
  ['items', { type: 'utf8', shape: [3], data: ['8001', '__proto__', 'thé'] }],
  ['item_table', { type: 'int8', shape: [3, 4], data: Int8Array.of(127, 0, 0, 0, 0, -127, 1, 2, 60, 60, -60, 60), scale: 0.0078125 }],
  ['bias', { type: 'float32', shape: [2], data: Float32Array.of(1, -0.5) }],
  ['rows', { type: 'int32', shape: [2], data: Int32Array.of(-1, 65536) }],
  ['codes', { type: 'int4', shape: [1, 5], data: Int8Array.of(-8, 7, 0, -1, 3), scale: 0.125 }],
  ['mask', { type: 'uint8', shape: [3], data: Uint8Array.of(0, 1, 255) }],
]);
