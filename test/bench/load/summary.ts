/** Times of a load, in milliseconds. */
export interface Summary {
  readonly answers: number;
  readonly seconds: number;
  readonly p50: number;
  readonly p99: number;
  readonly worst: number;
  /** Answers by status. */
  readonly statuses: Readonly<Record<string, number>>;
}

/** The value below which a share of the sorted values lies; NaN of none. */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  return sorted.length === 0 ? Number.NaN : sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

export function summarise(times: readonly number[], seconds: number, statuses: Readonly<Record<string, number>>): Summary {
  const sorted = Float64Array.from(times).sort();
  return { answers: times.length, seconds, p50: quantile(sorted, 0.5), p99: quantile(sorted, 0.99), worst: sorted.at(-1) ?? Number.NaN, statuses };
}
