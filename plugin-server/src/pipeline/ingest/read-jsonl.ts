import { VitrineError } from '@vitrine/sdk/core';
import type { Source } from './open-source.ts';
import { MAX_RECORD_BYTES } from './read-csv.ts';

/**
 * Streams a file of one JSON value a line; empty lines are passed over. A line that is not JSON ends the reading: the
 * file is not what it says.
 *
 * @throws VitrineError `bad_input` with the line
 */
export async function readJsonl(
  source: Source, onValue: (value: unknown, line: number, text: string) => void, options: { readonly onChunk?: () => void } = {},
): Promise<void> {
  const decoder = new TextDecoder();
  let rest = '';
  let line = 0;
  const handle = (text: string): void => {
    line++;
    if (text.length > MAX_RECORD_BYTES) throw tooLong(source.name, line);
    if (text.trim() === '') return;
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (error) {
      throw new VitrineError('bad_input', `${source.name}, line ${line}: not JSON. Each line must be one JSON object.`, { cause: error });
    }
    onValue(value, line, text);
  };
  try {
    for await (const chunk of source.chunks()) {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
      rest = lines.pop()!;
      for (const text of lines) handle(text);
      if (rest.length > MAX_RECORD_BYTES) throw tooLong(source.name, line + 1);
      options.onChunk?.();
    }
    if (rest !== '') handle(rest);
  } finally {
    source.close();
  }
}

function tooLong(name: string, line: number): VitrineError {
  return new VitrineError('bad_input', `${name}, line ${line}: longer than 1 MiB. Each line must be one event.`);
}
