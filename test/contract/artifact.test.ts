import assert from 'node:assert/strict';
import { webcrypto } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { decodeArtifact, encodeArtifact, formatPublishableKey, hashArtifact, loadRecommendation, paramShapes, verifyArtifact, VitrineError } from '@vitrine/sdk/core';
import type { ErrorCode } from '@vitrine/sdk/core';
import { annotatedHexdump } from './annotated-hexdump.ts';
import { GOLDEN_FILE, GOLDEN_HASH, GOLDEN_KEY, GOLDEN_MANIFEST, GOLDEN_MODEL, GOLDEN_SHOP, GOLDEN_TENSORS, OLD_FILE, signGolden } from './golden/artifact.ts';
import { decodeIndependently, itemsIndependently } from './independent-decoder.ts';

const { subtle } = webcrypto;
const trusted = { publicKey: GOLDEN_KEY, shop: GOLDEN_SHOP, subtle };

const refused = (...codes: ErrorCode[]) => (error: unknown) => error instanceof VitrineError && codes.includes(error.code) && !error.message.includes('\n');
const changed = (change: (bytes: Uint8Array<ArrayBuffer>) => void) => {
  const bytes = new Uint8Array(GOLDEN_FILE);
  change(bytes);
  return bytes;
};

test('the golden file decodes to what was written', async () => {
  const { manifest, tensors } = await verifyArtifact(GOLDEN_FILE, { ...trusted, hash: GOLDEN_HASH });
  const { tensors: table, ...rest } = manifest;
  assert.deepEqual(rest, GOLDEN_MANIFEST);
  assert.deepEqual(tensors, new Map([...GOLDEN_TENSORS].map(([name, { data }]) => [name, data])));
  assert.deepEqual(table.map(({ offset, bytes }) => [offset, bytes]), [[0, 19], [64, 12], [128, 8], [192, 8], [256, 3], [320, 3]]);
});

test('the encoder writes the golden file again, byte for byte', async () => {
  const signature = GOLDEN_FILE.subarray(-64);
  let covered = 0;
  const file = await encodeArtifact(GOLDEN_MANIFEST, GOLDEN_TENSORS, async (bytes) => {
    covered = bytes.length;
    return signature;
  });
  assert.deepEqual(Buffer.from(file), GOLDEN_FILE);
  assert.equal(covered, GOLDEN_FILE.length - 64, 'the signature covers everything before it');
});

test('a reader written from the specification alone agrees', async () => {
  const independent = decodeIndependently(GOLDEN_FILE, GOLDEN_KEY);
  const { manifest, tensors } = decodeArtifact(GOLDEN_FILE);
  assert.deepEqual(independent.manifest, manifest);
  assert.deepEqual(independent.tensors, Object.fromEntries([...tensors].map(([name, data]) => [name, Array.from<number | string>(data)])));
  assert.equal(independent.sha256, GOLDEN_HASH);
  assert.equal(await hashArtifact(GOLDEN_FILE, subtle), GOLDEN_HASH);

  const fresh = Buffer.from(await encodeArtifact({ ...GOLDEN_MANIFEST, shop: 'café.example' }, new Map(), signGolden));
  assert.equal(decodeIndependently(fresh, GOLDEN_KEY).manifest.shop, 'café.example');
});

test('a reader written from the specification alone finds the same model', async () => {
  const items = itemsIndependently(decodeIndependently(GOLDEN_MODEL, GOLDEN_KEY));
  const { itemIds, table, tableScale, neighbours: { count, row, weight }, attributes, config } = loadRecommendation(await verifyArtifact(GOLDEN_MODEL, trusted));
  assert.equal(items.length, 301);
  assert.deepEqual(items, itemIds.map((id, item) => ({
    id,
    vector: Array.from(table.subarray(item * config.dim, (item + 1) * config.dim), (step) => step * tableScale),
    companions: Array.from({ length: count }, (_, k) => item * count + k).filter((at) => weight[at] > 0).map((at) => [row[at], weight[at]]),
    facets: Array.from(attributes!.facet.subarray(attributes!.start[item], attributes!.start[item + 1]), (facet) => attributes!.facets[facet]),
  })));
  assert.deepEqual([items[0].facets, items[299].facets], [['tShoes', 'gsummer', 'gsale', 'gtag0'], []]);
});

test('docs/artifact.md shows this file', () => {
  const document = readFileSync(new URL('../../docs/artifact.md', import.meta.url), 'utf8');
  const shown = /```hexdump\n(.*?)```/s.exec(document)?.[1];
  assert.equal(shown, annotatedHexdump(GOLDEN_FILE), 'replace the hexdump block of docs/artifact.md by the expected text');
});

