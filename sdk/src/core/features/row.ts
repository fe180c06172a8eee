/** A value of one column: a number (NaN: missing) or a word (undefined: missing). */
export type Value = number | string | undefined;

/** The values of one row, by the number of the column. */
export type Row = (column: number) => Value;
