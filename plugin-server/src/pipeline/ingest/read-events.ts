import { createHash } from 'node:crypto';
import { VitrineError, validateEvent } from '@vitrine/sdk/core';
import type { VitrineEvent } from '@vitrine/sdk/core';
import { plainName } from './columns.ts';
import type { DropCounter } from './drops.ts';
import type { Source } from './open-source.ts';
import { readCsv } from './read-csv.ts';
import type { CsvHeader } from './read-csv.ts';
import { readJsonl } from './read-jsonl.ts';
import type { TimeReader } from './read-time.ts';
import { AHEAD, EARLIEST } from './settle-orders.ts';

export interface ReadEventsOptions {
  readonly times: TimeReader;
  readonly drops: DropCounter;
  /** Events later than this (ms since 1970) are left out. */
  readonly now: number;
  readonly onProgress?: (rows: number) => void;
}

export interface ReadEvents {
  readonly events: readonly VitrineEvent[];
  readonly rowsRead: number;
  /** Why the first event that is not valid is not, with its line. */
  readonly firstProblem?: string;
}

/** Columns of an event CSV by their usual names. Cells of `items` hold JSON. */
const FIELD_OF: ReadonlyMap<string, string> = new Map([
  ['id', 'id'], ['eventid', 'id'], ['type', 'type'], ['event', 'type'], ['eventtype', 'type'], ['eventname', 'type'],
  ['at', 'at'], ['time', 'at'], ['timestamp', 'at'], ['date', 'at'], ['sessionid', 'sessionId'], ['session', 'sessionId'],
  ['visitorid', 'visitorId'], ['productid', 'productId'], ['product', 'productId'], ['quantity', 'quantity'], ['path', 'path'],
  ['collectionid', 'collectionId'], ['query', 'query'], ['items', 'items'], ['orderid', 'orderId'], ['checkouttoken', 'checkoutToken'],
  ['widget', 'widget'], ['artifact', 'artifact'], ['position', 'position'],
]);
const NUMBERS = new Set(['quantity', 'position']);

/**
 * Reads shopper events: one JSON object a line, or a CSV (`header`). The event validator of the collector judges each.
 * `at` may be milliseconds or a date. An event without an id gets one from its content, so importing twice stores once.
 *
 * @throws VitrineError `bad_input` when the file cannot be read; an event that is not valid is counted and left out
 */
export async function readEvents(source: Source, header: CsvHeader | undefined, options: ReadEventsOptions): Promise<ReadEvents> {
  const { drops, times } = options;
  const drafts: { event: Record<string, unknown>; at: { dmy: number; mdy: number }; line: number }[] = [];
  let rowsRead = 0;
  let firstProblem: string | undefined;
  const refuse = (line: number, problem: string): void => {
    firstProblem ??= `line ${line}: ${problem}`;
    drops.add('invalid', line);
  };

  const add = (fields: Record<string, unknown>, line: number, text: string): void => {
    const { at: value, ...rest } = fields;
    const at = typeof value === 'number' ? { dmy: value, mdy: value } : typeof value === 'string' ? times.read(value, line) : undefined;
    if (!at) return refuse(line, 'at: must be a time');
    if (rest.id === undefined || rest.id === '') rest.id = contentId(text);
    else if (typeof rest.id === 'string') rest.id = rest.id.toLowerCase();
    drafts.push({ event: rest, at, line });
  };

  const onChunk = (): void => options.onProgress?.(rowsRead);
  if (!header) {
    await readJsonl(source, (value, line, text) => {
      rowsRead++;
      if (value === null || typeof value !== 'object' || Array.isArray(value)) return refuse(line, 'must be an object');
      add({ ...value }, line, text.trim());
    }, { onChunk });
  } else {
    const names = header.columns.map((name) => FIELD_OF.get(plainName(name)));
    for (const needed of ['type', 'at', 'sessionId']) {
      if (!names.includes(needed)) {
        throw new VitrineError('bad_input', `${source.name}: found no column for ${needed}. Columns: ${header.columns.join(', ')}. Events need type, at and sessionId.`);
      }
    }
    await readCsv(source, header, (cells, line) => {
      rowsRead++;
      const fields: [string, unknown][] = [];
      try {
        names.forEach((name, at) => {
          const cell = cells[at].trim();
          if (name === undefined || cell === '') return;
          fields.push([name, name === 'items' ? JSON.parse(cell) : NUMBERS.has(name) ? Number(cell) : cell]);
        });
      } catch {
        return refuse(line, 'items: must be JSON');
      }
      add(Object.fromEntries(fields), line, cells.join('\u001f'));
    }, { onChunk });
  }

  const order = times.dayOrder();
  const events: VitrineEvent[] = [];
  const seen = new Set<string>();
  for (const { event, at, line } of drafts) {
    const time = at[order];
    if (!(time >= EARLIEST && time <= options.now + AHEAD)) {
      drops.add('bad_time', line);
      continue;
    }
    try {
      const valid = validateEvent({ ...event, at: time });
      if (seen.has(valid.id)) drops.add('duplicate', line);
      else events.push(valid);
      seen.add(valid.id);
    } catch (error) {
      if (!(error instanceof VitrineError)) throw error;
      refuse(line, error.message);
    }
  }
  return { events, rowsRead, firstProblem };
}

/** A UUID made from an event's text (version 8: the maker's own scheme). */
function contentId(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
