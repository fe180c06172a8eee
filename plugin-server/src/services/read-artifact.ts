import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { VitrineError } from '@vitrine/sdk/core';
import type { Context } from '../context.ts';
import { readArtifactBytes } from '../store/artifacts.ts';

export type Encoding = 'br' | 'gzip' | 'identity';

const brotli = promisify(brotliCompress);
const deflate = promisify(gzip);

/** Encoded artifacts by shop, hash and encoding, the longest unused first. Bounded by size. */
const encoded = new Map<string, Promise<Uint8Array>>();
const KEPT = 32;

/**
 * An artifact's bytes for a browser, compressed once and kept.
 *
 * @throws VitrineError `not_found`, also for an artifact that is not for browsers: its existence is nobody's business.
 */
export async function readArtifact(ctx: Context, input: { readonly shop: string; readonly hash: string; readonly encoding: Encoding }): Promise<Uint8Array> {
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
  const artifact = /^[\da-f]{64}$/.test(hash) ? await readArtifactBytes(ctx.db, shop, hash) : undefined;
  if (artifact?.audience !== 'browser') throw new VitrineError('not_found', 'There is no such artifact.');
  // The highest level codes a table of small numbers a seventh smaller than level 9, at about a second a megabyte, once.
  if (encoding === 'br') return brotli(artifact.file, { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY, [constants.BROTLI_PARAM_SIZE_HINT]: artifact.file.length } });
  return encoding === 'gzip' ? deflate(artifact.file) : artifact.file;
}
