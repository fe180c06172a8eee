/** Share of the slots in use at which the table doubles. */
const FULL = 0.6;
const WORDS = 4;

/**
 * Numbers keys from 0 by first appearance, in 20 bytes a slot: a million visits in a Map would take a hundred megabytes,
 * and longer to collect. Of a key only 128 bits of hash are kept; two of ten million keys share theirs with a chance of
 * one in 10²⁴.
 */
export class KeyNumbers {
  #size = 0;
  #hashes = new Uint32Array(WORDS * 1024);
  /** Number + 1; 0 is a free slot. */
  #numbers = new Int32Array(1024);
  readonly #hash = new Uint32Array(WORDS);

  get size(): number {
    return this.#size;
  }

  numberOf(key: string): number {
    if (this.#size >= this.#numbers.length * FULL) this.#grow();
    const hash = hash128(key, this.#hash);
    const slot = this.#slotOf(hash, 0);
    if (this.#numbers[slot] === 0) {
      this.#hashes.set(hash, slot * WORDS);
      this.#numbers[slot] = ++this.#size;
    }
    return this.#numbers[slot] - 1;
  }

  /** The slot that holds the hash at `from`, or the free one where it belongs. */
  #slotOf(hash: Uint32Array, from: number): number {
    const last = this.#numbers.length - 1;
    for (let slot = hash[from] & last; ; slot = (slot + 1) & last) {
      if (this.#numbers[slot] === 0) return slot;
      const at = slot * WORDS;
      if (this.#hashes[at] === hash[from] && this.#hashes[at + 1] === hash[from + 1] && this.#hashes[at + 2] === hash[from + 2] && this.#hashes[at + 3] === hash[from + 3]) return slot;
    }
  }

  #grow(): void {
    const [hashes, numbers] = [this.#hashes, this.#numbers];
    this.#hashes = new Uint32Array(hashes.length * 2);
    this.#numbers = new Int32Array(numbers.length * 2);
    for (let slot = 0; slot < numbers.length; slot++) {
      if (numbers[slot] === 0) continue;
      const to = this.#slotOf(hashes, slot * WORDS);
      this.#hashes.set(hashes.subarray(slot * WORDS, (slot + 1) * WORDS), to * WORDS);
      this.#numbers[to] = numbers[slot];
    }
  }
}

/** Four multiplicative hashes of the code units, each with a multiplier and a rotation of its own, mixed at the end. */
function hash128(key: string, into: Uint32Array): Uint32Array {
  let [a, b, c, d] = [0x9e3779b9 ^ key.length, 0x243f6a88, 0xb7e15162, 0x6a09e667];
  for (let i = 0; i < key.length; i++) {
    const unit = key.charCodeAt(i);
    a = Math.imul(a ^ unit, 0x85ebca6b);
    b = Math.imul(b ^ unit, 0xc2b2ae35);
    c = Math.imul(c ^ unit, 0x27d4eb2f);
    d = Math.imul(d ^ unit, 0x165667b1);
    a = (a << 13) | (a >>> 19);
    b = (b << 15) | (b >>> 17);
    c = (c << 17) | (c >>> 15);
    d = (d << 11) | (d >>> 21);
  }
  into[0] = spread(a + b + c + d);
  into[1] = spread(b + into[0]);
  into[2] = spread(c + into[1]);
  into[3] = spread(d + into[2]);
  return into;
}

function spread(value: number): number {
  let mixed = value | 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
