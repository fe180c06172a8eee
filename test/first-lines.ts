import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';

/** The first lines of a gzip file, as one text. */
export async function firstLines(path: string, count: number): Promise<string> {
  const source = createReadStream(path);
  const lines: string[] = [];
  try {
    for await (const line of createInterface({ input: source.pipe(createGunzip()), crlfDelay: Infinity })) {
      if (lines.push(line) === count) break;
    }
  } finally {
    source.destroy();
  }
  return `${lines.join('\n')}\n`;
}
