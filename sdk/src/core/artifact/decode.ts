import { fail } from '../check.ts';
import { VitrineError } from '../errors.ts';
import { align, elementsOf, HEADER_BYTES } from './layout.ts';
import { checkManifest, tensorBytes } from './manifest.ts';
import { corrupt, readSections, readTensor } from './read.ts';
import type { Artifact, Manifest, TensorData, TensorEntry } from './types.ts';
import { decodeUtf8 } from './utf8.ts';

/**
 * Reads an artifact file and checks every field of it. Tensors are views into `file` where they can be, so `file` must
 * not change. The signature is not looked at: `verifyArtifact` does that.
 *
 * @throws VitrineError `artifact_corrupt` with the place, or `artifact_version`
 *
 * @example
 * const { manifest, tensors } = decodeArtifact(file);
 * const ids = tensors.get('items') as readonly string[];
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
      tensors.set(entry.name, checkedTensor(entry, bytes.subarray(start + entry.offset, end)));
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
  const json = text(bytes, 'manifest');
  let value: unknown;
  try {
    value = JSON.parse(json, (key, entry) => (key === '__proto__' ? fail('manifest', 'not have a key "__proto__"') : entry));
  } catch (cause) {
    // The engine's own message is dropped: it quotes the text.
    throw cause instanceof VitrineError ? corrupt(cause.message) : corrupt('manifest: must be JSON');
  }
  return checkManifest(value);
}

function checkedTensor(entry: TensorEntry, bytes: Uint8Array): TensorData {
  const path = `tensor "${entry.name}"`;
  if (entry.type === 'utf8') text(bytes, path);
  const data = readTensor(entry, bytes);
  const size = elementsOf(entry.shape);
  if (entry.type === 'utf8') return data.length === size && (size > 0 || bytes.length === 0) ? data : fail(path, `have ${size} lines, not ${data.length}`);
  if (entry.type === 'int4' && size % 2 === 1 && bytes[size >> 1] & 15) fail(path, 'end in a half byte of zero');
  const at = data instanceof Float32Array ? data.findIndex((value) => !Number.isFinite(value)) : -1;
  return at < 0 ? data : fail(`${path}[${at}]`, 'be finite');
}

function text(bytes: Uint8Array, path: string): string {
  try {
    return decodeUtf8(bytes);
  } catch {
    return fail(path, 'be UTF-8');
  }
}

/** What is bad input to a check is a corrupt artifact to its reader. */
function orCorrupt<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw cause instanceof VitrineError && cause.code === 'bad_input' ? corrupt(cause.message) : cause;
  }
}
