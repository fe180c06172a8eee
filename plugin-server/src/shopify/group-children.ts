import { createWriteStream, type WriteStream } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import type { JsonLine } from './json-lines.ts';

/** A node with the nodes that name it as their parent. */
export interface Family {
  readonly parent: JsonLine;
  readonly children: readonly JsonLine[];
}

/** Parts of the result that are joined one after the other: memory holds one. */
const PARTS = 32;
const NAME = 'vitrine-bulk-';
/** Older than this, in milliseconds, no import is under way. */
const LEFT = 86_400_000;

/**
 * Joins children to their parents. A bulk result lists them in any order and may be larger than memory, so its lines
 * are first spread over files by their parent's id, and then joined file by file.
 *
 * A child whose parent never came is left out and counted.
 */
export async function* groupChildren(
  lines: AsyncIterable<JsonLine>, options: { parts?: number; onRead?: (lines: number) => void } = {},
): AsyncGenerator<Family, { orphans: number }> {
  const { parts = PARTS } = options;
  await removeLeftovers();
  const folder = await mkdtemp(join(tmpdir(), NAME)); // readable by this user alone
  try {
    const paths = Array.from({ length: parts }, (_, index) => join(folder, `${index}.jsonl`));
    const files = paths.map((path) => createWriteStream(path, { mode: 0o600 }));
    let read = 0;
    try {
      for await (const line of lines) {
        const family = line.__parentId ?? line.id;
        if (typeof family !== 'string') continue;
        if (!files[partOf(family, parts)]!.write(`${JSON.stringify(line)}\n`)) await once(files[partOf(family, parts)]!, 'drain');
        if (++read % 1_000 === 0) options.onRead?.(read);
      }
      options.onRead?.(read);
    } finally {
      await Promise.all(files.map(close));
    }
    let orphans = 0;
    for (const path of paths) {
      const families = new Map<string, { parent?: JsonLine; children: JsonLine[] }>();
      for (const text of (await readFile(path, 'utf8')).split('\n')) {
        if (text === '') continue;
        const line = JSON.parse(text) as JsonLine;
        const id = (line.__parentId ?? line.id)!;
        const family = families.get(id) ?? { children: [] };
        families.set(id, family);
        if (line.__parentId === undefined) family.parent = line;
        else family.children.push(line);
      }
      for (const { parent, children } of families.values()) {
        if (parent) yield { parent, children };
        else orphans += children.length;
      }
    }
    return { orphans };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Removes what a process that was killed has left behind: the lines name customers. */
async function removeLeftovers(): Promise<void> {
  for (const name of (await readdir(tmpdir())).filter((each) => each.startsWith(NAME))) {
    const path = join(tmpdir(), name);
    const changedAt = (await stat(path).catch(() => undefined))?.mtimeMs;
    if (changedAt !== undefined && Date.now() - changedAt > LEFT) await rm(path, { recursive: true, force: true }).catch(() => {}); // another user's
  }
}

async function close(file: WriteStream): Promise<void> {
  file.end();
  if (!file.closed) await once(file, 'close');
}

/** FNV-1a: the same id lies in the same part. */
function partOf(id: string, parts: number): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < id.length; index++) hash = Math.imul(hash ^ id.charCodeAt(index), 0x01000193);
  return (hash >>> 0) % parts;
}
