/** One figure of a benchmark, e.g. { subject: "import", metric: "time", value: 12.3, unit: "s" }. */
export interface Row {
  readonly subject: string;
  readonly metric: string;
  readonly value: number;
  readonly unit: 's' | 'B' | 'rows' | 'rows/s';
}

export interface BenchOptions {
  /** A quick check that the benchmark works; its figures mean nothing. */
  readonly smoke?: boolean;
  /** One line about what is happening now. */
  readonly note: (line: string) => void;
}
