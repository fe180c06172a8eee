/**
 * Seeded pseudo-random numbers (sfc32). Everything the simulated shop draws comes from here, so that one seed means one shop.
 */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** Whole number in [0, n). */
  below(n: number): number;
  /** Standard normal. */
  normal(): number;
  /** True with probability `p`. */
  chance(p: number): boolean;
  pick<T>(items: readonly T[]): T;
  /** Position drawn with probability proportional to its weight. */
  weighted(weights: ArrayLike<number>): number;
  /** An independent stream, so that adding draws to one part does not change another. */
  fork(name: string): Random;
}

/** Hash of a text to 32 bits (FNV-1a with a final mix). */
export function hash32(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  return (h ^ (h >>> 13)) >>> 0;
}

/**
 * Creates a generator from a seed; a text and a number seed alike.
 *
 * @example
 * const random = createRandom(1);
 * random.next(); // the same on every machine
 */
export function createRandom(seed: number | string): Random {
  const name = String(seed);
  let a = hash32(name), b = hash32(`${name}/b`), c = hash32(`${name}/c`), d = 1;
  const next = (): number => {
    const t = (((a + b) | 0) + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + t | 0;
    return (t >>> 0) / 4294967296;
  };
  for (let i = 0; i < 12; i++) next();
  const below = (n: number): number => Math.floor(next() * n);
  return {
    next,
    below,
    // Box and Muller; 1 - u keeps the logarithm finite.
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
    chance: (p) => next() < p,
    pick: (items) => items[below(items.length)],
    weighted: (weights) => {
      let sum = 0;
      for (let i = 0; i < weights.length; i++) sum += weights[i];
      let u = next() * sum;
      for (let i = 0; i < weights.length - 1; i++) if ((u -= weights[i]) < 0) return i;
      return weights.length - 1;
    },
    fork: (part) => createRandom(`${name}/${part}`),
  };
}
