import { fail } from '../check.ts';
import { align, ELEMENT_BYTES, elementsOf, FORMAT_VERSION, HEADER_BYTES, MAGIC, MOST_BYTES, packInt4, SIGNATURE_BYTES } from './layout.ts';
import { canonicalJson, checkManifest, tensorBytes } from './manifest.ts';
import type { Manifest, TensorData, TensorEntry, TensorType } from './types.ts';
import { encodeUtf8 } from './utf8.ts';

/** A tensor to encode. */
export interface TensorInput {
  readonly type: TensorType;
  readonly shape: readonly number[];
  /** The typed array that `type` names, an Int8Array of -8 to 7 for `int4`, or a list of texts without line breaks for `utf8`. */
  readonly data: TensorData;
  /** Real value of one step of an int4, int8 or uint8 tensor. */
  readonly scale?: number;
}

/** What the caller says about an artifact; the encoder adds the tensor table. */
export type ManifestInput = Omit<Manifest, 'tensors'>;

/** Signs bytes with the shop's private key: ECDSA P-256 over SHA-256, 64 bytes r and s (IEEE P1363). */
export type Sign = (bytes: Uint8Array<ArrayBuffer>) => Promise<Uint8Array>;

/**
 * Writes one artifact file, as docs/artifact.md describes it. Tensors are laid out in the map's order. The same input
 * gives the same bytes up to the signature.
 *
 * @throws VitrineError `bad_input` when data and shape disagree, a float is not finite, a text holds a line break, or
 *   a manifest field is malformed.
 *
 * @example
 * const file = await encodeArtifact(manifest, new Map([
 *   ['items', { type: 'int8', shape: [2, 64], data: quantised, scale: 1 / 127 }],
 *   ['ids', { type: 'utf8', shape: [2], data: ['8001', '8002'] }],
 * ]), sign);
 */
export async function encodeArtifact(
  manifest: ManifestInput,
  tensors: ReadonlyMap<string, TensorInput>,
  sign: Sign,
): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  const entries: TensorEntry[] = [];
  let offset = 0;
  for (const [name, { type, shape, data, scale }] of tensors) {
    const part = tensorPart(`tensor "${name}"`, type, shape, data);
    const entry = { name, type, shape: [...shape], offset, bytes: part.byteLength };
    entries.push(scale === undefined ? entry : { ...entry, scale });
    parts.push(part);
    offset = align(offset + part.byteLength);
  }
  const complete = checkManifest({ ...manifest, tensors: entries });
  const json = encodeUtf8(canonicalJson(complete));
  const start = align(HEADER_BYTES + json.length);
  const end = start + tensorBytes(complete);
  if (end + SIGNATURE_BYTES > MOST_BYTES) fail('artifact', `be at most ${MOST_BYTES} bytes`);

  const file = new Uint8Array(end + SIGNATURE_BYTES);
  const header = new DataView(file.buffer);
  file.set(MAGIC);
  header.setUint16(4, FORMAT_VERSION, true);
  header.setUint32(8, json.length, true);
  header.setUint32(12, end - start, true);
  file.set(json, HEADER_BYTES);
  parts.forEach((part, index) => file.set(part, start + entries[index].offset));

  const signature = await sign(file.slice(0, end));
  if (signature.length !== SIGNATURE_BYTES) fail('signature', `be ${SIGNATURE_BYTES} bytes (IEEE P1363, not DER)`);
  file.set(signature, end);
  return file;
}

const ARRAYS = { int4: Int8Array, int8: Int8Array, uint8: Uint8Array, int32: Int32Array, float32: Float32Array } as const;

/** A tensor's bytes. Typed arrays are written as they lie in memory, little-endian on every platform with WebGL. */
function tensorPart(path: string, type: TensorType, shape: readonly number[], data: TensorData): Uint8Array {
  if (!Object.hasOwn(ELEMENT_BYTES, type)) fail(`${path}.type`, `be ${Object.keys(ELEMENT_BYTES).join(' or ')}`);
  if (data.length !== elementsOf(shape)) fail(path, `hold ${elementsOf(shape)} elements, as its shape says, not ${data.length}`);
  if (type === 'utf8') return textPart(path, data);
  if (!(data instanceof ARRAYS[type])) return fail(path, `be ${ARRAYS[type].name}`);
  if (type === 'float32') {
    const at = data.findIndex((value) => !Number.isFinite(value));
    if (at >= 0) fail(`${path}[${at}]`, 'be finite');
  }
  if (type === 'int4') {
    const values = data as Int8Array;
    const at = values.findIndex((value) => value < -8 || value > 7);
    return at < 0 ? packInt4(values) : fail(`${path}[${at}]`, 'be from -8 to 7');
  }
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

function textPart(path: string, data: TensorData): Uint8Array {
  const texts: readonly unknown[] = Array.isArray(data) ? data : fail(path, 'be a list of texts');
  const at = texts.findIndex((entry) => typeof entry !== 'string' || /[\n\p{Cs}]/u.test(entry));
  if (at >= 0) fail(`${path}[${at}]`, 'be text without line breaks or lone surrogates');
  return encodeUtf8(texts.join('\n'));
}
