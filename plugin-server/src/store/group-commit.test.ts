import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import fc from 'fast-check';
import { GroupCommit } from './group-commit.ts';

test('every item gets its own result, none is written twice, and groups keep to their size', async () => {
  await fc.assert(fc.asyncProperty(fc.array(fc.record({ size: fc.integer({ min: 1, max: 12 }), later: fc.boolean() }), { maxLength: 60 }), async (items) => {
    const groups: { size: number }[][] = [];
    let writing = 0;
    const commit = new GroupCommit(async (group: readonly { size: number; place: number }[]) => {
      assert.equal(++writing, 1, 'one group at a time');
      groups.push([...group]);
      await wait(0);
      writing--;
      return group.map(({ place }) => place);
    }, { largest: 10, most: 10_000, sizeOf: ({ size }) => size });
    const results: Promise<number>[] = [];
    for (const [place, { size, later }] of items.entries()) {
      if (later) await wait(0);
      results.push(commit.add({ size, place }));
    }
    assert.deepEqual(await Promise.all(results), items.map((_, place) => place));
    assert.equal(groups.flat().length, items.length);
    for (const group of groups) assert.ok(group.length === 1 || group.reduce((sum, { size }) => sum + size, 0) <= 10);
  }), { numRuns: 30 });
});

test('what arrives during a write goes together', async () => {
  const groups: number[] = [];
  let finish = () => {};
  const commit = new GroupCommit<number, number>(async (group) => {
    groups.push(group.length);
    await new Promise<void>((resolve) => { finish = resolve; });
    return group;
  }, { largest: 100, most: 100 });
  const first = commit.add(0);
  await wait(5);
  const others = [1, 2, 3].map((item) => commit.add(item));
  finish();
  await first;
  await wait(5);
  finish();
  assert.deepEqual(await Promise.all(others), [1, 2, 3]);
  assert.deepEqual(groups, [1, 3]);
});

test('beyond the bound it refuses, and takes again when there is room', async () => {
  const commit = new GroupCommit<number, number>(async (group) => group, { largest: 2, most: 3 });
  const taken = [1, 2, 3].map((item) => commit.add(item));
  await assert.rejects(commit.add(4), { code: 'rate_limited' });
  await Promise.all(taken);
  assert.equal(await commit.add(5), 5);
  const large = new GroupCommit<number, number>(async (group) => group, { largest: 2, most: 3, sizeOf: (size) => size });
  assert.equal(await large.add(50), 50, 'one that is larger than all is taken when nothing waits');
});

test('a value that the database refuses fails alone; a database that fails, fails all, once', async () => {
  let writes = 0;
  const commit = new GroupCommit<string, string>(async (group) => {
    writes++;
    if (group.includes('down')) throw new Error('connection lost');
    if (group.includes('bad')) throw Object.assign(new Error('invalid byte sequence'), { code: '22021' });
    return group;
  }, { largest: 100, most: 100 });
  const results = await Promise.allSettled(['a', 'bad', 'b'].map((item) => commit.add(item)));
  assert.deepEqual(results.map(({ status }) => status), ['fulfilled', 'rejected', 'fulfilled']);
  writes = 0;
  const all = await Promise.allSettled(['a', 'down', 'b'].map((item) => commit.add(item)));
  assert.deepEqual([all.map(({ status }) => status), writes], [['rejected', 'rejected', 'rejected'], 1]);
  await assert.doesNotReject(Promise.all(Array.from({ length: 100 }, (_, i) => commit.add(String(i)))), 'what failed no longer counts as waiting');
});