test('docs/artifact.md lists the tensors of the recommendation family with their shapes', () => {
  const document = readFileSync(new URL('../../docs/artifact.md', import.meta.url), 'utf8');
  const section = document.slice(document.indexOf('### The family `recommendation`'), document.indexOf('### A catalogue in parts'));
  const rows = [...section.matchAll(/^\| (`[a-z_]+`(?:, `[a-z_]+`)*) \| [^|]+ \| \[([^\]]+)\]/gm)].flatMap(([, names, shape]) =>
    [...names.matchAll(/`([a-z_]+)`/g)].map(([, name]) => [name, shape] as const));
  const sizes: Record<string, number> = { N: 7, d: 5, '2d': 10 };
  const listed = new Map(rows.map(([name, shape]) => [name, shape.split(', ').map((size) => sizes[size] ?? Number(size))]));
  assert.deepEqual(listed, new Map([['items', [7]], ...paramShapes({ items: 7, dim: 5 })]));
});

test('every flipped bit is refused', async () => {
  const file = new Uint8Array(GOLDEN_FILE);
  for (let bit = 0; bit < file.length * 8; bit++) {
    file[bit >> 3] ^= 1 << (bit & 7);
    await assert.rejects(verifyArtifact(file, trusted), refused('artifact_corrupt', 'artifact_version', 'artifact_signature'), `bit ${bit}`);
    file[bit >> 3] ^= 1 << (bit & 7);
  }
  await verifyArtifact(file, trusted);
});

test('every truncation and every extension is refused as corrupt', async () => {
  for (let length = 0; length < GOLDEN_FILE.length; length++) {
    await assert.rejects(verifyArtifact(GOLDEN_FILE.subarray(0, length), trusted), refused('artifact_corrupt'), `${length} bytes`);
    assert.throws(() => decodeArtifact(new Uint8Array(GOLDEN_FILE.subarray(0, length))), refused('artifact_corrupt'));
  }
  const longer = new Uint8Array(GOLDEN_FILE.length + 1);
  longer.set(GOLDEN_FILE);
  await assert.rejects(verifyArtifact(longer, trusted), refused('artifact_corrupt'));
});

test('another file, hash, version, key or shop is refused, each by its own code', async () => {
  const other = await subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify']);
  const otherKey = formatPublishableKey(new Uint8Array(await subtle.exportKey('raw', other.publicKey)));
  const web = new TextEncoder().encode('<!doctype html><title>404</title>'.padEnd(400));
  await assert.rejects(verifyArtifact(web, trusted), /not a Vitrine artifact/);
  await assert.rejects(verifyArtifact(GOLDEN_FILE, { ...trusted, hash: GOLDEN_HASH.replace(/^./, '0') }), refused('artifact_corrupt'));
  await assert.rejects(verifyArtifact(changed((bytes) => (bytes[4] = 3)), trusted), { code: 'artifact_version', message: /format 3 .* update the SDK/ });
  await assert.rejects(verifyArtifact(changed((bytes) => (bytes[4] = 0)), trusted), { code: 'artifact_version', message: /format 0 .* train and publish again/ });
  await assert.rejects(verifyArtifact(OLD_FILE, trusted), { code: 'artifact_version', message: /format 1 .* train and publish again/ });
  await assert.rejects(verifyArtifact(GOLDEN_FILE, { ...trusted, publicKey: otherKey }), refused('artifact_signature'));
  await assert.rejects(verifyArtifact(GOLDEN_FILE, { ...trusted, shop: 'other.myshopify.com' }), refused('artifact_shop'));
});

test('a signature over malformed content does not make it readable', async () => {
  const body = changed((bytes) => (bytes[64 + 2] = 0xff)).subarray(0, -64);
  const file = new Uint8Array([...body, ...(await signGolden(Uint8Array.from(body)))]);
  await assert.rejects(verifyArtifact(file, trusted), { code: 'artifact_corrupt', message: /content cannot be read/ });
});

test('a publishable key that is no point of the curve is a configuration error', async () => {
  const offCurve = formatPublishableKey(Uint8Array.of(4, ...new Uint8Array(64).fill(1)));
  await assert.rejects(verifyArtifact(GOLDEN_FILE, { ...trusted, publicKey: offCurve }), refused('bad_config'));
  await assert.rejects(verifyArtifact(GOLDEN_FILE, { ...trusted, publicKey: 'pk_demo' }), refused('bad_config'));
});

test('without Web Crypto nothing is accepted', async () => {
  await assert.rejects(verifyArtifact(GOLDEN_FILE, { ...trusted, subtle: undefined }), { code: 'bad_config', message: /HTTPS/ });
});
