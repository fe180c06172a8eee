import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ListBuilder, type Lists } from '../files/lists.ts';
import type { ScoreRows } from './baseline.ts';
import { BestRows } from './best-rows.ts';
import { coOccurrence, type CoOccurrenceSettings } from './co-occurrence.ts';
import { itemKnn } from './item-knn.ts';
import { countPairs } from './pair-counts.ts';
import { popularity } from './popularity.ts';
import type { ReminderSettings } from './reminders.ts';
import { sessionPopularity } from './session-popularity.ts';
import { vmisKnn, type VmisKnnSettings } from './vmis-knn.ts';

// Each baseline against its definition, written out over plain arrays with no index and no shortcut.

const ITEMS = 8;
const list = fc.array(fc.nat(ITEMS - 1), { minLength: 1, maxLength: 6 });
const data = fc.array(list, { minLength: 1, maxLength: 12 });

function toLists(arrays: readonly (readonly number[])[]): Lists {
  const lists = new ListBuilder();
  for (const items of arrays) {
    for (const item of items) lists.push(item);
    lists.end();
  }
  return lists.build();
}

/** Scores as the baseline gives them, read through the order: the best rows one by one. */
function ranking(score: ScoreRows, seen: readonly number[]): number[] {
  const best = new BestRows(ITEMS);
  best.clear();
  score(Int32Array.from(seen), best);
  const rows = new Int32Array(ITEMS);
  best.best(rows);
  return [...rows].filter((row) => row >= 0);
}

/** The ranking is right when its scores, by the definition, fall; up to rounding, which may swap what is equal. */
function assertFalls(ranked: readonly number[], expected: ReadonlyMap<number, number>): void {
  const scored = ranked.filter((row) => expected.has(row));
  assert.deepEqual(ranked.slice(0, scored.length), scored, 'rows without a score come last');
  for (let i = 1; i < scored.length; i++) {
    const [above, own] = [expected.get(scored[i - 1])!, expected.get(scored[i])!];
    assert.ok(above >= own - 1e-6 * Math.max(1, Math.abs(own)), `row ${scored[i - 1]} (${above}) before row ${scored[i]} (${own})`);
  }
}

const add = (scores: Map<number, number>, row: number, value: number) => scores.set(row, (scores.get(row) ?? 0) + value);

/** Reminders by their definition; returns the rows that may be shown. */
function remind(scores: Map<number, number>, seen: readonly number[], { reminder, fading }: ReminderSettings): void {
  if (reminder === null) for (const row of seen) scores.delete(row);
  else if (reminder > 0) {
    const top = Math.max(0, ...scores.values()) || 1;
    seen.forEach((row, t) => add(scores, row, reminder * top * fading ** (seen.length - 1 - t)));
  }
}

test('popularity is the order of the rows; session popularity counts the session', () => {
  const rows = Array.from({ length: ITEMS }, (_, row) => row);
  assert.deepEqual(ranking(popularity.prepare(toLists([]), ITEMS)({}).score, [5, 3]), rows);
  fc.assert(fc.property(list, (seen) => {
    const counts = rows.map((row) => seen.filter((own) => own === row).length);
    assert.deepEqual(ranking(sessionPopularity.prepare(toLists([]), ITEMS)({}).score, seen), rows.toSorted((a, b) => counts[b] - counts[a] || a - b));
  }));
});

test('item-kNN: cosine of the newest item over lists', () => {
  fc.assert(fc.property(data, list, fc.constantFrom(0, 20), fc.constantFrom(0.25, 0.5), (lists, seen, regularisation, normalisation) => {
    const last = seen.at(-1)!;
    const n = (row: number) => lists.filter((each) => each.includes(row)).length;
    const scores = new Map<number, number>();
    for (let row = 0; row < ITEMS; row++) {
      const together = lists.filter((each) => each.includes(row) && each.includes(last)).length;
      if (row !== last && together > 0) scores.set(row, together / ((n(last) + regularisation) ** (1 - normalisation) * (n(row) + regularisation) ** normalisation));
    }
    assertFalls(ranking(itemKnn.prepare(toLists(lists), ITEMS)({ regularisation, normalisation }).score, seen), scores);
  }));
});

