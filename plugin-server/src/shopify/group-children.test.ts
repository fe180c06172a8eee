import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { collect } from '../../../test/collect.ts';
import { groupChildren } from './group-children.ts';
import type { JsonLine } from './json-lines.ts';

async function group(lines: readonly JsonLine[], parts?: number) {
  const families = groupChildren((async function* () { yield* lines; })(), { parts });
  const seen = new Map<string, string[]>();
  for (;;) {
    const next = await families.next();
    if (next.done) return { seen, orphans: next.value.orphans };
    assert.ok(!seen.has(next.value.parent.id!), 'each parent once');
    seen.set(next.value.parent.id!, next.value.children.map(({ id }) => id!).sort());
  }
}

// A temporary folder of this file's own: other tests leave and take theirs at the same time.
const own = mkdtempSync(join(tmpdir(), 'vitrine-group-children-'));
process.env.TMPDIR = own;
after(() => rmSync(own, { recursive: true }));

const leftovers = () => readdirSync(tmpdir()).filter((name) => name.startsWith('vitrine-bulk-')).length;

test('children meet their parents whatever the order', async () => {
  const before = leftovers();
  await fc.assert(fc.asyncProperty(
    fc.uniqueArray(fc.nat({ max: 40 })).chain((parents) => fc.record({
      parents: fc.constant(parents), children: fc.array(fc.nat({ max: 45 })), parts: fc.integer({ min: 1, max: 5 }), seed: fc.array(fc.nat(), { minLength: 1 }),
    })),
    async ({ parents, children, parts, seed }) => {
      const lines: JsonLine[] = [...parents.map((parent) => ({ id: `p${parent}` })), ...children.map((parent, index) => ({ id: `c${index}`, __parentId: `p${parent}` }))];
      const shuffled = lines.map((line, index) => ({ line, key: (seed[index % seed.length]! * (index + 7)) % 101 })).sort((a, b) => a.key - b.key).map(({ line }) => line);
      const { seen, orphans } = await group(shuffled, parts);
      assert.deepEqual([...seen.keys()].sort(), parents.map((parent) => `p${parent}`).sort());
      for (const [parent, ids] of seen) assert.deepEqual(ids, children.flatMap((each, index) => (`p${each}` === parent ? [`c${index}`] : [])).sort());
      assert.equal(orphans, children.filter((parent) => !parents.includes(parent)).length);
    }), { numRuns: 40 });
  assert.equal(leftovers(), before, 'the files are gone');
});

test('ids like those of an object are ids like any other', async () => {
  const { seen } = await group([{ id: '__proto__' }, { id: 'c', __parentId: '__proto__' }, { id: 'constructor' }]);
  assert.deepEqual([...seen].sort(), [['__proto__', ['c']], ['constructor', []]]);
});

test('a source that fails, and a reader that stops, leave no files', async () => {
  const before = leftovers();
  await assert.rejects(collect(groupChildren((async function* () { yield { id: 'p' }; throw new Error('cut off'); })())), /cut off/);
  for await (const _ of groupChildren((async function* () { yield { id: 'p' }; yield { id: 'q' }; })())) break;
  assert.equal(leftovers(), before);
});

test('what a killed process left goes with the next import, a day later', async () => {
  const [old, young] = [mkdtempSync(join(tmpdir(), 'vitrine-bulk-')), mkdtempSync(join(tmpdir(), 'vitrine-bulk-'))];
  const yesterday = Date.now() / 1000 - 90_000;
  utimesSync(old, yesterday, yesterday);
  await group([{ id: 'p' }]);
  assert.deepEqual([existsSync(old), existsSync(young)], [false, true]);
  rmSync(young, { recursive: true });
});
