import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { VitrineError } from '@vitrine/sdk/core';
import type { Context } from '../context.ts';
import { findAudience, readArtifactBytes } from '../store/artifacts.ts';
import { shopCache } from './shop-cache.ts';

export type Encoding = 'br' | 'gzip' | 'identity';

const brotli = promisify(brotliCompress);
const deflate = promisify(gzip);

/** Encoded artifacts by shop, hash and encoding, the longest unused first. Bounded by size. */
const encoded = new Map<string, Promise<Uint8Array>>();
const KEPT = 32;
const HASH = /^[\da-f]{64}$/;

/**
 * An artifact's bytes for a browser, compressed once and kept.
 *
 * @throws VitrineError `not_found`, also for an artifact that is not for browsers: its existence is nobody's business.
 */
export async function readArtifact(ctx: Context, input: { readonly shop: string; readonly hash: string; readonly encoding: Encoding }): Promise<Uint8Array> {
  const { shop, hash } = input;
  // What is kept may have been erased since: asked once a second.
  const audience = HASH.test(hash) && (await shopCache(ctx).read(shop, `artifact ${hash}`, () => findAudience(ctx.db, shop, hash)));
  if (audience !== 'browser') throw new VitrineError('not_found', 'There is no such artifact.');
  const key = `${input.shop}\0${input.hash}\0${input.encoding}`;
  const bytes = encoded.get(key) ?? encode(ctx, input);
  encoded.delete(key);
  encoded.set(key, bytes);
  if (encoded.size > KEPT) encoded.delete(encoded.keys().next().value!);
  try {
    return await bytes;
  } catch (error) {
    encoded.delete(key);
    throw error;
  }
}

async function encode(ctx: Context, { shop, hash, encoding }: { readonly shop: string; readonly hash: string; readonly encoding: Encoding }): Promise<Uint8Array> {
  const artifact = await readArtifactBytes(ctx.db, shop, hash);
  if (artifact?.audience !== 'browser') throw new VitrineError('not_found', 'There is no such artifact.');
  // The highest level codes a table of small numbers a seventh smaller than level 9, at about a second a megabyte, once.
  if (encoding === 'br') return brotli(artifact.file, { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY, [constants.BROTLI_PARAM_SIZE_HINT]: artifact.file.length } });
  return encoding === 'gzip' ? deflate(artifact.file) : artifact.file;
}
