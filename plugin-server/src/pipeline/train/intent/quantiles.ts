/**
 * Distinct quantiles of numbers at `count` + 1 even steps, least and largest included. NaN is left out.
 * @returns ascending; a single entry where all numbers are equal, none where there are none
 */
export function distinctQuantiles(values: Float64Array, count: number): number[] {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  const result: number[] = [];
  if (sorted.length === 0) return result;
  for (let i = 0; i <= count; i++) {
    const at = (i / count) * (sorted.length - 1);
    const [low, high] = [sorted[Math.floor(at)], sorted[Math.ceil(at)]];
    const value = low + (high - low) * (at - Math.floor(at));
    if (result.length === 0 || value > result.at(-1)!) result.push(value);
  }
  return result;
}

/** The middle number; NaN is left out, 0 where there is none. */
export function median(values: Float64Array): number {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  const half = sorted.length >> 1;
  if (sorted.length === 0) return 0;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}
