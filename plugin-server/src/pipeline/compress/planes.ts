import { rowBytes } from '@vitrine/sdk/core';

/** Whole numbers below `limit` as planes of bytes, lowest first: the higher planes are nearly constant and compress away. */
export function toPlanes(values: ArrayLike<number>, limit: number): Uint8Array {
  const planes = rowBytes(limit);
  const bytes = new Uint8Array(planes * values.length);
  for (let plane = 0, at = 0; plane < planes; plane++) {
    for (let i = 0; i < values.length; i++) bytes[at++] = Math.floor(values[i] / 256 ** plane) & 0xff;
  }
  return bytes;
}
