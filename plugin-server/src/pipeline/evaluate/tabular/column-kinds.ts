import { readNumber } from '../../ingest/read-number.ts';

/** How a column is read. `constant`, `id` and `text` say nothing that holds for a row not seen, and are left out. */
export type ColumnKind = 'number' | 'code' | 'word' | 'boolean' | 'constant' | 'id' | 'text';

/** A cell with one of these words is missing. */
const MISSING: ReadonlySet<string> = new Set(['', 'na', 'n/a', 'nan', 'null', '?']);
const BOOLEANS: readonly ReadonlySet<string>[] = [['true', 'false'], ['yes', 'no'], ['t', 'f'], ['y', 'n'], ['0', '1']].map((pair) => new Set(pair));

/** More levels than this are no code but a count or a measure. */
const MOST_CODES = 64;
/** Words of which nearly each row has its own. */
const MOST_DISTINCT = 0.5;

export function isMissing(cell: string): boolean {
  return MISSING.has(cell.trim().toLowerCase());
}

/**
 * Tells what a column holds from all its cells, labels apart.
 *
 * Whole numbers from 1 on without a gap are taken for codes (a browser's number): counts and measures nearly always hold a 0, a
 * fraction or a gap. Whole numbers that never repeat are an id.
 */
export function columnKind(cells: readonly string[]): ColumnKind {
  const distinct = new Set<string>();
  let missing = 0;
  for (const cell of cells) {
    if (isMissing(cell)) missing++;
    else distinct.add(cell.trim());
  }
  const present = cells.length - missing;
  if (distinct.size + (missing > 0 ? 1 : 0) < 2) return 'constant';
  const words = [...distinct];
  if (words.length <= 2 && BOOLEANS.some((pair) => words.every((word) => pair.has(word.toLowerCase())))) return 'boolean';
  const numbers = words.map(readNumber);
  if (numbers.some(Number.isNaN)) {
    if (words.length === present && present > 20) return 'id';
    return words.length > MOST_CODES && words.length > MOST_DISTINCT * present ? 'text' : 'word';
  }
  const whole = numbers.every(Number.isInteger);
  if (whole && words.length === present && present > 20) return 'id';
  const different = new Set(numbers);
  if (!whole || different.size > MOST_CODES) return 'number';
  return Math.min(...different) === 1 && Math.max(...different) === different.size ? 'code' : 'number';
}
