import { VitrineError } from '../errors.ts';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
/** An uncompressed P-256 point: 0x04, x, y. */
const POINT_BYTES = 65;
/** ⌈65 × 8 / 6⌉ base64url digits; the last one carries four bits and two zeros. */
const DIGITS = 87;

/**
 * A shop's publishable key: "pk_" and the base64url of its raw public point.
 *
 * @param point 65 bytes, as Web Crypto exports a P-256 public key in the format "raw"
 * @throws VitrineError `bad_config`
 */
export function formatPublishableKey(point: Uint8Array): string {
  if (point.length !== POINT_BYTES || point[0] !== 4) {
    throw new VitrineError('bad_config', 'A public key must be the 65 bytes of an uncompressed P-256 point (export it as "raw").');
  }
  let digits = '';
  for (let bit = 0; bit < DIGITS * 6; bit += 6) {
    const at = bit >> 3;
    digits += ALPHABET[(((point[at] << 8) | (point[at + 1] ?? 0)) >> (10 - (bit & 7))) & 63];
  }
  return `pk_${digits}`;
}

/**
 * The 65 bytes of a publishable key.
 *
 * @throws VitrineError `bad_config`
 */
export function parsePublishableKey(key: string): Uint8Array<ArrayBuffer> {
  const point = new Uint8Array(POINT_BYTES);
  for (let index = 0; index < DIGITS; index++) {
    const digit = ALPHABET.indexOf(key[index + 3] ?? '?');
    const at = (index * 6) >> 3;
    const bits = digit << (10 - ((index * 6) & 7));
    point[at] |= bits >> 8;
    if (at + 1 < POINT_BYTES) point[at + 1] |= bits & 255;
  }
  // Writing the point again must give the key: this refuses strange digits, a wrong length and stray last bits.
  if (point[0] !== 4 || formatPublishableKey(point) !== key) {
    throw new VitrineError('bad_config', 'The publishable key is malformed: copy it whole from the dashboard, "pk_" and 87 characters.');
  }
  return point;
}
