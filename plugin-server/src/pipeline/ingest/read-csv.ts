import { once } from 'node:events';
import { VitrineError } from '@vitrine/sdk/core';
import { CsvError, Parser } from 'csv-parse';
import { parse } from 'csv-parse/sync';
import type { Source } from './open-source.ts';

/** No record of a real shop is near this; a quote that never closes is. */
export const MAX_RECORD_BYTES = 1_048_576;

const DELIMITERS = new Map([[',', 'comma'], [';', 'semicolon'], ['\t', 'tab'], ['|', 'bar']]);

export interface CsvHeader {
  readonly columns: readonly string[];
  readonly delimiter: string;
}

/**
 * Reads the header and tells the delimiter: of comma, semicolon, tab and bar, the one that cuts the first line into
 * the most columns.
 *
 * @throws VitrineError `bad_input` when there is only one column
 */
export function readHeader(source: Source): CsvHeader {
  const newline = source.head.search(/[\r\n]/);
  if (newline < 0 && !source.headIsAll) {
    throw new VitrineError('bad_input', `${source.name}, line 1: longer than 64 KiB, so this is not a header. Give a CSV file with a header line.`);
  }
  const line = newline < 0 ? source.head : source.head.slice(0, newline);
  let best: CsvHeader = { columns: [line.trim()], delimiter: ',' };
  for (const delimiter of DELIMITERS.keys()) {
    try {
      const [columns = []] = parse(line, { delimiter }) as string[][];
      if (columns.length > best.columns.length) best = { columns: columns.map((name) => name.trim()), delimiter };
    } catch {
      // Quotes that do not fit this delimiter: not the one.
    }
  }
  if (best.columns.length < 2) {
    throw new VitrineError('bad_input', `${source.name}, line 1: found no columns in "${shorten(line)}". Separate them by comma, semicolon, tab or |, and name them in the first line.`);
  }
  return best;
}

/** Handles one record; `line` is where it starts, counted from 1. */
export type OnRecord = (fields: readonly string[], line: number) => void;

/**
 * Streams the records after the header. Memory is one record and one chunk. Every record must have the header's number
 * of columns, quotes must close, and no record may be longer than {@link MAX_RECORD_BYTES}.
 *
 * @param options.onChunk called after each chunk: for progress, and to stop by throwing
 * @throws VitrineError `bad_input` with the line
 */
export async function readCsv(
  source: Source, header: CsvHeader, onRecord: OnRecord, options: { readonly onChunk?: () => void } = {},
): Promise<void> {
  let lastLine = 0;
  let headerSeen = false;
  const parser = new Parser({
    delimiter: header.delimiter,
    skip_empty_lines: true,
    max_record_size: MAX_RECORD_BYTES,
    // Records are handled here and not passed on: an object stream of half a million rows costs more than parsing it.
    on_record: (fields: string[], context) => {
      const start = lastLine + 1;
      lastLine = context.lines;
      if (headerSeen) onRecord(fields, start);
      headerSeen = true;
      return null;
    },
  });
  let failure: unknown;
  parser.on('error', (error) => { failure ??= error; });
  parser.resume();
  const ended = once(parser, 'close');
  try {
    for await (const chunk of source.chunks()) {
      if (!parser.write(chunk) && !failure) await Promise.race([once(parser, 'drain'), ended]);
      if (failure) break;
      options.onChunk?.();
    }
    if (!failure) parser.end();
    await ended;
  } catch (error) {
    failure ??= error;
  } finally {
    parser.destroy();
    source.close();
  }
  if (failure) throw csvError(failure, source.name, header, lastLine + 1);
}

function csvError(error: unknown, name: string, header: CsvHeader, line: number): unknown {
  if (!(error instanceof CsvError)) return error;
  const at = `${name}, line ${line}`;
  switch (error.code) {
    case 'CSV_MAX_RECORD_SIZE':
      return new VitrineError('bad_input', `${at}: a record longer than 1 MiB begins here; a quote is probably never closed.`, { cause: error });
    case 'CSV_QUOTE_NOT_CLOSED':
      return new VitrineError('bad_input', `${at}: a quote opened here is never closed.`, { cause: error });
    case 'CSV_RECORD_INCONSISTENT_FIELDS_LENGTH':
    case 'CSV_RECORD_INCONSISTENT_COLUMNS': {
      const found = (error as CsvError & { record?: unknown[] }).record?.length;
      return new VitrineError('bad_input', `${at}: ${found ?? 'another number of'} columns, but the header has ${header.columns.length} (separated by ${DELIMITERS.get(header.delimiter)}). Quote fields that hold the separator.`, { cause: error });
    }
    default:
      return new VitrineError('bad_input', `${at}: a quote stands where none may be. Put the whole field in quotes and double the quotes in it.`, { cause: error });
  }
}

/** Cuts long text for a message. */
export function shorten(text: string, length = 60): string {
  return text.length > length ? `${text.slice(0, length)}…` : text;
}
