import { VitrineError } from '../errors.ts';
import { align, elementsOf, FORMAT_VERSION, HEADER_BYTES, MAGIC, MOST_BYTES, SIGNATURE_BYTES, unpackInt4 } from './layout.ts';
import type { Artifact, Manifest, TensorData, TensorEntry } from './types.ts';
import { decodeUtf8 } from './utf8.ts';

// What every browser loads: reading a file whose hash and signature hold. `decode.ts` adds the checks of content that
// a file from anywhere needs; they do not ship.

/** Byte offsets of a file's sections, each from the start of the file. */
export interface Sections {
  readonly manifestEnd: number;
  readonly tensors: number;
  /** End of the tensor section; the signature stands here and covers everything before. */
  readonly signature: number;
}

/**
 * Reads an artifact's header: is it one, of a version this code reads, and as long as it says?
 *
 * @throws VitrineError `artifact_corrupt`, or `artifact_version` with a hint
 */
export function readSections(bytes: Uint8Array): Sections {
  if (bytes.length < HEADER_BYTES + SIGNATURE_BYTES || MAGIC.some((byte, index) => bytes[index] !== byte)) {
    throw corrupt('it is not a Vitrine artifact, or was cut short');
  }
  const header = new DataView(bytes.buffer, bytes.byteOffset, HEADER_BYTES);
  const version = header.getUint16(4, true);
  if (version !== FORMAT_VERSION) {
    const hint = version > FORMAT_VERSION ? 'update the SDK' : 'train and publish again';
    throw new VitrineError('artifact_version', `Artifact format ${version} is not readable here, only ${FORMAT_VERSION}: ${hint}.`);
  }
  const manifestEnd = HEADER_BYTES + header.getUint32(8, true);
  const tensors = align(manifestEnd);
  const signature = tensors + header.getUint32(12, true);
  if (signature + SIGNATURE_BYTES !== bytes.length || bytes.length > MOST_BYTES) {
    throw corrupt(`its header says ${signature + SIGNATURE_BYTES} bytes, and there are ${bytes.length}`);
  }
  return { manifestEnd, tensors, signature };
}

/**
 * Reads the content of a file that is known to be what the shop's server wrote.
 *
 * @throws VitrineError `artifact_corrupt` when it cannot be read; content that lies about itself is not found out here
 */
export function readContent(file: Uint8Array, { manifestEnd, tensors: start }: Sections): Artifact {
  // A plain view: Node's Buffer is a Uint8Array whose `slice` does not copy.
  const bytes = new Uint8Array(file.buffer, file.byteOffset, file.length);
  try {
    const manifest = JSON.parse(decodeUtf8(bytes.subarray(HEADER_BYTES, manifestEnd))) as Manifest;
    const tensors = new Map(manifest.tensors.map((entry) =>
      [entry.name, readTensor(entry, bytes.subarray(start + entry.offset, start + entry.offset + entry.bytes))]));
    return { manifest, tensors };
  } catch (cause) {
    throw corrupt('its content cannot be read', cause);
  }
}

/** Views, but for int4 and utf8; a 4-byte tensor is copied when the file lies unaligned in its buffer. */
export function readTensor({ type, shape }: TensorEntry, bytes: Uint8Array): TensorData {
  const { buffer, byteOffset, length } = bytes;
  switch (type) {
    case 'utf8': return shape[0] ? decodeUtf8(bytes).split('\n') : [];
    case 'int4': return unpackInt4(bytes, elementsOf(shape));
    case 'int8': return new Int8Array(buffer, byteOffset, length);
    case 'uint8': return bytes;
    default: {
      const words = byteOffset % 4 ? bytes.slice().buffer : buffer;
      const at = byteOffset % 4 ? 0 : byteOffset;
      return type === 'int32' ? new Int32Array(words, at, length / 4) : new Float32Array(words, at, length / 4);
    }
  }
}

export const corrupt = (what: string, cause?: unknown): VitrineError =>
  new VitrineError('artifact_corrupt', `Artifact is corrupt: ${what}. Fetch it again or retrain.`, { cause });
