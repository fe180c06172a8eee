import { webcrypto } from 'node:crypto';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256' } as const;

/**
 * A signing function over a P-256 private key.
 * @param pkcs8 the private key, PKCS#8 DER
 * @returns signs bytes with SHA-256; 64 bytes r and s (IEEE P1363)
 */
export async function createSigner(pkcs8: Uint8Array<ArrayBuffer>): Promise<(bytes: Uint8Array<ArrayBuffer>) => Promise<Uint8Array>> {
  const key = await webcrypto.subtle.importKey('pkcs8', pkcs8, ALGORITHM, false, ['sign']);
  return async (bytes) => new Uint8Array(await webcrypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, key, bytes));
}
