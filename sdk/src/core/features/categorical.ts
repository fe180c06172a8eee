import type { Row } from './row.ts';

/** A word as one entry a level; a level that training rows hardly held, or never, has none and is all zeros. */
export interface CategoricalFeature {
  readonly kind: 'categorical';
  readonly name: string;
  readonly column: number;
  /** The words that have an entry, in its order. A missing value is a level like others: the empty word. */
  readonly levels: readonly string[];
}

/** Entry of a row's word, or -1 where it has none. */
export function placeWord({ column, levels }: CategoricalFeature, row: Row): number {
  const value = row(column);
  return levels.indexOf(value === undefined ? '' : String(value));
}
