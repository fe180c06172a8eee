import { fail } from '../check.ts';
import { VitrineError } from '../errors.ts';
import { align, FORMAT_VERSION, HEADER_BYTES, MAGIC, MOST_BYTES, SIGNATURE_BYTES } from './layout.ts';
import { checkManifest, tensorBytes } from './manifest.ts';
import type { Artifact, Manifest, TensorData, TensorEntry } from './types.ts';
import { decodeUtf8 } from './utf8.ts';

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
    return corrupt('the file must begin with "VTRN" and hold a header and a signature: it is not a Vitrine artifact, or was cut short');
  }
  const header = new DataView(bytes.buffer, bytes.byteOffset, HEADER_BYTES);
  const version = header.getUint16(4, true);
  if (version !== FORMAT_VERSION) {
    const hint = version > FORMAT_VERSION ? 'update the SDK' : 'retrain to write a current one';
    throw new VitrineError('artifact_version', `Artifact format ${version} is not readable here, only ${FORMAT_VERSION}: ${hint}.`);
  }
  const manifestEnd = HEADER_BYTES + header.getUint32(8, true);
  const tensors = align(manifestEnd);
  const signature = tensors + header.getUint32(12, true);
  if (signature + SIGNATURE_BYTES !== bytes.length || bytes.length > MOST_BYTES) {
    return corrupt(`the file must be ${signature + SIGNATURE_BYTES} bytes as its header says, and is ${bytes.length}`);
  }
  return { manifestEnd, tensors, signature };
}

/**
 * Reads an artifact file. Tensors are views into `file`, so `file` must not change; a 4-byte tensor is copied only
 * when `file` itself lies unaligned in its buffer. The signature is not looked at: `verifyArtifact` does that first.
 *
 * @throws VitrineError `artifact_corrupt` with the place, or `artifact_version`
 *
 * @example
 * const { manifest, tensors } = decodeArtifact(file);
 * const table = tensors.get('item_table') as Int8Array; // [items, dim]
 */
export function decodeArtifact(file: Uint8Array): Artifact {
  // A plain view: Node's Buffer is a Uint8Array whose `slice` does not copy.
  const bytes = new Uint8Array(file.buffer, file.byteOffset, file.length);
  const { manifestEnd, tensors: start, signature } = readSections(bytes);
  return orCorrupt(() => {
    expectZeros(bytes, 6, 8);
    expectZeros(bytes, 16, HEADER_BYTES);
    expectZeros(bytes, manifestEnd, start);
    const manifest = parseManifest(bytes.subarray(HEADER_BYTES, manifestEnd));
    if (tensorBytes(manifest) !== signature - start) fail('tensor section', `be ${tensorBytes(manifest)} bytes, as the manifest says`);
    const tensors = new Map<string, TensorData>();
    for (const entry of manifest.tensors) {
      const end = start + entry.offset + entry.bytes;
      tensors.set(entry.name, readTensor(entry, bytes.subarray(start + entry.offset, end)));
      expectZeros(bytes, end, align(end));
    }
    return { manifest, tensors };
  });
}

/** Padding is zero, so that no byte of a file is without meaning. */
function expectZeros(bytes: Uint8Array, from: number, to: number): void {
  for (let at = from; at < to; at++) if (bytes[at] !== 0) fail(`byte ${at}`, 'be zero');
}

function parseManifest(bytes: Uint8Array): Manifest {
  const json = decodeUtf8(bytes, 'manifest');
  let value: unknown;
  try {
    value = JSON.parse(json, (key, entry) => (key === '__proto__' ? fail('manifest', 'not have a key "__proto__"') : entry));
  } catch (cause) {
    // The engine's own message is dropped: it quotes the text.
    return cause instanceof VitrineError ? corrupt(cause.message) : fail('manifest', 'be JSON');
  }
  return checkManifest(value);
}

function readTensor({ name, type, shape }: TensorEntry, bytes: Uint8Array): TensorData {
  if (type === 'uint8') return bytes;
  if (type === 'int8') return new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length);
  if (type === 'utf8') {
    const texts = bytes.length === 0 && shape[0] === 0 ? [] : decodeUtf8(bytes, `tensor "${name}"`).split('\n');
    return texts.length === shape[0] ? texts : fail(`tensor "${name}"`, `have ${shape[0]} lines, not ${texts.length}`);
  }
  const { buffer, byteOffset } = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  if (type === 'int32') return new Int32Array(buffer, byteOffset, bytes.length / 4);
  const floats = new Float32Array(buffer, byteOffset, bytes.length / 4);
  const at = floats.findIndex((value) => !Number.isFinite(value));
  return at < 0 ? floats : fail(`tensor "${name}"[${at}]`, 'be finite');
}

const corrupt = (what: string): never => {
  throw new VitrineError('artifact_corrupt', `Artifact is corrupt: ${what}. Fetch it again or retrain.`);
};

/** What is bad input to a check is a corrupt artifact to its reader. */
function orCorrupt<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof VitrineError && cause.code === 'bad_input') corrupt(cause.message);
    throw cause;
  }
}
