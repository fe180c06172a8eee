import { VitrineError } from '../errors.ts';
import { hashArtifact } from './hash.ts';
import { parsePublishableKey } from './key.ts';
import { corrupt, readContent, readSections } from './read.ts';
import type { Bytes, SubtleLike } from './subtle.ts';
import type { Artifact } from './types.ts';

export interface VerifyOptions {
  /** The shop's publishable key, pinned in the page: "pk_…". */
  readonly publicKey: string;
  /** SHA-256 of the whole file in hex, as the release names it. */
  readonly hash?: string;
  /** The shop the artifact must have been trained for. */
  readonly shop: string;
  /** `crypto.subtle`; browsers leave it undefined on pages without HTTPS. */
  readonly subtle: SubtleLike | undefined;
}

/**
 * Decodes an artifact only after it has proved itself, in this order: hash, header, signature, content, shop.
 * No JSON is parsed and no tensor is read before the signature holds; after it, the content is taken as the shop's server
 * wrote it (which checks every field before it signs).
 *
 * @throws VitrineError `artifact_corrupt`, `artifact_version`, `artifact_signature`, `artifact_shop`; `bad_config` for
 *   a malformed publishable key or a page without Web Crypto
 *
 * @example
 * const artifact = await verifyArtifact(bytes, { publicKey: 'pk_…', hash, shop: 'demo.myshopify.com', subtle: crypto.subtle });
 */
export async function verifyArtifact(bytes: Uint8Array, { publicKey, hash, shop, subtle }: VerifyOptions): Promise<Artifact> {
  const point = parsePublishableKey(publicKey);
  if (!subtle) throw new VitrineError('bad_config', 'Web Crypto is missing: serve the page over HTTPS.');
  if (hash !== undefined && (await hashArtifact(bytes, subtle)) !== hash) {
    throw corrupt('its SHA-256 is not the one the release names');
  }
  const sections = readSections(bytes);
  const { signature } = sections;
  const key = await subtle.importKey('raw', point, { name: 'ECDSA', namedCurve: 'P-256' }, false, ['verify']).catch((cause: unknown) => {
    throw new VitrineError('bad_config', 'The publishable key is not a P-256 public key.', { cause });
  });
  const [content, claim] = [bytes.subarray(0, signature) as Bytes, bytes.subarray(signature) as Bytes];
  const signed = await subtle.verify({ name: 'ECDSA', hash: 'SHA-256' }, key, claim, content);
  if (!signed) {
    throw new VitrineError('artifact_signature', "Artifact is not signed by this shop's key, or was changed since. Check the publishable key.");
  }
  const artifact = readContent(bytes, sections);
  if (artifact.manifest.shop !== shop) {
    throw new VitrineError('artifact_shop', 'Artifact was trained for another shop.');
  }
  return artifact;
}
