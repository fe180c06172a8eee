import { createRandom, shuffle } from '../../dataset/random.ts';

/** Rows that are learned from, and rows that are predicted. */
export interface Fold {
  readonly training: Uint32Array;
  readonly test: Uint32Array;
}

/**
 * Cuts rows into parts with the same share of yes: the rows of each label are shuffled by the seed and dealt out in turn,
 * those of the second label going on where those of the first ended. Each row is in one part, rising.
 */
export function stratifiedParts(labels: ArrayLike<number>, rows: ArrayLike<number>, count: number, seed: number): Uint32Array[] {
  const random = createRandom(seed);
  const parts: number[][] = Array.from({ length: count }, () => []);
  let next = 0;
  for (const label of [1, 0]) {
    const own = shuffle(Array.from(rows).filter((row) => labels[row] === label), random);
    for (const row of own) parts[next++ % count].push(row);
  }
  return parts.map((part) => Uint32Array.from(part).sort());
}

/** Each part is the test of one fold. */
export function stratifiedFolds(labels: ArrayLike<number>, count: number, seed: number): Fold[] {
  const parts = stratifiedParts(labels, Uint32Array.from({ length: labels.length }, (_, row) => row), count, seed);
  return parts.map((test, at) => ({ test, training: others(parts, at) }));
}

/** All parts but one, rising. */
export function others(parts: readonly Uint32Array[], at: number): Uint32Array {
  return Uint32Array.from(parts.flatMap((part, index) => (index === at ? [] : [...part]))).sort();
}

/**
 * Rows by time, cut into count + 1 blocks: fold k learns from the first k + 1 blocks and is tested on the one after. Rows of the
 * same moment stay together, so a test lies wholly after what was learned.
 * @param times milliseconds since 1970
 */
export function timeFolds(times: Float64Array, count: number): Fold[] {
  const order = Uint32Array.from({ length: times.length }, (_, row) => row).sort((a, b) => times[a] - times[b] || a - b);
  const cut = (block: number): number => {
    let at = Math.round((block * order.length) / (count + 1));
    while (at > 0 && at < order.length && times[order[at]] === times[order[at - 1]]) at++;
    return at;
  };
  return Array.from({ length: count }, (_, fold) => ({ training: order.slice(0, cut(fold + 1)), test: order.slice(cut(fold + 1), cut(fold + 2)) }));
}
