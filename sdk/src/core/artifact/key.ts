import { VitrineError } from '../errors.ts';

// The contract compiles without DOM and Node; both bring these two.
declare const atob: (base64: string) => string;
declare const btoa: (binary: string) => string;

/**
 * "pk_" and 87 digits of base64url: 65 bytes that begin with 4, so the first digit is B and the second at most P; the
 * last digit carries four bits and two zeros.
 */
const KEY = /^pk_B[A-P][\w-]{84}[AEIMQUYcgkosw048]$/;

/**
 * A shop's publishable key: "pk_" and the base64url of its raw public point.
 *
 * @param point 65 bytes, as Web Crypto exports a P-256 public key in the format "raw"
 * @throws VitrineError `bad_config`
 */
export function formatPublishableKey(point: Uint8Array): string {
  const key = `pk_${btoa(String.fromCharCode(...point)).replaceAll('+', '-').replaceAll('/', '_').replace('=', '')}`;
  if (!KEY.test(key)) throw new VitrineError('bad_config', 'A public key must be the 65 bytes of an uncompressed P-256 point (export it as "raw").');
  return key;
}

/**
 * The 65 bytes of a publishable key.
 *
 * @throws VitrineError `bad_config`
 */
export function parsePublishableKey(key: string): Uint8Array<ArrayBuffer> {
  if (!KEY.test(key)) throw new VitrineError('bad_config', 'The publishable key is malformed: copy it whole from the dashboard, "pk_" and 87 characters.');
  return Uint8Array.from(atob(key.slice(3).replaceAll('-', '+').replaceAll('_', '/')), (digit) => digit.charCodeAt(0));
}
