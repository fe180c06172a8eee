import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { VitrineError } from '@vitrine/sdk/core';
import fc from 'fast-check';
import { listAt, listCount, type Lists } from './lists.ts';
import { joinInstances, readInstances, readSessions, readUsers, Vocabulary } from './read-lists.ts';

const folder = mkdtempSync(join(tmpdir(), 'vitrine-lists-'));
after(() => rmSync(folder, { recursive: true }));
const path = join(folder, 'file');

const id = fc.oneof(fc.stringMatching(/^[\w.:é/-]{1,8}$/), fc.constantFrom('__proto__', 'constructor', '0', 'ß', '商品'));
const lists = fc.array(fc.array(id, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 12 });
const layout = fc.record({ newline: fc.constantFrom('\n', '\r\n'), space: fc.constantFrom(' ', '  ', '\t'), last: fc.boolean(), gzip: fc.boolean(), blank: fc.boolean() });

function write(lines: readonly string[], { newline, last, gzip, blank }: { newline: string; last: boolean; gzip: boolean; blank: boolean }): void {
  const text = (blank ? newline : '') + lines.join(blank ? newline + newline : newline) + (last ? newline : '');
  writeFileSync(path, gzip ? gzipSync(text) : text);
}

const plain = { newline: '\n', space: ' ', last: true, gzip: false, blank: false };
const words = (read: Lists, { ids }: Vocabulary): string[][] => Array.from({ length: listCount(read) }, (_, at) => Array.from(listAt(read, at), (place) => ids[place]));

async function roundTrip(read: typeof readSessions): Promise<string[][]> {
  const vocabulary = new Vocabulary();
  return words(await read(path, (text) => vocabulary.add(text)), vocabulary);
}

test('sessions, plain or gzip, with any line end, spaces and empty lines', async () => {
  await fc.assert(fc.asyncProperty(lists, layout, async (sessions, how) => {
    write(sessions.map((session) => session.join(how.space)), how);
    assert.deepEqual(await roundTrip(readSessions), sessions);
  }), { numRuns: 60 });
});

test('users a line each, and the same as actions in any order of users', async () => {
  await fc.assert(fc.asyncProperty(lists, layout, fc.array(fc.nat(), { minLength: 80, maxLength: 80 }), async (users, how, order) => {
    // At least one user with two items: else the two forms are the same text, and the same answer.
    const all = [...users, ['x', 'y']];
    write(all.map((items, user) => [`u${user}`, ...items].join(how.space)), how);
    assert.deepEqual(await roundTrip(readUsers), all);

    const waiting = all.map((items, user) => items.map((item) => `u${user}${how.space}${item}`));
    const actions: string[] = [];
    const met: number[] = [];
    for (let at = 0; waiting.some((own) => own.length > 0); at++) {
      const open = Array.from(waiting.keys()).filter((user) => waiting[user].length > 0);
      const user = open[order[at % order.length] % open.length];
      if (!met.includes(user)) met.push(user);
      actions.push(waiting[user].shift()!);
    }
    write(actions, how);
    assert.deepEqual(await roundTrip(readUsers), met.map((user) => all[user]));
  }), { numRuns: 60 });
});

test('instances: prefix, tab, target; a heading is passed over', async () => {
  await fc.assert(fc.asyncProperty(lists, layout, fc.boolean(), async (prefixes, how, heading) => {
    const lines = prefixes.map((prefix, at) => `${prefix.join(' ')}\tt${at}`);
    write(heading && !how.blank ? ['prefix\ttarget', ...lines] : lines, how);
    assert.deepEqual(await roundTrip(readInstances), prefixes.map((prefix, at) => [...prefix, `t${at}`]));
  }), { numRuns: 60 });
});

test('every prefix of a session, the shortest or the longest first, is that session', () => {
  fc.assert(fc.property(fc.array(fc.array(fc.nat(3), { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 8 }), fc.boolean(), (tails, falling) => {
    const sessions = tails.map((tail, at) => [100 + at, ...tail]); // no session begins another
    const instances = sessions.flatMap((session) => {
      const parts = session.slice(1).map((_, at) => session.slice(0, at + 2));
      return falling ? parts.toReversed() : parts;
    });
    const joined = joinInstances({ start: Int32Array.from([0, ...instances.map((_, at) => instances.slice(0, at + 1).flat().length)]), item: Int32Array.from(instances.flat()) });
    assert.deepEqual(Array.from({ length: listCount(joined) }, (_, at) => [...listAt(joined, at)]), sessions);
  }));
});

test('any bytes are read or refused in one line that names the file', async () => {
  const garbage = fc.oneof(fc.uint8Array({ minLength: 1, maxLength: 200 }).map((bytes) => Buffer.from(bytes)), fc.string({ minLength: 1, unit: fc.constantFrom('a', '1', ' ', '\t', '\n', ',', ';', '\r') }).map((text) => Buffer.from(text)));
  await fc.assert(fc.asyncProperty(garbage, fc.boolean(), async (bytes, gzip) => {
    writeFileSync(path, gzip ? gzipSync(bytes) : bytes);
    for (const read of [readSessions, readUsers, readInstances]) {
      await read(path, () => 0).then(
        ({ start, item }) => assert.equal(start.at(-1), item.length),
        (error: Error) => {
          assert.ok(error instanceof VitrineError && error.code === 'bad_input', error.stack);
          assert.match(error.message, /^file[,: ][^\n]*$/);
        });
    }
  }), { numRuns: 150 });
});

test('bad lines are told by their numbers', async () => {
  const refuse = async (read: typeof readSessions, lines: string[], message: RegExp) => {
    write(lines, plain);
    await assert.rejects(read(path, () => 0), (error: Error) => error instanceof VitrineError && message.test(error.message));
  };
  await refuse(readSessions, ['1 2', '3,4,5', '6;7'], /^file, lines 2, 3: ids are separated by spaces \(2 lines\)\. See: vitrine help evaluate$/);
  await refuse(readSessions, ['x'.repeat(257)], /line 1: an id is longer than 256/);
  await refuse(readUsers, ['u 1 2', 'v', 'u 3 4', 'w 1 2 3'], /^file, line 2: a line needs a user and at least one item\./);
  await refuse(readUsers, ['u 1 2', 'v 1 2 3', 'u 3 4'], /^file, line 3: a user has one line only, and these repeat one\./);
  await refuse(readInstances, ['1 2\t3', '1 2 3', '1\t2\t3', '\t4', '1\t', ...Array.from({ length: 7 }, () => '9 9')], /lines 2, 3, 6, 7, 8, …: a line needs a prefix, one tab and a target \(9 lines\); 2 more lines are bad in other ways/);
});

test('a stop while reading', async () => {
  write(['1 2'], plain);
  await assert.rejects(readSessions(path, () => 0, { signal: AbortSignal.abort() }), { code: 'cancelled' });
});
