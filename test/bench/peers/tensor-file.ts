/** Named float32 tensors in one block of bytes, for the tfjs peers: length of the header, header (JSON), values. */
export type FloatTensors = ReadonlyMap<string, { readonly shape: readonly number[]; readonly data: Float32Array }>;

export function writeTensors(tensors: FloatTensors): Uint8Array<ArrayBuffer> {
  const header = new TextEncoder().encode(JSON.stringify([...tensors].map(([name, { shape }]) => ({ name, shape }))));
  const padded = new Uint8Array(Math.ceil(header.length / 4) * 4).fill(0x20); // spaces, so that floats begin at a multiple of four
  padded.set(header);
  const values = [...tensors.values()].reduce((sum, { data }) => sum + data.length, 0);
  const bytes = new Uint8Array(4 + padded.length + values * 4);
  new DataView(bytes.buffer).setUint32(0, padded.length, true);
  bytes.set(padded, 4);
  let at = 4 + padded.length;
  for (const { data } of tensors.values()) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return bytes;
}

/** Views into the same bytes; nothing is copied. */
export function readTensors(bytes: Uint8Array): FloatTensors {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length))) as { name: string; shape: number[] }[];
  let at = bytes.byteOffset + 4 + length;
  return new Map(header.map(({ name, shape }) => {
    const size = shape.reduce((product, axis) => product * axis, 1);
    const data = new Float32Array(bytes.buffer, at, size);
    at += size * 4;
    return [name, { shape, data }];
  }));
}
