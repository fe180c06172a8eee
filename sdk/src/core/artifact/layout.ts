import type { TensorType } from './types.ts';

/** First four bytes, "VTRN" in ASCII. */
export const MAGIC = [0x56, 0x54, 0x52, 0x4e] as const;
/** The one format version this code reads and writes. docs/artifact.md says when it is raised. */
export const FORMAT_VERSION = 2;
/** Bytes of the header; also what the tensor section and each tensor are aligned to. */
export const HEADER_BYTES = 64;
/** ECDSA P-256, r and s of 32 bytes each (IEEE P1363). */
export const SIGNATURE_BYTES = 64;
/** Largest file: 1 GiB keeps every offset far inside a 32-bit number. */
export const MOST_BYTES = 2 ** 30;

export const align = (bytes: number): number => Math.ceil(bytes / 64) * 64;

/** Bytes of one element; a utf8 tensor's bytes depend on its text. An odd number of int4 elements is rounded up. */
export const ELEMENT_BYTES: Readonly<Record<TensorType, number>> = { int4: 0.5, int8: 1, uint8: 1, int32: 4, float32: 4, utf8: 0 };

/** Number of elements of a shape; the empty shape holds one. */
export const elementsOf = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

/** An int4 tensor's bytes: the first of each two elements in the high half, each stored plus 8; an odd last one beside 0. */
export function packInt4(values: Int8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(Math.ceil(values.length / 2));
  values.forEach((value, i) => { bytes[i >> 1] |= (value + 8) << (i & 1 ? 0 : 4); });
  return bytes;
}

/** The other way. @param size number of elements */
export function unpackInt4(bytes: Uint8Array, size: number): Int8Array<ArrayBuffer> {
  return new Int8Array(size).map((_, i) => ((bytes[i >> 1] >> (i & 1 ? 0 : 4)) & 15) - 8);
}
