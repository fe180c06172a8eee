/** A 64-bit hash as two halves. */
export interface Hash64 {
  low: number;
  high: number;
}

/**
 * Hashes a record's fields (two multiplicative hashes with different seeds, mixed at the end). For telling records
 * apart, not for secrets: among ten million different records the chance of one false match is about 3 in a million.
 */
export function hashFields(fields: readonly string[], into: Hash64 = { low: 0, high: 0 }): Hash64 {
  let a = 0x9e3779b1;
  let b = 0x85ebca6b;
  for (const field of fields) {
    for (let at = 0; at < field.length; at++) {
      const code = field.charCodeAt(at);
      a = Math.imul(a ^ code, 2654435761);
      b = Math.imul(b ^ code, 1597334677);
    }
    // The field's end, or ["a", "b"] would equal ["ab", ""].
    a = Math.imul(a ^ 0x1f00, 2654435761);
    b = Math.imul(b ^ 0x1f00, 1597334677);
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  into.low = a >>> 0;
  into.high = b >>> 0;
  return into;
}

/** The hash as 16 hexadecimal digits. */
export function hexHash(fields: readonly string[]): string {
  const { low, high } = hashFields(fields);
  return high.toString(16).padStart(8, '0') + low.toString(16).padStart(8, '0');
}

/** A set of records by their 64-bit hash: open addressing in two flat arrays, at most 16 bytes a record. */
export class RecordSet {
  #low = new Uint32Array(1 << 12);
  #high = new Uint32Array(1 << 12);
  #size = 0;
  readonly #hash: Hash64 = { low: 0, high: 0 };

  /** Adds a record; false if an equal one is there already. */
  add(fields: readonly string[]): boolean {
    hashFields(fields, this.#hash);
    if (this.#hash.low === 0 && this.#hash.high === 0) this.#hash.low = 1; // all zero marks a free place
    if (this.#size * 2 >= this.#low.length) this.#grow();
    if (!this.#place(this.#hash.low, this.#hash.high)) return false;
    this.#size++;
    return true;
  }

  #place(low: number, high: number): boolean {
    const mask = this.#low.length - 1;
    for (let at = low & mask; ; at = (at + 1) & mask) {
      if (this.#low[at] === 0 && this.#high[at] === 0) {
        this.#low[at] = low;
        this.#high[at] = high;
        return true;
      }
      if (this.#low[at] === low && this.#high[at] === high) return false;
    }
  }

  #grow(): void {
    const low = this.#low;
    const high = this.#high;
    this.#low = new Uint32Array(low.length * 2);
    this.#high = new Uint32Array(low.length * 2);
    for (let at = 0; at < low.length; at++) if (low[at] !== 0 || high[at] !== 0) this.#place(low[at], high[at]);
  }
}
