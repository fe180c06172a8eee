import { VitrineError } from '@vitrine/sdk/core';
import { openSource, type Source } from '../../ingest/open-source.ts';
import { ListBuilder, type Lists } from './lists.ts';

/** Product ids in the order they were first met. */
export class Vocabulary {
  readonly ids: string[] = [];
  readonly #places = new Map<string, number>();

  /** Place of an id, a new one where it was not met before. */
  add(id: string): number {
    let place = this.#places.get(id);
    if (place === undefined) {
      place = this.ids.push(id) - 1;
      this.#places.set(id, place);
    }
    return place;
  }

  /** Place of an id, -1 where it was not met. */
  find(id: string): number {
    return this.#places.get(id) ?? -1;
  }
}

/** What a token of a file becomes: its place, or -1 for an item that training does not know. */
export type Place = (id: string) => number;

export interface ReadOptions {
  /** Called after each piece of the file with the share read so far, 0 to 1. */
  readonly onProgress?: (share: number) => void;
  readonly signal?: AbortSignal;
}

const LONGEST_ID = 256;
const LONGEST_LINE = 1 << 24;
/** Line numbers named in a message. */
const LINES_SHOWN = 5;

/**
 * One session a line, item ids separated by spaces or tabs, oldest first; empty lines are passed over.
 * @throws VitrineError `bad_input` with the numbers of the bad lines
 */
export async function readSessions(path: string, place: Place, options: ReadOptions = {}): Promise<Lists> {
  const lists = new ListBuilder();
  await readTokens(path, (tokens) => {
    for (const id of tokens) lists.push(place(id));
    lists.end();
    return undefined;
  }, options);
  return lists.build();
}

/**
 * One user a line (`user item item …`), or one action a line (`user item`, oldest first; the actions of a user need not
 * stand together). A file whose every line holds two words is read as actions.
 * @throws VitrineError `bad_input` with the numbers of the bad lines, also of a user's second line in the first form
 */
export async function readUsers(path: string, place: Place, options: ReadOptions = {}): Promise<Lists> {
  const users = new Map<string, number>();
  const lines = new ListBuilder();
  const again: number[] = [];
  let userOfLine: number[] = [];
  let longest = 0;
  const name = await readTokens(path, (tokens, line) => {
    if (tokens.length < 2) return 'a line needs a user and at least one item';
    const known = users.get(tokens[0]);
    if (known !== undefined) again.push(line);
    else users.set(tokens[0], users.size);
    userOfLine.push(known ?? users.size - 1);
    longest = Math.max(longest, tokens.length);
    for (let at = 1; at < tokens.length; at++) lines.push(place(tokens[at]));
    lines.end();
    return undefined;
  }, options);
  const read = lines.build();
  if (longest > 2) {
    if (again.length > 0) throw badLines(name, new Map([['a user has one line only, and these repeat one', again]]));
    return read;
  }
  // One action a line: gathered by user, in the order of the file.
  const start = new Int32Array(users.size + 1);
  for (const user of userOfLine) start[user + 1]++;
  for (let user = 0; user < users.size; user++) start[user + 1] += start[user];
  const next = start.slice();
  const item = new Int32Array(read.item.length);
  userOfLine.forEach((user, at) => { item[next[user]++] = read.item[at]; });
  userOfLine = [];
  return { start, item };
}

/**
 * One prediction a line: the items seen, separated by spaces, a tab, and the item that came. A first line
 * "prefix⇥target" is passed over.
 * @returns lists whose last item is the target
 * @throws VitrineError `bad_input` with the numbers of the bad lines
 */
export async function readInstances(path: string, place: Place, options: ReadOptions = {}): Promise<Lists> {
  const lists = new ListBuilder();
  await readTokens(path, (tokens, line, text) => {
    const fields = text.split('\t');
    if (line === 1 && fields.length === 2 && fields[1].trim() === 'target') return undefined;
    if (fields.length !== 2) return 'a line needs a prefix, one tab and a target';
    if (fields[0].trim() === '') return 'the prefix is empty';
    if (fields[1].trim() === '' || /\s/.test(fields[1].trim())) return 'after the tab stands one target';
    for (const id of tokens) lists.push(place(id));
    lists.end();
    return undefined;
  }, options);
  return lists.build();
}

