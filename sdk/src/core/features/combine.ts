import type { Row } from './row.ts';

export const OPERATIONS = ['column', 'sum', 'difference', 'product', 'ratio'] as const;
export type Operation = (typeof OPERATIONS)[number];

/** A number made of one or two columns. */
export interface Combination {
  readonly operation: Operation;
  /** Numbers of the columns; for `column` the second is not used. */
  readonly a: number;
  readonly b: number;
  /** For `ratio`: a / (|b| + floor), so that a zero below does not blow it up. Above 0. */
  readonly floor: number;
}

/** The number; NaN where a column of it is missing. */
export function combine({ operation, a, b, floor }: Combination, row: Row): number {
  const x = numberOf(row(a));
  if (operation === 'column') return x;
  const y = numberOf(row(b));
  switch (operation) {
    case 'sum': return x + y;
    case 'difference': return x - y;
    case 'product': return x * y;
    case 'ratio': return x / (Math.abs(y) + floor);
  }
}

const numberOf = (value: unknown): number => (typeof value === 'number' ? value : Number.NaN);
