import type { TensorType } from './types.ts';

/** First four bytes, "VTRN" in ASCII. */
export const MAGIC = [0x56, 0x54, 0x52, 0x4e] as const;
/** The one format version this code reads and writes. docs/artifact.md says when it is raised. */
export const FORMAT_VERSION = 1;
/** Bytes of the header; also what the tensor section and each tensor are aligned to. */
export const HEADER_BYTES = 64;
/** ECDSA P-256, r and s of 32 bytes each (IEEE P1363). */
export const SIGNATURE_BYTES = 64;
/** Largest file: 1 GiB keeps every offset far inside a 32-bit number. */
export const MOST_BYTES = 2 ** 30;

export const align = (bytes: number): number => Math.ceil(bytes / 64) * 64;

/** Bytes of one element; a utf8 tensor's bytes depend on its text. */
export const ELEMENT_BYTES: Readonly<Record<TensorType, number>> = { int8: 1, uint8: 1, int32: 4, float32: 4, utf8: 0 };

/** Number of elements of a shape; the empty shape holds one. */
export const elementsOf = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);
