/** Web Crypto takes no shared memory. */
export type Bytes = Uint8Array<ArrayBuffer>;

/**
 * The part of Web Crypto the contract needs, passed in because core has neither DOM nor Node. `crypto.subtle` of a
 * browser and `webcrypto.subtle` of Node both fit.
 */
export interface SubtleLike {
  digest(algorithm: 'SHA-256', data: Bytes): Promise<ArrayBuffer>;
  importKey(format: 'raw', key: Bytes, algorithm: { name: 'ECDSA'; namedCurve: 'P-256' }, extractable: boolean, usages: 'verify'[]): Promise<unknown>;
  verify(algorithm: { name: 'ECDSA'; hash: 'SHA-256' }, key: unknown, signature: Bytes, data: Bytes): Promise<boolean>;
}
