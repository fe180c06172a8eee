import type { Bytes, SubtleLike } from './subtle.ts';

/**
 * SHA-256 of a whole artifact file as 64 lower-case hex digits: its name in URLs and in the database.
 *
 * @example
 * const hash = await hashArtifact(file, crypto.subtle);
 */
export async function hashArtifact(bytes: Uint8Array, subtle: SubtleLike): Promise<string> {
  const digest = new Uint8Array(await subtle.digest('SHA-256', bytes as Bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
