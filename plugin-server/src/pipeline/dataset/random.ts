/** Random numbers in [0, 1) from a seed: mulberry32. Small, quick, the same on every machine. */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/**
 * A seed for one part of a training (an epoch, a step of it), so that the random numbers of a step depend on where it
 * stands and not on what was drawn before: a training that goes on from a checkpoint draws what it would have drawn.
 */
export function streamSeed(seed: number, ...place: readonly number[]): number {
  let mixed = seed >>> 0;
  for (const part of place) {
    mixed = Math.imul(mixed ^ (part + 0x9e3779b9), 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    mixed ^= mixed >>> 16;
  }
  return mixed >>> 0;
}

/** Shuffles in place (Fisher and Yates). */
export function shuffle<T extends { length: number; [index: number]: number | object }>(list: T, random: () => number): T {
  for (let i = list.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [list[i], list[j]] = [list[j], list[i]];
  }
  return list;
}
