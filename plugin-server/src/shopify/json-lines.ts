import { VitrineError } from '@vitrine/sdk/core';
import { parseJson } from './parse-json.ts';

/** One line of a bulk result: a node, with its parent's id if it is a child. */
export type JsonLine = Readonly<Record<string, unknown>> & { readonly id?: string; readonly __parentId?: string };

/** A line longer than this is not a product or an order. */
const LONGEST_LINE = 10 * 1024 * 1024;
/** A node of our queries is a handful of objects deep. */
const DEEPEST = 50;

/**
 * Parses JSON objects, one a line, as they arrive: memory holds one line and one chunk.
 *
 * @throws VitrineError `upstream` naming the line, when one is not a JSON object; a file cut off within a line is that.
 */
export async function* readJsonLines(chunks: AsyncIterable<Uint8Array>, name: string): AsyncGenerator<JsonLine> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let rest = '';
  let number = 0;
  const decode = (chunk?: Uint8Array): string => {
    try {
      return chunk ? decoder.decode(chunk, { stream: true }) : decoder.decode();
    } catch (cause) {
      throw new VitrineError('upstream', `${name}, after line ${number}: not UTF-8 text. It is fetched again.`, { cause });
    }
  };
  for await (const chunk of chunks) {
    rest += decode(chunk);
    let start = 0;
    for (let end = rest.indexOf('\n'); end >= 0; end = rest.indexOf('\n', start)) {
      const line = parseLine(rest.slice(start, end), name, ++number);
      if (line) yield line;
      start = end + 1;
    }
    rest = rest.slice(start);
    if (rest.length > LONGEST_LINE) throw new VitrineError('upstream', `${name}, line ${number + 1}: longer than 10 MB.`);
  }
  const last = parseLine(rest + decode(), name, number + 1);
  if (last) yield last;
}

function parseLine(text: string, name: string, number: number): JsonLine | undefined {
  if (text.trim() === '') return undefined;
  let value: unknown;
  try {
    value = parseJson(text);
  } catch { /* reported below, like every other thing that is not an object */ }
  // Shorter, it cannot be deep enough to exhaust the stack of whoever writes it out again.
  if (text.length > 2_000 && isDeeper(value, DEEPEST)) throw new VitrineError('upstream', `${name}, line ${number}: nested deeper than ${DEEPEST} levels.`);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new VitrineError('upstream', `${name}, line ${number}: not a whole JSON object; the file may be cut off. It is fetched again.`);
  return value as JsonLine;
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((each) => isDeeper(each, levels - 1));
}
