import { isUtf8 } from 'node:buffer';
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { createGunzip } from 'node:zlib';
import { VitrineError } from '@vitrine/sdk/core';

/** A file opened for import: its text, decompressed and known to be UTF-8. */
export interface Source {
  /** File name without its path. */
  readonly name: string;
  /** Bytes on disk. */
  readonly size: number;
  /** Bytes of the file read so far, for progress. */
  bytesRead(): number;
  /** The first 64 KiB of text, or all of it when it is shorter. */
  readonly head: string;
  /** `head` is the whole text. */
  readonly headIsAll: boolean;
  /** The whole text from its first byte, as UTF-8 without a byte order mark. Can be read once. */
  chunks(): AsyncIterable<Uint8Array>;
  close(): void;
}

const HEAD_BYTES = 65_536;

/** First bytes of formats that people hand over by mistake, and what to do instead. */
const FOREIGN: readonly { readonly bytes: readonly number[]; readonly what: string }[] = [
  { bytes: [0x50, 0x4b, 0x03, 0x04], what: 'a zip or Excel file; unpack it, or save the sheet as "CSV UTF-8"' },
  { bytes: [0xd0, 0xcf, 0x11, 0xe0], what: 'an old Excel file; save the sheet as "CSV UTF-8"' },
  { bytes: [0x28, 0xb5, 0x2f, 0xfd], what: 'zstd-compressed; unpack it or use gzip' },
  { bytes: [0x42, 0x5a, 0x68], what: 'bzip2-compressed; unpack it or use gzip' },
  { bytes: [0xfd, 0x37, 0x7a, 0x58, 0x5a], what: 'xz-compressed; unpack it or use gzip' },
  { bytes: [0x25, 0x50, 0x44, 0x46], what: 'a PDF; export the data as CSV' },
  { bytes: [0xff, 0xfe], what: 'UTF-16 text; save it as UTF-8' },
  { bytes: [0xfe, 0xff], what: 'UTF-16 text; save it as UTF-8' },
];

/**
 * Opens a file, plain or gzip (told by its first bytes, not by its name).
 *
 * @throws VitrineError `not_found`, or `bad_input` for an empty file, another format, a cut-off gzip, or bytes that are
 * not UTF-8; the last two may also be thrown while reading `chunks()`.
 */
export async function openSource(path: string): Promise<Source> {
  const name = basename(path);
  const { size, magic } = await firstBytes(path, name);
  if (size === 0) throw new VitrineError('bad_input', `${name}: the file is empty.`);

  const raw = createReadStream(path, { highWaterMark: 262_144 });
  const gzip = magic[0] === 0x1f && magic[1] === 0x8b;
  const bytes = gzip ? raw.pipe(createGunzip({ chunkSize: 262_144 })) : raw;
  if (gzip) raw.on('error', (error) => bytes.destroy(error));
  const close = (): void => { raw.destroy(); bytes.destroy(); };
  const text = checkedUtf8(bytes, name)[Symbol.asyncIterator]();

  const start: Uint8Array[] = [];
  let length = 0;
  let done = false;
  try {
    while (length < HEAD_BYTES && !done) {
      const next = await text.next();
      if (next.done) done = true;
      else { start.push(next.value); length += next.value.length; }
    }
  } catch (error) {
    close();
    throw error;
  }
  if (length === 0) throw new VitrineError('bad_input', `${name}: the file is empty.`);

  return {
    name,
    size,
    bytesRead: () => Math.min(raw.bytesRead, size),
    head: new TextDecoder().decode(Buffer.concat(start).subarray(0, HEAD_BYTES)),
    headIsAll: done && length <= HEAD_BYTES,
    async *chunks() {
      yield* start;
      for (let next = done ? undefined : await text.next(); next && !next.done; next = await text.next()) yield next.value;
    },
    close,
  };
}

