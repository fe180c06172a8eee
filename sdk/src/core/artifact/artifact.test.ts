import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { VitrineError } from '../errors.ts';
import { decodeArtifact } from './decode.ts';
import { dequantise } from './dequantise.ts';
import { encodeArtifact } from './encode.ts';
import type { ManifestInput, TensorInput } from './encode.ts';
import { HEADER_BYTES } from './layout.ts';
import { canonicalJson } from './manifest.ts';
import type { TensorData } from './types.ts';
import { encodeUtf8 } from './utf8.ts';

const MANIFEST: ManifestInput = {
  family: 'recommendation', audience: 'browser', shop: 'demo.myshopify.com', version: '20261123T101500Z-3f9a',
  createdAt: '2026-11-23T10:15:00Z', config: { items: 2, dim: 4 }, metrics: [{ model: 'shipped', metrics: { 'HR@20': 0.25 } }],
};
const sign = async (): Promise<Uint8Array> => new Uint8Array(64).fill(7);
const encode = (tensors: Record<string, TensorInput>, manifest = MANIFEST) => encodeArtifact(manifest, new Map(Object.entries(tensors)), sign);

const shape = fc.array(fc.nat(5), { maxLength: 3 });
const size = (dims: readonly number[]) => dims.reduce((product, dim) => product * dim, 1);
const sized = (dims: readonly number[]) => ({ minLength: size(dims), maxLength: size(dims) });
const scale = fc.option(fc.double({ min: 1e-9, max: 1e9, noNaN: true }), { nil: undefined });
const line = fc.string({ unit: 'grapheme', maxLength: 12 }).filter((text) => !text.includes('\n'));
const tensor: fc.Arbitrary<TensorInput> = fc.oneof(
  shape.chain((dims) => fc.record({ type: fc.constant('int4' as const), shape: fc.constant(dims), data: fc.int8Array({ ...sized(dims), min: -8, max: 7 }), scale })),
  shape.chain((dims) => fc.record({ type: fc.constant('int8' as const), shape: fc.constant(dims), data: fc.int8Array(sized(dims)), scale })),
  shape.chain((dims) => fc.record({ type: fc.constant('uint8' as const), shape: fc.constant(dims), data: fc.uint8Array(sized(dims)), scale })),
  shape.chain((dims) => fc.record({ type: fc.constant('int32' as const), shape: fc.constant(dims), data: fc.int32Array(sized(dims)) })),
  shape.chain((dims) =>
    fc.record({ type: fc.constant('float32' as const), shape: fc.constant(dims), data: fc.float32Array({ ...sized(dims), noNaN: true, noDefaultInfinity: true }) })),
  fc.array(fc.oneof(line, fc.constantFrom('__proto__', '007', 'constructor', '')), { maxLength: 5 }).map((data) => ({ type: 'utf8' as const, shape: [data.length], data })),
);
const key = fc.stringMatching(/^[\w@. -]{1,20}$/).filter((name) => name !== '__proto__');
const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }).filter((text) => !/\p{Cc}/u.test(text));
const finite = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0 || 0); // JSON has no -0
const manifest: fc.Arbitrary<ManifestInput> = fc.record({
  family: fc.constant('recommendation' as const),
  audience: fc.constantFrom('browser' as const, 'server' as const),
  shop: name, version: name,
  createdAt: fc.date({ min: new Date(0), max: new Date('2999-01-01'), noInvalidDate: true }).map((date) => date.toISOString()),
  config: fc.dictionary(key, fc.oneof(finite, name), { noNullPrototype: true }),
  metrics: fc.array(fc.record({ model: name, metrics: fc.dictionary(key, finite, { noNullPrototype: true }) }, { noNullPrototype: true }), { maxLength: 3 }),
}, { noNullPrototype: true });
const tensors = fc.uniqueArray(fc.tuple(name, tensor), { selector: ([tensorName]) => tensorName, maxLength: 6 });

test('whatever is encoded comes back, at any position in its buffer', async () => {
  await fc.assert(
    fc.asyncProperty(manifest, tensors, fc.nat(9), async (head, entries, shift) => {
      const file = await encodeArtifact(head, new Map(entries), sign);
      const moved = (shift % 2 === 0 ? new Uint8Array(file.length + shift) : Buffer.alloc(file.length + shift)).subarray(shift);
      moved.set(file);
      const artifact = decodeArtifact(moved);
      const { tensors: table, ...rest } = artifact.manifest;
      assert.deepEqual(rest, head);
      assert.deepEqual(
        table.map(({ name: tensorName, type, shape: dims, scale: step }) => [tensorName, type, dims, step]),
        entries.map(([tensorName, entry]) => [tensorName, entry.type, entry.shape, entry.scale]),
      );
      assert.deepEqual([...artifact.tensors], entries.map(([tensorName, entry]): [string, TensorData] => [tensorName, entry.data]));
      assert.deepEqual(await encodeArtifact(rest, new Map(entries), sign), file, 'one input, one file');
    }),
    { numRuns: 200 },
  );
});

