/** Draws rows of the item table with probability ∝ (frequency + 1)^0.75 (Mikolov et al., 2013), in constant time. */
export interface CandidateSampler {
  /** Draws for one batch. */
  readonly draws: number;
  draw(): number;
  /** log of the chance that a row is drawn at least once in a batch, by row. */
  readonly logChance: Float32Array;
}

/**
 * Builds an alias table (Walker, 1977; Vose, 1991): each slot holds its own row up to a threshold and one other above it.
 * @param frequency occurrences of each row in the training groups
 */
export function createCandidateSampler(frequency: Float64Array, draws: number, random: () => number): CandidateSampler {
  const n = frequency.length;
  const weight = frequency.map((count) => (count + 1) ** 0.75);
  const total = weight.reduce((sum, entry) => sum + entry, 0);
  const logChance = Float32Array.from(weight, (entry) => Math.log(-Math.expm1(draws * Math.log1p(-entry / total))));

  const threshold = new Float64Array(n).fill(1);
  const alias = Int32Array.from({ length: n }, (_, row) => row);
  const left = weight.map((entry) => (entry / total) * n);
  const small: number[] = [];
  const large: number[] = [];
  left.forEach((entry, row) => (entry < 1 ? small : large).push(row));
  while (small.length > 0 && large.length > 0) {
    const below = small.pop()!;
    const above = large[large.length - 1];
    threshold[below] = left[below];
    alias[below] = above;
    left[above] -= 1 - left[below];
    if (left[above] < 1) small.push(large.pop()!);
  }

  return {
    draws, logChance,
    draw() {
      const at = random() * n;
      const slot = Math.floor(at);
      return at - slot < threshold[slot] ? slot : alias[slot];
    },
  };
}
