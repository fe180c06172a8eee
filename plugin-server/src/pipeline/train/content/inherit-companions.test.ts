import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { inheritCompanions, joinLists, type Lists, MOST_NEW } from './inherit-companions.ts';

const ITEMS = 8;
const lists = fc.array(fc.record({ from: fc.nat(5), to: fc.nat(5), weight: fc.integer({ min: 1, max: 9 }) }), { maxLength: 20 }).map((entries): Lists => {
  const count = 6;
  const row = new Int32Array(ITEMS * count);
  const weight = new Float32Array(ITEMS * count);
  for (const { from, to, weight: value } of entries) if (from !== to) [row[from * count + to], weight[from * count + to]] = [to, value];
  return { count, row, weight };
});
const entry = ({ count, row, weight }: Lists, from: number, to: number) => {
  for (let at = from * count; at < (from + 1) * count; at++) if (row[at] === to && weight[at] > 0) return weight[at];
  return 0;
};

test('weights taken over are the mean of those of items alike, by their cosines, both ways', () => {
  fc.assert(fc.property(lists, fc.integer({ min: 1, max: 10 }), fc.integer({ min: 1, max: 10 }), (own, a, b) => {
    const alike = [[{ row: 0, cosine: a / 10 }, { row: 1, cosine: b / 10 }].sort((one, other) => other.cosine - one.cosine), []];
    const { incoming, outgoing } = inheritCompanions(own, ITEMS, Int32Array.of(6, 7), alike);
    const share = (cosine: number) => (cosine ** 4 / ((a / 10) ** 4 + (b / 10) ** 4)) * Math.max(a, b) / 10;
    for (let other = 0; other < 6; other++) {
      const into = share(a / 10) * entry(own, other, 0) + share(b / 10) * entry(own, other, 1);
      const out = share(a / 10) * entry(own, 0, other) + share(b / 10) * entry(own, 1, other);
      assert.ok(Math.abs(entry(incoming, other, 6) - into) < 1e-5);
      assert.ok(Math.abs((outgoing.get(6)!.get(other) ?? 0) - out) < 1e-5);
    }
    assert.equal(outgoing.get(7)!.size, 0, 'what is like nothing takes over nothing');
  }));
});

test('joined lists keep the strongest of each item, and at most so many new ones on top', () => {
  fc.assert(fc.property(lists, fc.integer({ min: 1, max: 4 }), (own, kept) => {
    const taken = inheritCompanions(own, ITEMS, Int32Array.of(6, 7), [[{ row: 0, cosine: 1 }], [{ row: 0, cosine: 0.5 }]]);
    const joined = joinLists(own, taken, ITEMS, { kept, strength: 0.5 });
    assert.equal(joined.count, kept + MOST_NEW);
    for (let from = 0; from < 6; from++) {
      const strongest = Array.from({ length: 6 }, (_, to) => entry(own, from, to)).filter((weight) => weight > 0).sort((x, y) => y - x).slice(0, kept);
      const held = Array.from({ length: 6 }, (_, to) => entry(joined, from, to)).filter((weight) => weight > 0).sort((x, y) => y - x);
      assert.deepEqual(held, strongest);
      for (const fresh of [6, 7]) if (entry(joined, from, fresh) > 0) assert.ok(Math.abs(entry(joined, from, fresh) - 0.5 * entry(own, from, 0) * (fresh === 6 ? 1 : 0.5)) < 1e-6);
    }
  }));
});