test('tensors are views into the file, 64-byte aligned', async () => {
  const file = await encode({
    a: { type: 'int8', shape: [3], data: Int8Array.of(1, 2, 3) },
    b: { type: 'float32', shape: [2], data: Float32Array.of(1.5, -2) },
  });
  for (const data of decodeArtifact(file).tensors.values()) {
    assert.ok(ArrayBuffer.isView(data));
    assert.equal(data.buffer, file.buffer);
    assert.equal(data.byteOffset % 64, 0);
  }
});

test('a part of a larger array is encoded as that part', async () => {
  const { tensors: read } = decodeArtifact(await encode({
    a: { type: 'int8', shape: [2], data: Int8Array.of(1, 2, 3, 4).subarray(1, 3) },
    b: { type: 'float32', shape: [1], data: Float32Array.of(1, 2).subarray(1) },
  }));
  assert.deepEqual([...read.values()], [Int8Array.of(2, 3), Float32Array.of(2)]);
});

test('the encoder refuses what it could not read again', async () => {
  const int8 = Int8Array.of(1, 2, 3);
  const cases: [Record<string, TensorInput>, RegExp][] = [
    [{ t: { type: 'int8', shape: [2], data: int8 } }, /tensor "t": must hold 2 elements, as its shape says, not 3/],
    [{ t: { type: 'float32', shape: [3], data: int8 } }, /tensor "t": must be Float32Array/],
    [{ t: { type: 'float32', shape: [2], data: Float32Array.of(0, NaN) } }, /tensor "t"\[1\]: must be finite/],
    [{ t: { type: 'utf8', shape: [2], data: ['a', 'b\nc'] } }, /tensor "t"\[1\]: must be text without line breaks/],
    [{ t: { type: 'utf8', shape: [1], data: ['\ud800'] } }, /tensor "t"\[0\]: must be text without line breaks or lone surrogates/],
    [{ t: { type: 'utf8', shape: [3], data: int8 } }, /tensor "t": must be a list of texts/],
    [{ t: { type: 'int8', shape: [3], data: int8, scale: 0 } }, /manifest.tensors\[0\].scale: must be a number from/],
    [{ t: { type: 'int32', shape: [0], data: new Int32Array(0), scale: 1 } }, /manifest.tensors\[0\].scale: must be absent/],
    [{ '': { type: 'int8', shape: [3], data: int8 } }, /manifest.tensors\[0\].name: must be text/],
    [{ t: { type: 'int4', shape: [2], data: Int8Array.of(-8, 8) } }, /tensor "t"\[1\]: must be from -8 to 7/],
    [{ t: { type: 'float64' as 'int8', shape: [3], data: int8 } }, /tensor "t".type: must be int4 or/],
  ];
  for (const [input, message] of cases) await assert.rejects(encode(input), (error) => error instanceof VitrineError && error.code === 'bad_input' && message.test(error.message), String(message));
  await assert.rejects(encode({}, { ...MANIFEST, metrics: [{ model: 'm', metrics: { x: NaN } }] }), /manifest.metrics\[0\].metrics.x: must be a number/);
  const proto = JSON.parse('{"__proto__":1}') as Record<string, number>;
  await assert.rejects(encode({}, { ...MANIFEST, config: proto }), /manifest.config: must have keys of letters/);
  await assert.rejects(encodeArtifact(MANIFEST, new Map(), async () => new Uint8Array(70)), /signature: must be 64 bytes/);
});

/** A file around any manifest text, with zeroed tensors: what a foreign or malicious writer could produce. */
function forge(json: string, tensorSection = 0): Uint8Array {
  const text = encodeUtf8(json);
  const start = Math.ceil((HEADER_BYTES + text.length) / 64) * 64;
  const file = new Uint8Array(start + tensorSection + 64);
  file.set([0x56, 0x54, 0x52, 0x4e, 2]);
  new DataView(file.buffer).setUint32(8, text.length, true);
  new DataView(file.buffer).setUint32(12, tensorSection, true);
  file.set(text, HEADER_BYTES);
  return file;
}

const refusal = (message: RegExp) => (error: unknown) =>
  error instanceof VitrineError && error.code === 'artifact_corrupt' && message.test(error.message) && !error.message.includes('\n');

