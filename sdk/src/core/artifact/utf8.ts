import { fail } from '../check.ts';

// The contract compiles without DOM and Node, so it has no TextEncoder or TextDecoder; and a strict decoder of its own
// refuses what is not UTF-8 in the same way everywhere.

/** UTF-8 bytes of a text; a lone surrogate becomes U+FFFD, as in TextEncoder. */
export function encodeUtf8(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length * 3); // at most 3 bytes for each UTF-16 unit
  let end = 0;
  for (let i = 0; i < text.length; i++) {
    let point = text.codePointAt(i)!;
    if (point > 0xffff) i++;
    else if (point >= 0xd800 && point <= 0xdfff) point = 0xfffd;
    if (point < 0x80) bytes[end++] = point;
    else {
      const tail = point < 0x800 ? 1 : point < 0x10000 ? 2 : 3;
      bytes[end++] = [0, 0xc0, 0xe0, 0xf0][tail] | (point >> (6 * tail));
      for (let shift = 6 * (tail - 1); shift >= 0; shift -= 6) bytes[end++] = 0x80 | ((point >> shift) & 0x3f);
    }
  }
  return bytes.slice(0, end);
}

/** Longest run of UTF-16 units given to String.fromCharCode at once: far below every engine's argument limit. */
const RUN = 8192;
/** Smallest code point that needs 1, 2, 3 continuation bytes: a smaller one is an overlong form. */
const LEAST = [0, 0x80, 0x800, 0x10000];

/**
 * Strict: overlong forms, surrogates and cut-off sequences are refused.
 *
 * @param path names the bytes in the message, e.g. "manifest"
 * @throws VitrineError `bad_input`
 */
export function decodeUtf8(bytes: Uint8Array, path: string): string {
  const refuse = (at: number): never => fail(`${path}, byte ${at}`, 'be UTF-8');
  let text = '';
  let units: number[] = [];
  for (let i = 0; i < bytes.length; ) {
    const first = bytes[i];
    const tail = first < 0x80 ? 0 : first >> 5 === 6 ? 1 : first >> 4 === 14 ? 2 : first >> 3 === 30 ? 3 : -1;
    if (tail < 0) refuse(i);
    let point = tail === 0 ? first : first & (0x3f >> tail);
    for (let t = 1; t <= tail; t++) {
      if (bytes[i + t] >> 6 !== 2) refuse(i); // also past the end, where `undefined >> 6` is 0
      point = (point << 6) | (bytes[i + t] & 0x3f);
    }
    if (point < LEAST[tail] || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) refuse(i);
    if (point > 0xffff) units.push(0xd7c0 + (point >> 10), 0xdc00 | (point & 0x3ff));
    else units.push(point);
    i += tail + 1;
    if (units.length >= RUN) {
      text += String.fromCharCode(...units);
      units = [];
    }
  }
  return text + String.fromCharCode(...units);
}
