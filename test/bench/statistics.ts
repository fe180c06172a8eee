/** Median; the mean of the two in the middle for an even count. */
export function median(values: readonly number[]): number {
  if (values.length === 0) return Number.NaN;
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

export interface Ratio {
  /** Median of the rounds' ratios. */
  readonly ratio: number;
  readonly least: number;
  readonly most: number;
}

/**
 * How many times as long `slow` took as `fast`: the ratio of the two medians of each round, then the median over rounds.
 * Both stood in the same round, seconds apart, so what slows the machine for a while slows both.
 *
 * @param slow measurements by round, the same rounds as `fast`
 */
export function ratioOfRounds(slow: readonly (readonly number[])[], fast: readonly (readonly number[])[]): Ratio {
  const ratios = slow.map((values, round) => median(values) / median(fast[round]));
  return { ratio: median(ratios), least: Math.min(...ratios), most: Math.max(...ratios) };
}
