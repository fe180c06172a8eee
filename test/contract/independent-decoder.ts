import { createHash, createPublicKey, verify } from 'node:crypto';

/**
 * A second reader of the artifact format, written from docs/artifact.md alone and sharing no code with the SDK: when
 * the two disagree, either the specification or the SDK is wrong. It favours being obvious over being fast.
 */
export interface IndependentArtifact {
  readonly manifest: { readonly shop: string; readonly tensors: readonly Entry[]; readonly [field: string]: unknown };
  readonly tensors: Readonly<Record<string, readonly (number | string)[]>>;
  readonly sha256: string;
}

interface Entry {
  readonly name: string;
  readonly type: string;
  readonly shape: readonly number[];
  readonly offset: number;
  readonly bytes: number;
}

export function decodeIndependently(file: Buffer, publishableKey: string): IndependentArtifact {
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  const expect = (right: boolean, what: string) => {
    if (!right) throw new Error(what);
  };

  expect(file.length >= 128 && file.toString('latin1', 0, 4) === 'VTRN', 'magic');
  expect(view.getUint16(4, true) === 2, 'version');
  const manifestBytes = view.getUint32(8, true);
  const sectionBytes = view.getUint32(12, true);
  let start = 64 + manifestBytes;
  while (start % 64 !== 0) start++;
  const end = start + sectionBytes;
  expect(file.length === end + 64, 'length');

  const point = Buffer.from(publishableKey.slice(3), 'base64url');
  const key = createPublicKey({
    format: 'jwk',
    key: { kty: 'EC', crv: 'P-256', x: point.toString('base64url', 1, 33), y: point.toString('base64url', 33, 65) },
  });
  expect(verify('sha256', file.subarray(0, end), { key, dsaEncoding: 'ieee-p1363' }, file.subarray(end)), 'signature');

  const meaningless = [...file.subarray(6, 8), ...file.subarray(16, 64), ...file.subarray(64 + manifestBytes, start)];
  const manifest = JSON.parse(file.toString('utf8', 64, 64 + manifestBytes));
  const tensors: Record<string, (number | string)[]> = {};
  let next = 0;
  for (const { name, type, shape, offset, bytes } of manifest.tensors as Entry[]) {
    expect(offset === next, `${name}: offset`);
    const elements = shape.reduce((a, b) => a * b, 1);
    const at = start + offset;
    if (type === 'utf8') {
      const text = file.toString('utf8', at, at + bytes);
      tensors[name] = elements === 0 ? [] : text.split('\n');
    } else if (type === 'int4') {
      expect(bytes === Math.floor((elements + 1) / 2), `${name}: bytes`);
      const halves = [...file.subarray(at, at + bytes)].flatMap((byte) => [Math.floor(byte / 16), byte % 16]);
      meaningless.push(...halves.slice(elements));
      tensors[name] = halves.slice(0, elements).map((half) => half - 8);
    } else {
      const width = type === 'int8' || type === 'uint8' ? 1 : 4;
      const read = {
        int8: (i: number) => view.getInt8(at + i),
        uint8: (i: number) => view.getUint8(at + i),
        int32: (i: number) => view.getInt32(at + 4 * i, true),
        float32: (i: number) => view.getFloat32(at + 4 * i, true),
      }[type];
      expect(read !== undefined && bytes === elements * width, `${name}: bytes`);
      tensors[name] = Array.from({ length: elements }, (_, i) => read!(i));
    }
    next = offset + bytes;
    while (next % 64 !== 0) meaningless.push(file[start + next++]);
  }
  expect(next === sectionBytes, 'tensor section');
  expect(meaningless.every((byte) => byte === 0), 'padding');
  return { manifest, tensors, sha256: createHash('sha256').update(file).digest('hex') };
}

/** What the tensors of the family `recommendation` say of each item, read from docs/artifact.md alone. */
export interface IndependentItem {
  readonly id: string;
  /** Real values. */
  readonly vector: readonly number[];
  readonly companions: readonly (readonly [row: number, weight: number])[];
  readonly facets: readonly string[];
}

export function itemsIndependently({ manifest, tensors }: IndependentArtifact): IndependentItem[] {
  const { items: n, dim: d } = manifest.config as { items: number; dim: number };
  const entry = (name: string) => manifest.tensors.find((tensor) => tensor.name === name) as (Entry & { scale?: number }) | undefined;
  const numbers = (name: string) => tensors[name] as readonly number[];
  /** Number `at` of a list stored as planes of bytes. */
  const planes = (name: string, at: number) => {
    const [count, length] = entry(name)!.shape;
    let value = 0;
    for (let plane = count - 1; plane >= 0; plane--) value = value * 256 + numbers(name)[plane * length + at];
    return value;
  };
  const table = entry('item_table')!;
  const vectors = Array.from({ length: n }, (_, row) => Array.from({ length: d }, (_, j) =>
    numbers('item_table')[table.type === 'int4' ? j * n + row : row * d + j] * table.scale!));

  const companions: [number, number][][] = [];
  let at = 0;
  for (let row = 0; row < n; row++) {
    const list: [number, number][] = [];
    for (let k = 0; k < (tensors.neighbour_count ? numbers('neighbour_count')[row] : 0); k++, at++) {
      const before = list.at(-1)?.[0];
      list.push([planes('neighbours', at) + (before === undefined ? 0 : before + 1), numbers('neighbour_levels')[numbers('neighbour_weight')[at] + 8]]);
    }
    companions.push(list);
  }

  const facets = Array.from({ length: n }, (): string[] => []);
  if (tensors.facets) {
    let next = 0;
    for (let slot = 0; slot < 255; slot++) {
      for (let row = 0; row < n; row++) if (numbers('facet_count')[row] > slot) facets[row].push(tensors.facets[planes('item_facets', next++)] as string);
    }
  }
  return vectors.map((vector, row) => ({ id: tensors.items[row] as string, vector, companions: companions[row], facets: facets[row] }));
}