test('a manifest that lies is refused with the place', () => {
  const entry = { name: 't', type: 'int8', shape: [8], offset: 0, bytes: 8 };
  const withTensors = (...list: object[]) => canonicalJson({ ...MANIFEST, tensors: list });
  const cases: [string, number, RegExp][] = [
    ['', 0, /manifest: must be JSON/],
    ['{"a":', 0, /manifest: must be JSON/],
    ['[]', 0, /manifest: must be an object/],
    ['null', 0, /manifest: must be an object/],
    ['{}', 0, /manifest.family: must be recommendation or recommendation-shard/],
    [withTensors().replace('"config":{', '"config":{"__proto__":{"x":1},'), 0, /must not have a key "__proto__"/],
    [withTensors().replace('"browser"', '"everyone"'), 0, /manifest.audience: must be browser or server/],
    [withTensors().replace('2026-11-23T10:15:00Z', 'yesterday'), 0, /manifest.createdAt: must be a time/],
    [withTensors().replace('0.25', '1e999'), 0, /manifest.metrics\[0\].metrics.HR@20: must be a number/],
    [withTensors().replace('"shop":"demo.myshopify.com",', ''), 0, /manifest.shop: must be text/],
    [withTensors(entry), 0, /tensor section: must be 64 bytes/],
    [withTensors(entry), 128, /tensor section: must be 64 bytes/],
    [withTensors({ ...entry, offset: 64 }), 128, /tensors\[0\].offset: must be 0/],
    [withTensors(entry, { ...entry, name: 'u' }), 128, /tensors\[1\].offset: must be 64/],
    [withTensors(entry, { ...entry, name: 'u', offset: 7 }), 128, /tensors\[1\].offset: must be 64/],
    [withTensors(entry, { ...entry, offset: 64 }), 128, /tensors\[1\].name: must differ/],
    [withTensors({ ...entry, bytes: 7 }), 64, /tensors\[0\].bytes: must be its shape's product times 1/],
    [withTensors({ ...entry, type: 'float32' }), 64, /tensors\[0\].bytes: must be its shape's product times 4/],
    [withTensors({ ...entry, type: 'int4' }), 64, /tensors\[0\].bytes: must be its shape's product times 0.5/],
    [withTensors({ ...entry, type: 'int64' }), 64, /tensors\[0\].type: must be int4 or/],
    [withTensors({ ...entry, shape: [-8] }), 64, /tensors\[0\].shape\[0\]: must be a number from 0/],
    [withTensors({ ...entry, shape: [2 ** 30, 2 ** 30, 2 ** 30, 2 ** 30] }), 64, /tensors\[0\].bytes/],
    [withTensors({ ...entry, bytes: 2 ** 40 }), 64, /tensors\[0\].bytes: must be a number from 0/],
    [withTensors({ ...entry, type: 'utf8', shape: [2] }), 64, /tensor "t": must have 2 lines, not 1/],
    [withTensors({ ...entry, type: 'utf8', shape: [] }), 64, /tensors\[0\].shape: must have one dimension/],
  ];
  for (const [json, section, message] of cases) assert.throws(() => decodeArtifact(forge(json, section)), refusal(message), `${message}`);
});

test('bytes without meaning must be zero, floats finite, text UTF-8', () => {
  const json = canonicalJson({ ...MANIFEST, tensors: [{ name: 't', type: 'float32', shape: [1], offset: 0, bytes: 4 }] });
  const start = forge(json, 64).length - 128;
  const changed = (at: number, value: number) => Uint8Array.from(forge(json, 64), (byte, index) => (index === at ? value : byte));
  decodeArtifact(forge(json, 64));
  for (const at of [6, 16, 63, start - 1, start + 4, start + 63]) assert.throws(() => decodeArtifact(changed(at, 1)), refusal(new RegExp(`byte ${at}: must be zero`)));
  const halves = forge(canonicalJson({ ...MANIFEST, tensors: [{ name: 't', type: 'int4', shape: [1], offset: 0, bytes: 1 }] }), 64);
  halves[start] = 0xf1;
  assert.throws(() => decodeArtifact(halves), refusal(/tensor "t": must end in a half byte of zero/));
  const infinite = changed(start + 3, 0x7f);
  infinite[start + 2] = 0x80;
  assert.throws(() => decodeArtifact(infinite), refusal(/tensor "t"\[0\]: must be finite/));
  assert.throws(() => decodeArtifact(changed(HEADER_BYTES + 3, 0xff)), refusal(/manifest: must be UTF-8/));
});

test('unknown manifest fields are left out, and nothing reaches Object.prototype', () => {
  const json = canonicalJson({ ...MANIFEST, tensors: [], later: { constructor: { prototype: { polluted: true } } } });
  const { manifest: read } = decodeArtifact(forge(json));
  assert.deepEqual(Object.keys(read).sort(), [...Object.keys(MANIFEST), 'tensors'].sort());
  assert.equal(({} as Record<string, unknown>).polluted, undefined);
});

test('arbitrary bytes and arbitrary JSON never throw anything but VitrineError', () => {
  const attempt = (file: Uint8Array) => {
    try {
      decodeArtifact(file);
    } catch (error) {
      assert.ok(error instanceof VitrineError, String(error));
    }
  };
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), attempt));
  fc.assert(fc.property(fc.json(), (json) => attempt(forge(json))));
  fc.assert(fc.property(fc.record({ name: fc.anything(), type: fc.constantFrom('int8', 'utf8', 'float32'), shape: fc.anything(), offset: fc.anything(), bytes: fc.anything() }), (entry) => {
    const json = JSON.stringify({ ...MANIFEST, tensors: [entry] }, (_, value) => (typeof value === 'bigint' ? String(value) : value));
    attempt(forge(json, 64));
  }));
});

test('dequantise: real = stored × scale', () => {
  assert.deepEqual(dequantise(Int8Array.of(-127, 0, 127), 0.5), Float32Array.of(-63.5, 0, 63.5));
});
