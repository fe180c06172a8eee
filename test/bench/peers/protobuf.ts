/**
 * The three wire types of Protocol Buffers that an ONNX file needs, as functions from values to bytes.
 * https://protobuf.dev/programming-guides/encoding/
 */
const VARINT = 0;
const BYTES = 2;
const FIXED32 = 5;

/** A whole number from 0 to 2^53, seven bits a byte, lowest first. */
export function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  for (; value > 127; value = Math.floor(value / 128)) bytes.push((value % 128) | 128);
  bytes.push(value);
  return Uint8Array.from(bytes);
}

const tag = (field: number, wire: number) => varint(field * 8 + wire);

export const whole = (field: number, value: number): Uint8Array => concatenate(tag(field, VARINT), varint(value));

export const float = (field: number, value: number): Uint8Array => concatenate(tag(field, FIXED32), new Uint8Array(Float32Array.of(value).buffer));

/** A string, raw bytes, or a message made of its fields. */
export function part(field: number, ...content: readonly (string | Uint8Array)[]): Uint8Array {
  const bytes = concatenate(...content.map((piece) => (typeof piece === 'string' ? new TextEncoder().encode(piece) : piece)));
  return concatenate(tag(field, BYTES), varint(bytes.length), bytes);
}

export function concatenate(...pieces: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    joined.set(piece, at);
    at += piece.length;
  }
  return joined;
}