/**
 * Training instances as sessions: a benchmark's file often holds every prefix of a session, and the longest holds them
 * all. Neighbouring lists of which one begins the other, and differs by one item, are one session.
 */
export function joinInstances({ start, item }: Lists): Lists {
  const sessions = new ListBuilder();
  let from = 0; // the session so far: item[from … to)
  let to = 0;
  let shortest = 0;
  const flush = () => {
    if (to === from) return;
    for (let at = from; at < to; at++) sessions.push(item[at]);
    sessions.end();
  };
  const begins = (a: number, b: number, length: number) => {
    for (let i = 0; i < length; i++) if (item[a + i] !== item[b + i]) return false;
    return true;
  };
  for (let list = 0; list + 1 < start.length; list++) {
    const length = start[list + 1] - start[list];
    const longer = length === to - from + 1 && begins(from, start[list], to - from);
    const shorter = length === shortest - 1 && begins(from, start[list], length);
    if (to > from && shorter) {
      shortest = length;
    } else {
      if (!(to > from && longer)) flush();
      from = start[list];
      to = from + length;
      shortest = length;
    }
  }
  flush();
  return sessions.build();
}

/**
 * Reads a text file, plain or gzip, as lines of words; empty lines are passed over. `onLine` answers with what is wrong.
 * @returns the file's name, for messages
 */
async function readTokens(path: string, onLine: (tokens: string[], line: number, text: string) => string | undefined, options: ReadOptions): Promise<string> {
  const source = await openSource(path);
  const problems = new Map<string, number[]>();
  for await (const { text, line } of linesOf(source, options)) {
    if (text.trim() === '') continue;
    const tokens = text.trim().split(/\s+/);
    const problem = wordProblem(tokens) ?? onLine(tokens, line, text);
    if (problem === undefined) continue;
    const lines = problems.get(problem);
    if (lines) lines.push(line);
    else problems.set(problem, [line]);
  }
  if (problems.size > 0) throw badLines(source.name, problems);
  return source.name;
}

function wordProblem(tokens: readonly string[]): string | undefined {
  if (tokens.some((token) => token.length > LONGEST_ID)) return `an id is longer than ${LONGEST_ID} characters`;
  if (tokens.length === 1 && /[,;|]/.test(tokens[0])) return 'ids are separated by spaces';
  return undefined;
}

function badLines(name: string, problems: ReadonlyMap<string, readonly number[]>): VitrineError {
  const [[problem, lines]] = problems;
  const all = [...problems.values()].reduce((sum, each) => sum + each.length, 0);
  const shown = lines.slice(0, LINES_SHOWN).join(', ') + (lines.length > LINES_SHOWN ? ', …' : '');
  const others = all > lines.length ? `; ${all - lines.length} more lines are bad in other ways` : '';
  return new VitrineError('bad_input', `${name}, line${lines.length > 1 ? 's' : ''} ${shown}: ${problem}${lines.length > 1 ? ` (${lines.length} lines)` : ''}${others}. See: vitrine help evaluate`);
}

async function* linesOf(source: Source, { onProgress, signal }: ReadOptions): AsyncGenerator<{ text: string; line: number }> {
  const decoder = new TextDecoder();
  let rest = '';
  let line = 0;
  try {
    for await (const chunk of source.chunks()) {
      if (signal?.aborted) throw new VitrineError('cancelled', 'Evaluation stopped.');
      const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
      rest = lines.pop()!;
      for (const text of lines) yield { text, line: ++line };
      if (rest.length > LONGEST_LINE) throw new VitrineError('bad_input', `${source.name}, line ${line + 1}: longer than 16 MiB.`);
      onProgress?.(source.bytesRead() / source.size);
    }
    if (rest !== '') yield { text: rest, line: line + 1 };
  } finally {
    source.close();
  }
}
