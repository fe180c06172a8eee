/** Lets through so many requests at once and so many a second for each key. Memory holds at most `most` keys. */
export class TokenBuckets {
  readonly #buckets = new Map<string, { tokens: number; at: number }>();
  readonly #capacity: number;
  readonly #perSecond: number;
  readonly #most: number;

  constructor(options: { capacity: number; perSecond: number; most?: number }) {
    this.#capacity = options.capacity;
    this.#perSecond = options.perSecond;
    this.#most = options.most ?? 50_000;
  }

  /** Takes one token: 0 when it may pass, else the seconds to wait. `now` in milliseconds. */
  take(key: string, now: number): number {
    const bucket = this.#buckets.get(key) ?? { tokens: this.#capacity, at: now };
    const tokens = Math.min(this.#capacity, bucket.tokens + (Math.max(0, now - bucket.at) / 1000) * this.#perSecond);
    const passes = tokens >= 1;
    // Moved to the end: the first is the one longest unused, and so the fullest.
    this.#buckets.delete(key);
    this.#buckets.set(key, { tokens: passes ? tokens - 1 : tokens, at: now });
    if (this.#buckets.size > this.#most) this.#buckets.delete(this.#buckets.keys().next().value!);
    return passes ? 0 : Math.ceil((1 - tokens) / this.#perSecond);
  }

  get size(): number {
    return this.#buckets.size;
  }
}
