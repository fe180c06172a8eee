import { fail, known, list, matching, number, oneOf, optional, plain, text, whole } from '../check.ts';
import type { Check } from '../check.ts';
import { align, ELEMENT_BYTES, elementsOf, MOST_BYTES } from './layout.ts';
import type { Manifest, TensorEntry } from './types.ts';

const name = text(256);
const bytes = whole(0, MOST_BYTES);

/** Every entry of an object with free keys, e.g. metrics by name. `__proto__` is no name: objects lose it. */
const record = (check: Check): Check => (value, path) =>
  Object.fromEntries(
    Object.entries(plain(value, path)).map(([key, entry]) => {
      if (key === '__proto__' || !/^[\w@. -]{1,64}$/.test(key)) fail(path, 'have keys of letters, digits, spaces and _ @ . - only');
      return [key, check(entry, `${path}.${key}`)];
    }),
  );

const finite = number(-Number.MAX_VALUE, Number.MAX_VALUE);
const numberOrText: Check = (value, path) => (typeof value === 'number' ? finite : name)(value, path);

const manifest = known({
  family: oneOf('recommendation', 'recommendation-shard', 'intent'),
  audience: oneOf('browser', 'server'),
  shop: name,
  version: name,
  createdAt: matching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z$/, 'be a time in UTC, as 2026-11-23T10:15:00Z'),
  config: record(numberOrText),
  metrics: list(100, known({ model: name, metrics: record(finite) })),
  tensors: list(
    1000,
    known({
      name,
      type: oneOf(...Object.keys(ELEMENT_BYTES)),
      shape: list(8, bytes),
      offset: bytes,
      bytes,
      scale: optional(number(Number.MIN_VALUE, Number.MAX_VALUE)),
    }),
  ),
});

/**
 * Checks a manifest by hand and returns a copy of its known fields; others are left out, so that a field added
 * within a format version does not stop an older reader.
 *
 * Tensors stand in the manifest's order, each at the next multiple of 64 after the one before. With that one rule
 * there are no gaps, no overlaps and no misaligned views.
 *
 * @throws VitrineError `bad_input`, the message names the field.
 */
export function checkManifest(input: unknown): Manifest {
  const result = manifest(input, 'manifest') as Manifest;
  const names = new Set<string>();
  let end = 0;
  for (const [index, tensor] of result.tensors.entries()) {
    checkTensor(tensor, end, `manifest.tensors[${index}]`);
    if (names.has(tensor.name)) fail(`manifest.tensors[${index}].name`, 'differ from the names before it');
    names.add(tensor.name);
    end = align(tensor.offset + tensor.bytes);
  }
  return result;
}

function checkTensor({ type, shape, offset, bytes, scale }: TensorEntry, expected: number, path: string): void {
  if (offset !== expected) fail(`${path}.offset`, `be ${expected}, the next multiple of 64 after the tensor before`);
  if (type === 'utf8') {
    if (shape.length !== 1) fail(`${path}.shape`, 'have one dimension: its entries');
  } else if (Math.ceil(elementsOf(shape) * ELEMENT_BYTES[type]) !== bytes) {
    fail(`${path}.bytes`, `be its shape's product times ${ELEMENT_BYTES[type]}`);
  }
  if (scale !== undefined && !['int4', 'int8', 'uint8'].includes(type)) fail(`${path}.scale`, 'be absent: only int4, int8 and uint8 are quantised');
}

/** Bytes of the tensor section: the end of the last tensor, rounded up to 64. */
export function tensorBytes({ tensors }: Pick<Manifest, 'tensors'>): number {
  const last = tensors.at(-1);
  return last ? align(last.offset + last.bytes) : 0;
}

/** JSON with sorted keys and no spaces: one manifest, one text. Writers owe it; readers do not rely on it. */
export function canonicalJson(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join()}]`;
  const entries = Object.entries(value).filter(([, entry]) => entry !== undefined);
  return `{${entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, entry]) => `${JSON.stringify(key)}:${canonicalJson(entry)}`).join()}}`;
}