async function firstBytes(path: string, name: string): Promise<{ size: number; magic: Uint8Array }> {
  try {
    const info = await stat(path);
    if (!info.isFile()) throw new VitrineError('bad_input', `${name} is not a file.`);
    const file = await open(path);
    try {
      const magic = new Uint8Array(8);
      await file.read(magic, 0, magic.length, 0);
      return { size: info.size, magic };
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof VitrineError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new VitrineError('bad_input', `${path}: there is no such file.`);
    if (code === 'EACCES') throw new VitrineError('bad_input', `${path}: this file may not be read.`);
    throw error;
  }
}

/** Passes chunks on that end between characters; the first byte that is not UTF-8 text stops it, with its place. */
async function* checkedUtf8(bytes: AsyncIterable<Uint8Array>, name: string): AsyncGenerator<Uint8Array> {
  let rest: Uint8Array = new Uint8Array();
  let offset = 0; // of `chunk` in the text
  let lines = 1;
  try {
    for await (const part of bytes) {
      let chunk = rest.length > 0 ? Buffer.concat([rest, part]) : part;
      if (offset === 0) {
        const foreign = FOREIGN.find((kind) => kind.bytes.every((byte, at) => chunk[at] === byte));
        if (foreign) throw new VitrineError('bad_input', `${name} is ${foreign.what}.`);
        if (chunk[0] === 0xef && chunk[1] === 0xbb && chunk[2] === 0xbf) { chunk = chunk.subarray(3); offset = 3; }
      }
      const end = lastCharacterEnd(chunk);
      rest = chunk.subarray(end);
      const whole = chunk.subarray(0, end);
      if (whole.includes(0) || !isUtf8(whole)) throw notText(whole, offset, lines, name);
      lines += countNewlines(whole);
      offset += whole.length;
      if (whole.length > 0) yield whole;
    }
  } catch (error) {
    throw readError(error, name, offset);
  }
  if (rest.length > 0) throw notText(rest, offset, lines, name);
}

/** Where the last whole character of a chunk ends: a sequence may go on in the next chunk. */
function lastCharacterEnd(chunk: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, chunk.length); back++) {
    const byte = chunk[chunk.length - back];
    if (byte < 0x80) break;
    if (byte < 0xc0) continue; // a continuation byte
    const needs = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
    return needs > back ? chunk.length - back : chunk.length;
  }
  return chunk.length;
}

function countNewlines(chunk: Uint8Array): number {
  let count = 0;
  for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) count++;
  return count;
}

function notText(chunk: Uint8Array, offset: number, lines: number, name: string): VitrineError {
  const zero = chunk.indexOf(0);
  let good = 0; // binary search for the longest valid prefix that ends between characters
  for (let low = 0, high = chunk.length; low <= high;) {
    const middle = (low + high) >> 1;
    const end = lastCharacterEnd(chunk.subarray(0, middle));
    if (isUtf8(chunk.subarray(0, end))) { good = Math.max(good, end); low = middle + 1; } else high = middle - 1;
  }
  const at = zero >= 0 && zero < good ? zero : good;
  const place = `line ${lines + countNewlines(chunk.subarray(0, at))}, byte ${offset + at}`;
  return zero >= 0 && zero <= good
    ? new VitrineError('bad_input', `${name}, ${place}: a zero byte, so this is not a text file. Give a CSV or JSONL file, plain or gzip.`)
    : new VitrineError('bad_input', `${name}, ${place}: not UTF-8. Save the file as UTF-8 (in Excel "CSV UTF-8") and import it again.`);
}

function readError(error: unknown, name: string, offset: number): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'Z_BUF_ERROR') {
    return new VitrineError('bad_input', `${name}: the gzip data ends too early (after ${offset} bytes of text): the file is cut off. Copy it again.`, { cause: error });
  }
  if (typeof code === 'string' && code.startsWith('Z_')) {
    return new VitrineError('bad_input', `${name}: the gzip data is damaged (after ${offset} bytes of text). Copy it again.`, { cause: error });
  }
  return error;
}
