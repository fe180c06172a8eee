import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { dirname } from 'node:path';
import type { Arrays } from './learner.ts';

/** First bytes of a file; the number is the format's. */
const MAGIC = 'vitrine-state-1\n';
const DIGEST = 32;

/** A JSON value and arrays of numbers, as one file. */
export interface CheckpointFile {
  readonly meta: unknown;
  readonly arrays: Arrays;
}

/** The calls that write; a test gives its own to let them fail. */
export type FileWriter = Pick<typeof fs, 'mkdirSync' | 'openSync' | 'writeSync' | 'fsyncSync' | 'closeSync' | 'renameSync' | 'rmSync'>;

/**
 * Writes the file whole or not at all: beside it first, then in its place, so that a process killed at any moment leaves
 * the file before or the file after.
 *
 * Layout: magic, SHA-256 of what follows, length of the JSON (uint32, little-endian), the JSON, the arrays (float32,
 * little-endian) in the order of the JSON's list.
 */
export function writeCheckpointFile(path: string, content: CheckpointFile, io: FileWriter = fs): void {
  const parts = checkpointParts(content);
  io.mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const beside = `${path}.writing`;
  const file = io.openSync(beside, 'w', 0o600);
  try {
    try {
      for (const part of parts) {
        for (let at = 0; at < part.length;) at += io.writeSync(file, part, at);
      }
      io.fsyncSync(file);
    } finally {
      io.closeSync(file);
    }
    io.renameSync(beside, path);
  } catch (cause) {
    io.rmSync(beside, { force: true });
    throw cause;
  }
}

/** @returns the content; `undefined` without a file; `broken` when it is cut short, changed, or of another format */
export function readCheckpointFile(path: string): CheckpointFile | 'broken' | undefined {
  let bytes: Buffer;
  try {
    bytes = fs.readFileSync(path);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    return 'broken';
  }
  return decodeCheckpoint(bytes);
}

/** The bytes of such a file. */
export function encodeCheckpoint(content: CheckpointFile): Uint8Array {
  return Buffer.concat(checkpointParts(content));
}

/** @returns the content; `broken` as for a file */
export function decodeCheckpoint(given: Uint8Array): CheckpointFile | 'broken' {
  const bytes = Buffer.from(given.buffer, given.byteOffset, given.byteLength);
  const body = bytes.subarray(MAGIC.length + DIGEST);
  if (body.length < 4 || !bytes.subarray(0, MAGIC.length).equals(Buffer.from(MAGIC))) return 'broken';
  if (!createHash('sha256').update(body).digest().equals(bytes.subarray(MAGIC.length, MAGIC.length + DIGEST))) return 'broken';
  const end = 4 + body.readUInt32LE();
  const { meta, arrays: list } = JSON.parse(body.toString('utf8', 4, end)) as { meta: unknown; arrays: [string, number][] };
  const arrays = new Map<string, Float32Array>();
  let at = end;
  for (const [name, length] of list) {
    // Copied: a Float32Array must start at a multiple of four.
    arrays.set(name, new Float32Array(new Uint8Array(body.subarray(at, (at += length * 4))).buffer));
  }
  return { meta, arrays };
}

function checkpointParts({ meta, arrays }: CheckpointFile): Buffer[] {
  const json = Buffer.from(JSON.stringify({ meta, arrays: [...arrays].map(([name, { length }]) => [name, length]) }));
  const size = Buffer.alloc(4);
  size.writeUInt32LE(json.length);
  const parts = [size, json, ...[...arrays.values()].map((array) => Buffer.from(array.buffer, array.byteOffset, array.byteLength))];
  const digest = createHash('sha256');
  for (const part of parts) digest.update(part);
  return [Buffer.from(MAGIC), digest.digest(), ...parts];
}

/** Removes the file and what a killed process may have left beside it. */
export function removeCheckpointFile(path: string): void {
  fs.rmSync(path, { force: true });
  fs.rmSync(`${path}.writing`, { force: true });
}
