import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { listAt, ListBuilder, listCount, type Lists } from './lists.ts';
import { instancesProblem, leaveOneOutProblem, nextItemProblem, type Predictions, type Problem } from './problem.ts';

const ITEMS = 6;
const ids = Array.from({ length: ITEMS }, (_, at) => `p${at}`);
const lists = fc.array(fc.array(fc.nat(ITEMS - 1), { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 40 });
const withUnknown = fc.array(fc.array(fc.integer({ min: -1, max: ITEMS - 1 }), { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 10 });

function toLists(arrays: readonly (readonly number[])[]): Lists {
  const lists = new ListBuilder();
  for (const items of arrays) {
    for (const item of items) lists.push(item);
    lists.end();
  }
  return lists.build();
}

/** Predictions in words: what was seen > what came. */
const spelled = ({ item, from, to, target, cluster }: Predictions, { itemIds }: Problem): string[] =>
  Array.from(target, (row, p) => `${cluster[p]}: ${Array.from(item.subarray(from[p], to[p]), (seen) => itemIds[seen]).join(' ')} > ${itemIds[row] ?? 'unknown'}`);

const known = (items: readonly number[]) => items.filter((item) => item >= 0).map((item) => ids[item]).join(' ');
const words = (read: Lists, { itemIds }: Problem) => Array.from({ length: listCount(read) }, (_, at) => Array.from(listAt(read, at), (row) => itemIds[row]).join(' '));
const byCount = (arrays: readonly (readonly number[])[], itemIds: readonly string[]) => {
  const counts = itemIds.map((id) => arrays.flat().filter((item) => ids[item] === id).length);
  assert.deepEqual(counts, counts.toSorted((a, b) => b - a), 'rows by popularity');
};

test('next item: every position of every test session; unknown items are left out of what was seen, and are misses', () => {
  fc.assert(fc.property(lists, withUnknown, (training, testing) => {
    if (!testing.some((session) => session.length > 1)) return;
    const problem = nextItemProblem(toLists(training), toLists(testing), ids);
    assert.deepEqual(spelled(problem.test, problem), testing.flatMap((session, at) =>
      session.slice(1).map((target, before) => `${at}: ${known(session.slice(0, before + 1))} > ${ids[target] ?? 'unknown'}`)));
    assert.deepEqual(words(problem.known, problem), training.map(known));
    byCount(training, problem.itemIds);
    // Of a few sessions a tenth chooses, evenly, counted from the newest.
    const oneIn = Math.floor(training.length / Math.floor(training.length / 10));
    const chooses = training.map((_, at) => (training.length - at) % oneIn === 0);
    assert.deepEqual(words(problem.train, problem), training.filter((_, at) => !chooses[at]).map(known));
    assert.deepEqual(spelled(problem.validation, problem), training.filter((_, at) => chooses[at]).flatMap((session, at) =>
      session.slice(1).map((target, before) => `${at}: ${known(session.slice(0, before + 1))} > ${ids[target]}`)));
  }));
});

test('of many training sessions a thousand choose, out of the newest twenty thousand', () => {
  const many = Array.from({ length: 60_000 }, (_, at) => [at % ITEMS, Math.floor(at / 40_000)]);
  const problem = nextItemProblem(toLists(many), toLists([[0, 1]]), ids);
  assert.equal(listCount(problem.train), 59_000);
  assert.deepEqual([...new Set(Array.from(problem.validation.target, (row) => problem.itemIds[row]))], ['p1'], 'none is older');
});

test('leave one out: the last tests, the one before chooses, the rest trains', () => {
  fc.assert(fc.property(lists, (users) => {
    if (!users.some((items) => items.length > 1)) return;
    const problem = leaveOneOutProblem(toLists(users), ids);
    const trained = users.map((items) => (items.length > 2 ? items.slice(0, -2) : items.slice(0, 1)));
    assert.deepEqual(words(problem.train, problem), trained.map(known));
    assert.deepEqual(words(problem.known, problem), users.map((items) => known(items.length > 1 ? items.slice(0, -1) : items)));
    assert.deepEqual(spelled(problem.test, problem), users.flatMap((items, at) => (items.length > 1 ? [`${at}: ${known(items.slice(0, -1))} > ${ids[items.at(-1)!]}`] : [])));
    assert.deepEqual(spelled(problem.validation, problem), users.flatMap((items, at) => (items.length > 2 ? [`${at}: ${known(items.slice(0, -2))} > ${ids[items.at(-2)!]}`] : [])));
    assert.deepEqual(problem.itemIds.toSorted(), ids, 'every item of the file is ranked');
    byCount(users.map((items) => (items.length > 1 ? items.slice(0, -1) : items)), problem.itemIds);
  }));
});

test('instances: one prediction a line', () => {
  const problem = instancesProblem(toLists([[0, 1, 2]]), toLists([[0, 1], [2, -1, 1]]), ids);
  assert.deepEqual(spelled(problem.test, problem), ['0: p0 > p1', '1: p2 > p1']);
});

test('nothing to predict, nothing to learn from', () => {
  assert.throws(() => nextItemProblem(toLists([[0, 1]]), toLists([[0], [1]]), ids), { code: 'not_enough_data' });
  assert.throws(() => nextItemProblem(toLists([]), toLists([[-1, -1]]), []), { code: 'not_enough_data' });
  assert.throws(() => leaveOneOutProblem(toLists([[0]]), ids), { code: 'not_enough_data' });
});
