/**
 * Real values of a quantised tensor: real = stored × scale.
 *
 * @example
 * dequantise(Int8Array.of(-127, 0, 127), 1 / 127); // Float32Array [-1, 0, 1]
 */
export function dequantise(stored: Int8Array | Uint8Array, scale: number): Float32Array<ArrayBuffer> {
  return Float32Array.from(stored, (step) => step * scale);
}
