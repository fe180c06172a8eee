import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { FEWEST_TOGETHER, markTogether } from './mark-together.ts';
import { madeUpSequences } from './made-up-sequences.ts';

const ITEMS = 8;
const COUNT = 5;
const group = fc.record({ time: fc.integer({ min: 1, max: 1_000 }), rows: fc.uniqueArray(fc.nat(ITEMS - 1), { maxLength: 5 }), kind: fc.constantFrom(0, 1, 2, 2, 2) });

test('what three orders and more than chance held together, else three visits: as counted one pair at a time', () => {
  fc.assert(fc.property(fc.array(group, { maxLength: 60 }), fc.array(fc.nat(ITEMS - 1), { minLength: ITEMS * COUNT, maxLength: ITEMS * COUNT }), (groups, rows) => {
    const row = Int32Array.from(rows);
    const weight = Float32Array.from(rows, (other, at) => Number(other !== Math.floor(at / COUNT)));
    const marked = markTogether(madeUpSequences(ITEMS, groups), { count: COUNT, row, weight });
    marked.forEach((mark, at) => {
      const one = Math.floor(at / COUNT);
      const enough = (among: typeof groups) => {
        const held = (...wanted: number[]) => among.filter(({ rows: those }) => wanted.every((item) => those.includes(item))).length;
        const chance = (held(one) * held(row[at])) / among.length;
        return weight[at] > 0 && held(one, row[at]) >= FEWEST_TOGETHER && held(one, row[at]) - chance >= 2 * Math.sqrt(chance);
      };
      const isOrder = ({ kind, rows: those }: (typeof groups)[number]) => kind === 2 && those.length > 0;
      assert.equal(mark, enough(groups.filter(isOrder)) ? 1 : enough(groups.filter((group) => !isOrder(group))) ? 2 : 0, `${one} and ${row[at]}`);
    });
  }));
});
