import type { Row } from '@vitrine/sdk/core';

/** A column of numbers; NaN where one is missing. */
export interface NumberColumn {
  readonly kind: 'numeric';
  readonly name: string;
  readonly values: Float64Array;
}

/** A column of words; undefined where one is missing. */
export interface WordColumn {
  readonly kind: 'categorical';
  readonly name: string;
  readonly values: readonly (string | undefined)[];
}

export type TableColumn = NumberColumn | WordColumn;

/** What a model may learn from, and what it should say. */
export interface Table {
  readonly columns: readonly TableColumn[];
  /** 1 yes, 0 no. */
  readonly labels: Uint8Array;
  /** The label's word for yes. */
  readonly positive: string;
  /** Milliseconds since 1970, where the rows have a time. */
  readonly times?: Float64Array;
}

/** The values of one row. */
export function rowOf({ columns }: Pick<Table, 'columns'>, row: number): Row {
  return (column) => columns[column].values[row];
}
