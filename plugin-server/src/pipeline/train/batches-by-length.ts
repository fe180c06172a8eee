import { shuffle } from '../dataset/random.ts';
import type { Example } from './examples.ts';

/** Batches drawn at once to be sorted by length. */
const POOL = 12;

/**
 * Batches of examples of similar length: padding a few long histories to every batch would cost several times the work.
 * The batches of a pool come in random order, so that lengths do not follow each other.
 */
export function* batchesByLength(examples: Iterable<Example>, size: number, random: () => number): Generator<Example[]> {
  let pool: Example[] = [];
  const flush = function* () {
    pool.sort((a, b) => a.items.length - b.items.length);
    const batches = Array.from({ length: Math.ceil(pool.length / size) }, (_, i) => pool.slice(i * size, (i + 1) * size));
    pool = [];
    yield* shuffle(batches, random);
  };
  for (const example of examples) {
    pool.push(example);
    if (pool.length === size * POOL) yield* flush();
  }
  yield* flush();
}
