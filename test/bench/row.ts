/** One figure of a benchmark, e.g. { subject: "import", metric: "time", value: 12.3, unit: "s" }. */
export interface Row {
  readonly subject: string;
  readonly metric: string;
  readonly value: number;
  /** `×` is a ratio of two times of the same run, `points` a Lighthouse score of 100, `1` a count or a share. */
  readonly unit: 's' | 'ms' | 'B' | 'rows' | 'rows/s' | '×' | 'points' | '1';
}

export interface BenchOptions {
  /** A quick check that the benchmark works; its figures mean nothing. */
  readonly smoke?: boolean;
  /** One line about what is happening now. */
  readonly note: (line: string) => void;
}

/** What a benchmark hands back when it has more to say than figures. */
export interface Report {
  readonly rows: readonly Row[];
  /** Markdown for docs/benchmarks.md, printed in place of the plain table. */
  readonly markdown?: string;
  /** What the figures depend on beside the machine: browser, renderer, settings. */
  readonly setting?: Readonly<Record<string, string | number>>;
  /** Every measurement, for docs/benchmarks/NAME.json. */
  readonly raw?: unknown;
  /** Pictures for docs/images, by file name. */
  readonly images?: Readonly<Record<string, string>>;
}
