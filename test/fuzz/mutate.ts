/** Numbers in [0, 1). */
export type Random = () => number;

const pick = <T>(random: Random, list: readonly T[]): T => list[Math.floor(random() * list.length)];

/** Values that have broken programs before. */
const STRANGE: readonly unknown[] = [
  null, true, false, 0, -0, -1, 1e-7, 1.5, 2 ** 31, -(2 ** 31) - 1, 2 ** 53, 1e21, 1e300, -1e300, '', ' ', '\0', 'a\0b', '\u2028', '\ud800', 'x\udfff', '\ufeff', '😀'.repeat(50), 'x'.repeat(300), 'x'.repeat(20_000),
  '__proto__', 'constructor', 'toString', 'NaN', 'Infinity', '-1', '1e999', '0x10', '12,5', '١٢', '9'.repeat(40), "' OR 1=1 --", '"; DROP TABLE events; --', '<script>alert(1)</script>', '../../etc/passwd', '%00', '%ff', '%',
  'javascript:alert(1)', 'http://169.254.169.254/', 'gid://shopify/Product/', 'gid://shopify/Product/9'.repeat(20), '2026-02-30T25:61:61Z', '-271821-04-20T00:00:00Z', '+275760-09-13T00:00:01Z', '0000-00-00', 8.64e15 + 1,
  [], {}, [[]], [null], { length: -1 }, { length: 1e9 }, { __proto__: null, toString: 1 }, { then: 1 }, { toJSON: 1 }, JSON.parse('{"__proto__":{"polluted":1}}'),
];

const strange = (random: Random): unknown => structuredClone(pick(random, STRANGE));

/** Deep enough to exhaust a stack that follows it. */
const deep = (levels: number): unknown => { let value: unknown = 1; for (let level = 0; level < levels; level++) value = level % 2 ? [value] : { a: value }; return value; };

/** A copy of a JSON value with one to three places changed: replaced, removed, added, repeated, swapped. */
export function mutateValue(random: Random, value: unknown): unknown {
  let copy = structuredClone(value);
  for (let times = 1 + Math.floor(random() * 3); times > 0; times--) copy = mutateOnce(random, copy);
  return copy;
}

function mutateOnce(random: Random, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || random() < 0.1) return random() < 0.03 ? deep(1_000) : strange(random);
  const keys = Object.keys(value);
  const key = pick(random, keys);
  const target = value as Record<string, unknown>;
  const way = random();
  if (keys.length > 0 && way < 0.6) set(target, key, mutateOnce(random, target[key]));
  else if (keys.length > 0 && way < 0.75) { if (Array.isArray(value)) value.splice(Number(key), 1); else delete target[key]; }
  else if (way < 0.9) {
    if (Array.isArray(value)) for (let times = random() < 0.1 ? 500 : 1; times > 0; times--) value.push(keys.length > 0 ? structuredClone(target[key]) : strange(random));
    else set(target, String(pick(random, ['', '__proto__', 'constructor', 'id', 'x'.repeat(500), '$1', '\0', 'length'])), strange(random));
  } else if (keys.length > 1) {
    const other = pick(random, keys);
    const held = target[key];
    set(target, key, target[other]);
    set(target, other, held);
  }
  return value;
}

const set = (target: object, key: string, value: unknown) => Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });

const PIECES = ['\0', '\r', '\n', '\r\n', '"', "'", ',', ';', '\t', '\\', '{', '}', '[', ']', ':', '"""', '\ufeff', '\u2028', '%', '%00', '%2e%2e/', '&', '=', '=1+1', '<', '>', '../', ' ', 'é', '\ud83d', '1e999', '-', '9'.repeat(30), 'x'.repeat(3_000), '__proto__', 'null', '$1', "' OR ''='", '['.repeat(9_000), '{"a":'.repeat(3_000)];

/** A text with some places changed: cut, repeated, inserted, exchanged. */
export function mutateText(random: Random, text: string): string {
  let out = text;
  for (let times = 1 + Math.floor(random() * 4); times > 0; times--) {
    const from = Math.floor(random() * (out.length + 1));
    const to = Math.min(out.length, from + Math.floor(random() ** 3 * 200));
    const way = random();
    if (way < 0.2) out = out.slice(0, from) + out.slice(to);
    else if (way < 0.3) out = out.slice(0, from);
    else if (way < 0.45) out = out.slice(0, to) + out.slice(from, to) + out.slice(to);
    else if (way < 0.8) out = out.slice(0, from) + pick(random, PIECES) + out.slice(random() < 0.5 ? from : to);
    else if (from < out.length) out = out.slice(0, from) + String.fromCharCode(Math.floor(random() ** 2 * 0x1_0000)) + out.slice(from + 1);
  }
  return out;
}

/** Bytes with some places changed: bits, whole numbers at their edges, cut, repeated. */
export function mutateBytes(random: Random, bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  let out = Uint8Array.from(bytes);
  for (let times = 1 + Math.floor(random() * 6); times > 0; times--) {
    const way = random();
    // Headers and manifests are at the beginning: half of the changes fall there.
    const at = Math.floor((random() < 0.5 ? Math.min(out.length, 1_500) : out.length) * random());
    if (way < 0.4 && out.length > 0) out[at] ^= 1 << Math.floor(random() * 8);
    else if (way < 0.6 && out.length > 0) out[at] = pick(random, [0, 1, 0x7f, 0x80, 0xff, 0x22, 0x2d, 0x39]);
    else if (way < 0.75 && out.length > at + 4) new DataView(out.buffer).setUint32(at, pick(random, [0, 1, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, out.length]), true);
    else if (way < 0.9) out = out.slice(0, at);
    else out = Uint8Array.from([...out.subarray(0, at), ...out.subarray(Math.max(0, at - 64), at), ...out.subarray(at)]);
  }
  return out;
}
