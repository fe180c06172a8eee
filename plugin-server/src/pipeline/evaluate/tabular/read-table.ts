import { VitrineError } from '@vitrine/sdk/core';
import { openSource } from '../../ingest/open-source.ts';
import { readCsv, readHeader, shorten } from '../../ingest/read-csv.ts';
import { readNumber } from '../../ingest/read-number.ts';
import { TimeReader } from '../../ingest/read-time.ts';
import { type ColumnKind, columnKind, isMissing } from './column-kinds.ts';
import type { Table, TableColumn } from './table.ts';

export interface ReadTableOptions {
  /** Name of the column to predict. */
  readonly label: string;
  /** Names of columns that are not learned from. */
  readonly drop?: readonly string[];
  /** Name of the column with the row's time; it is not learned from. */
  readonly time?: string;
  readonly signal?: AbortSignal;
  /** Called with the share read. */
  readonly onProgress?: (share: number) => void;
}

export interface ReadTable {
  readonly name: string;
  readonly table: Table;
  /** What was found in each column, in the file's order. */
  readonly kinds: readonly { readonly name: string; readonly kind: ColumnKind; readonly missing: number }[];
}

/** Words for yes; of two other words the rarer is yes. */
const YES: ReadonlySet<string> = new Set(['1', 'true', 'yes', 't', 'y', '1.0']);

/**
 * Reads a file with a header line, plain or gzip, separated by comma, semicolon, tab or bar.
 * @throws VitrineError `bad_input` for a file that is none, a column that is not there, or a label that is not one of two words;
 *   `not_enough_data`; `cancelled`
 */
export async function readTable(path: string, options: ReadTableOptions): Promise<ReadTable> {
  const source = await openSource(path);
  let header;
  try {
    header = readHeader(source);
    checkNames(source.name, header.columns, options);
  } catch (error) {
    source.close();
    throw error;
  }
  const { columns } = header;
  const cells: string[][] = columns.map(() => []);
  const known = columns.map(() => new Map<string, string>()); // one copy of each word
  await readCsv(source, header, (fields) => {
    for (let at = 0; at < columns.length; at++) {
      const word = known[at].get(fields[at]) ?? fields[at];
      if (known[at].size < 10_000) known[at].set(word, word);
      cells[at].push(word);
    }
  }, {
    onChunk: () => {
      if (options.signal?.aborted) throw new VitrineError('cancelled', 'Reading was stopped.');
      options.onProgress?.(source.bytesRead() / source.size);
    },
  });

  const { labels, positive } = readLabels(source.name, options.label, cells[columns.indexOf(options.label)]);
  const left = new Set([options.label, options.time, ...(options.drop ?? [])]);
  const kinds = columns.flatMap((name, at) => (left.has(name) ? [] : [{ name, at, kind: columnKind(cells[at]), missing: cells[at].filter(isMissing).length }]));
  const learned = kinds.flatMap(({ name, at, kind }): TableColumn[] => {
    if (kind === 'constant' || kind === 'id' || kind === 'text') return [];
    if (kind === 'number') return [{ kind: 'numeric', name, values: Float64Array.from(cells[at], (cell) => (isMissing(cell) ? Number.NaN : readNumber(cell))) }];
    return [{ kind: 'categorical', name, values: cells[at].map((cell) => (isMissing(cell) ? undefined : cell.trim())) }];
  });
  if (learned.length === 0) throw new VitrineError('bad_input', `${source.name}: no column is left to learn from beside "${options.label}".`);
  const times = options.time === undefined ? undefined : readTimes(source.name, options.time, cells[columns.indexOf(options.time)]);
  return { name: source.name, table: { columns: learned, labels, positive, times }, kinds: kinds.map(({ name, kind, missing }) => ({ name, kind, missing })) };
}

function checkNames(file: string, columns: readonly string[], { label, drop = [], time }: ReadTableOptions): void {
  const twice = columns.find((name, at) => columns.indexOf(name) !== at);
  if (twice !== undefined) throw new VitrineError('bad_input', `${file}, line 1: two columns are called "${shorten(twice)}". Rename one.`);
  for (const [option, name] of [['label', label], ...drop.map((dropped) => ['drop', dropped]), ...(time === undefined ? [] : [['time', time]])]) {
    if (!columns.includes(name)) throw new VitrineError('bad_input', `${file}: there is no column "${shorten(name)}" (--${option}). The columns are ${shorten(columns.join(', '), 200)}.`);
  }
  if (label === time || drop.includes(label)) throw new VitrineError('bad_usage', `--label ${label} cannot be ${label === time ? 'the time' : 'dropped'} as well.`);
}

function readLabels(file: string, label: string, cells: readonly string[]): { labels: Uint8Array; positive: string } {
  const counts = new Map<string, number>();
  for (const [row, cell] of cells.entries()) {
    if (isMissing(cell)) throw new VitrineError('bad_input', `${file}: record ${row + 1} has no value in "${label}". Every row must say what happened.`);
    const word = cell.trim();
    counts.set(word, (counts.get(word) ?? 0) + 1);
    if (counts.size > 2) throw new VitrineError('bad_input', `${file}: "${label}" has more than two values (${[...counts.keys()].map((found) => `"${shorten(found, 20)}"`).join(', ')}, …). Give a column with yes and no.`);
  }
  if (counts.size < 2) throw new VitrineError('bad_input', `${file}: "${label}" must have two values, but has ${counts.size === 0 ? 'none: there are no rows' : `only "${shorten([...counts.keys()][0], 20)}"`}.`);
  const byCount = [...counts].sort((a, b) => a[1] - b[1]);
  const positive = (byCount.find(([word]) => YES.has(word.toLowerCase())) ?? byCount[0])[0];
  return { labels: Uint8Array.from(cells, (cell) => (cell.trim() === positive ? 1 : 0)), positive };
}

/** Numbers are times in any unit; else what the importer reads as one. */
function readTimes(file: string, name: string, cells: readonly string[]): Float64Array {
  const numbers = Float64Array.from(cells, (cell) => (isMissing(cell) ? Number.NaN : readNumber(cell)));
  if (numbers.every(Number.isFinite)) return numbers;
  const reader = new TimeReader(file);
  const read = cells.map((cell, row) => {
    const time = reader.read(cell, row + 2);
    if (!time) throw new VitrineError('bad_input', `${file}: record ${row + 1} has no time in "${name}" ("${shorten(cell, 30)}"). Write times as 2024-12-25 10:00.`);
    return time;
  });
  const order = reader.dayOrder();
  return Float64Array.from(read, (time) => time[order]);
}
