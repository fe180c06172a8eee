import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { BestRows } from './best-rows.ts';

const additions = fc.array(fc.record({ row: fc.nat(11), value: fc.integer({ min: -3, max: 5 }) }), { maxLength: 30 });

test('the order of a full sort: scored rows by score, then row; the others by row; left-out rows never', () => {
  const best = new BestRows(12); // one for all runs: what was forgotten must not come back
  fc.assert(fc.property(additions, fc.uniqueArray(fc.nat(11)), fc.integer({ min: 1, max: 15 }), (added, leftOut, k) => {
    best.clear();
    const scores = new Map<number, number>();
    for (const { row, value } of added) {
      best.add(row, value);
      scores.set(row, (scores.get(row) ?? 0) + value);
    }
    for (const row of leftOut) best.leaveOut(row);
    const expected = [
      ...[...scores.keys()].sort((a, b) => scores.get(b)! - scores.get(a)! || a - b),
      ...Array.from({ length: 12 }, (_, row) => row).filter((row) => !scores.has(row)),
    ].filter((row) => !leftOut.includes(row)).slice(0, k);
    const rows = new Int32Array(k).fill(7);
    best.best(rows);
    assert.deepEqual([...rows], [...expected, ...Array.from({ length: k - expected.length }, () => -1)]);
    assert.equal(best.largest(), Math.max(0, ...scores.values()));
  }));
});