test('co-occurrence: pairs by distance and direction, decay over the session, reminders', () => {
  const settings: fc.Arbitrary<CoOccurrenceSettings> = fc.record({
    closeness: fc.constantFrom(0, 0.5, 1), backward: fc.constantFrom(0.25, 1), damping: fc.constantFrom(0, 0.25), decay: fc.constantFrom(0.5, 0.85),
    trust: fc.constantFrom(0.5, 1), reminder: fc.constantFrom(0, null, 0.5, 2), fading: fc.constantFrom(0.7, 1),
  });
  fc.assert(fc.property(data, list, settings, (lists, seen, chosen) => {
    const n = (row: number) => lists.flat().filter((own) => own === row).length;
    const scores = new Map<number, number>();
    seen.forEach((own, t) => {
      for (const each of lists) {
        each.forEach((row, i) => each.forEach((other, j) => {
          if (row !== own || other === own) return;
          const weight = Math.abs(i - j) ** -chosen.closeness * (j > i ? 1 : chosen.backward);
          add(scores, other, chosen.decay ** (seen.length - 1 - t) * n(own) ** -chosen.trust * weight * n(other) ** -chosen.damping);
        }));
      }
    });
    remind(scores, seen, chosen);
    const ranked = ranking(coOccurrence.prepare(toLists(lists), ITEMS)(chosen).score, seen);
    assertFalls(ranked, scores);
    if (chosen.reminder === null) assert.ok(!ranked.some((row) => seen.includes(row)));
  }));
});

test('VMIS-kNN: the most recent lists, the most similar of them, what they hold', () => {
  const settings: fc.Arbitrary<VmisKnnSettings> = fc.record({
    recent: fc.integer({ min: 1, max: 8 }), neighbours: fc.integer({ min: 1, max: 6 }), rarity: fc.constantFrom(0, 0.5, 1), matchReach: fc.constantFrom(2, 10),
    reminder: fc.constantFrom(0, null, 1), fading: fc.constantFrom(0.8, 1),
  });
  fc.assert(fc.property(data, list, settings, (lists, seen, chosen) => {
    const distance = (row: number) => seen.toReversed().indexOf(row); // of its newest place from the end
    const perItem = [...new Set(seen)].flatMap((row) =>
      Array.from(lists.keys()).filter((at) => lists[at].includes(row)).toReversed().slice(0, chosen.recent).map((at) => ({ at, row })));
    const recent = [...new Set(perItem.map(({ at }) => at))].sort((a, b) => b - a).slice(0, chosen.recent);
    const similarity = (at: number) => perItem.filter((each) => each.at === at).reduce((sum, { row }) => sum + (seen.length - distance(row)) / seen.length, 0);
    const neighbours = recent.map((at) => ({ at, similarity: similarity(at), match: Math.min(...perItem.filter((each) => each.at === at).map(({ row }) => distance(row))) }))
      .sort((a, b) => (Math.abs(a.similarity - b.similarity) < 1e-9 ? b.at - a.at : b.similarity - a.similarity)).slice(0, chosen.neighbours);
    const scores = new Map<number, number>();
    for (const { at, similarity: weight, match } of neighbours) {
      const counted = weight * Math.max(0, 1 - match / chosen.matchReach);
      if (counted === 0) continue;
      for (const row of new Set(lists[at])) add(scores, row, counted * Math.log(lists.length / lists.filter((each) => each.includes(row)).length) ** chosen.rarity);
    }
    remind(scores, seen, chosen);
    assertFalls(ranking(vmisKnn.prepare(toLists(lists), ITEMS)(chosen).score, seen), scores);
  }), { numRuns: 300 });
});

test('the same answers again from one index, whatever was asked before', () => {
  fc.assert(fc.property(data, fc.array(list, { minLength: 2, maxLength: 5 }), (lists, sessions) => {
    for (const baseline of [itemKnn, coOccurrence, vmisKnn]) {
      const first = Object.fromEntries(Object.entries(baseline.choices).map(([name, values]) => [name, values[0]])) as never;
      const shared = baseline.prepare(toLists(lists), ITEMS)(first).score;
      for (const seen of sessions) assert.deepEqual(ranking(shared, seen), ranking(baseline.prepare(toLists(lists), ITEMS)(first).score, seen), baseline.name);
    }
  }));
});

test('pairs further apart than the reach do not count; the others by their distance', () => {
  fc.assert(fc.property(data, fc.integer({ min: 1, max: 4 }), (lists, reach) => {
    const counts = countPairs(toLists(lists), ITEMS, reach, (distance) => 10 ** -distance);
    for (let row = 0; row < ITEMS; row++) {
      const after = new Map<number, number>();
      const before = new Map<number, number>();
      for (const each of lists) {
        each.forEach((own, i) => each.forEach((other, j) => {
          if (own === row && other !== row && i !== j && Math.abs(i - j) <= reach) add(j > i ? after : before, other, 10 ** -Math.abs(i - j));
        }));
      }
      const columns = [...counts.column.subarray(counts.start[row], counts.start[row + 1])];
      assert.deepEqual(columns, [...new Set([...after.keys(), ...before.keys()])].sort((a, b) => a - b));
      columns.forEach((other, at) => {
        assert.ok(Math.abs(counts.after[counts.start[row] + at] - (after.get(other) ?? 0)) < 1e-5);
        assert.ok(Math.abs(counts.before[counts.start[row] + at] - (before.get(other) ?? 0)) < 1e-5);
      });
      assert.equal(counts.occurrences[row], lists.flat().filter((own) => own === row).length);
    }
  }));
});
