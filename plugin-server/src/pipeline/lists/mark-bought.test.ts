import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { FEWEST_ORDERS, markBought } from './mark-bought.ts';
import { madeUpSequences } from './made-up-sequences.ts';

const ITEMS = 8;
const COUNT = 5;
const group = fc.record({ time: fc.integer({ min: 1, max: 1_000 }), rows: fc.uniqueArray(fc.nat(ITEMS - 1), { maxLength: 5 }), kind: fc.constantFrom(0, 1, 2, 2, 2) });

test('what three orders and more than chance held together, and nothing that visits did: as counted one pair at a time', () => {
  fc.assert(fc.property(fc.array(group, { maxLength: 60 }), fc.array(fc.nat(ITEMS - 1), { minLength: ITEMS * COUNT, maxLength: ITEMS * COUNT }), (groups, rows) => {
    const row = Int32Array.from(rows);
    const weight = Float32Array.from(rows, (other, at) => Number(other !== Math.floor(at / COUNT)));
    const marked = markBought(madeUpSequences(ITEMS, groups), { count: COUNT, row, weight });
    const orders = groups.filter(({ kind, rows: held }) => kind === 2 && held.length > 0);
    marked.forEach((bit, at) => {
      const one = Math.floor(at / COUNT);
      const held = (...wanted: number[]) => orders.filter(({ rows: those }) => wanted.every((item) => those.includes(item))).length;
      const chance = (held(one) * held(row[at])) / orders.length;
      const both = weight[at] > 0 ? held(one, row[at]) : 0;
      assert.equal(bit, Number(both >= FEWEST_ORDERS && both - chance >= 2 * Math.sqrt(chance)), `${one} and ${row[at]}: ${both}, by chance ${chance}`);
    });
  }));
});
