import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { arrange } from '../../lists/arrange.ts';
import { applyRules } from './apply-rules.ts';
import { GOALS, KINDS } from './config.ts';
import { encodeSession } from './encode-session.ts';
import type { ItemFilter } from './filter.ts';
import { createJsScan } from './js-scan.ts';
import { randomModel } from './random-model.ts';
import { rank } from './rank.ts';
import type { Rule } from './rules.ts';
import { createWasmScan } from './wasm-scan.ts';

const ITEMS = 80;
const model = randomModel({ items: ITEMS, dim: 8, seed: 11 });
const scans = [createJsScan(model), createWasmScan(model)!];

const filter: fc.Arbitrary<ItemFilter> = fc.oneof(
  fc.record({ types: fc.subarray(['t0', 't1', 't2', 't3', 'none']) }), fc.record({ vendors: fc.subarray(['v0', 'v1', 'v2']) }),
  fc.record({ tags: fc.oneof(fc.constant({ any: ['sale'] }), fc.constant({ none: ['sale'] })) }), fc.record({ price: fc.record({ min: fc.nat(60), max: fc.integer({ min: 20, max: 90 }) }) }),
  fc.record({ stock: fc.subarray(['low', 'some', 'plenty'] as const) }),
);
const ids = fc.uniqueArray(fc.nat(ITEMS + 5).map((row) => `p${row}`), { minLength: 1, maxLength: 8 });
const which = fc.oneof(ids.map((productIds) => ({ productIds })), filter.map((value) => ({ filter: value })));
const rule: fc.Arbitrary<Rule> = fc.oneof(
  fc.tuple(fc.constantFrom('boost', 'bury'), which, fc.constantFrom(undefined, 1, 1.5, 3, 10)).map(([action, whom, factor]): Rule => ({ action: action as 'boost', ...whom, ...(factor && { factor }) })),
  fc.tuple(fc.constantFrom('exclude', 'only'), which).map(([action, whom]): Rule => ({ action: action as 'only', ...whom })),
  fc.tuple(ids, fc.nat(10)).map(([productIds, position]): Rule => ({ action: 'pin', productIds, position })),
);

/** Whether an item meets a rule or a filter, read from its own row number. */
function meets(row: number, { productIds, filter: wanted }: Pick<Rule, 'productIds' | 'filter'>): boolean {
  if (productIds) return productIds.includes(`p${row}`);
  const { types, vendors, tags, price, stock } = wanted!;
  return (types?.includes(`t${row % 4}`) ?? true) && (vendors?.includes(`v${row % 3}`) ?? true) && (tags?.any ? row % 5 === 0 : true) && (tags?.none ? row % 5 !== 0 : true)
    && row + 1 >= (price?.min ?? 0) && row + 1 <= (price?.max ?? Infinity) && (stock?.includes((['low', 'some', 'plenty'] as const)[row % 3]) ?? true);
}

test('any rules and filters: the list that scoring, moving, leaving out, sorting and pinning one by one gives, from every backend', async () => {
  const touch = fc.record({ id: fc.nat(ITEMS + 5).map((row) => `p${row}`), kind: fc.constantFrom(...KINDS) });
  await fc.assert(fc.asyncProperty(fc.array(touch, { maxLength: 15 }), fc.constantFrom(...GOALS), fc.array(rule, { maxLength: 6 }), fc.option(filter, { nil: undefined }), fc.integer({ min: 1, max: 30 }),
    fc.uniqueArray(fc.nat(ITEMS - 1), { maxLength: 10 }), async (session, goal, rules, wanted, limit, out) => {
      const exclude = new Set(out.map((row) => `p${row}`));
      const stands = (row: number) => (!wanted || meets(row, { filter: wanted })) && rules.every((one) =>
        one.action === 'exclude' ? !meets(row, one) : one.action === 'only' ? meets(row, one) : true);
      const factor = (row: number) => Math.min(10, Math.max(0.1, rules.reduce((product, one) =>
        product * (!/^(boost|bury)$/.test(one.action) || !meets(row, one) ? 1 : one.action === 'boost' ? one.factor ?? 2 : 1 / (one.factor ?? 2)), 1)));

      const pins: [id: string, place: number][] = [];
      for (const one of rules) {
        if (one.action !== 'pin') continue;
        let place = one.position!;
        for (const id of one.productIds!) {
          const row = Number(id.slice(1));
          const isUnknown = row >= ITEMS;
          const mayStand = isUnknown
            ? !wanted && !rules.some((other) => (other.action === 'only' && (other.filter || !other.productIds!.includes(id))) || (other.action === 'exclude' && other.productIds?.includes(id)))
            : stands(row);
          if (!mayStand || pins.some(([other]) => other === id)) continue;
          while (pins.some(([, taken]) => taken === place)) place++;
          pins.push([id, place]);
        }
      }
      const shown = pins.filter(([id]) => !exclude.has(id)).sort((a, b) => a[1] - b[1]);

      const known = session.filter(({ id }) => model.rowOf.has(id));
      const rows = Array.from({ length: ITEMS }, (_, row) => row).filter((row) => stands(row) && !exclude.has(`p${row}`) && !shown.some(([id]) => id === `p${row}`));
      let score = (row: number) => -(row + 1) / factor(row);
      if (known.length > 0) {
        const { query, unit, bonus } = encodeSession(model, { rows: known.map(({ id }) => model.rowOf.get(id)!), kinds: known.map(({ kind }) => KINDS.indexOf(kind)) }, GOALS.indexOf(goal));
        score = (row) => {
          const extra = factor(row) === 1 ? 0 : Math.round(Math.log(factor(row)) * 1024) / 1024;
          const added = factor(row) === 1 ? bonus.get(row) ?? 0 : (bonus.get(row) ?? 0) + extra;
          return query.reduce((sum, value, j) => sum + value * model.table[row * 8 + j], 0) * unit + model.params.get('item_bias')![row] + added;
        };
      }
      const sorted = rows.map((row) => ({ row, score: score(row) })).sort((a, b) => b.score - a.score || a.row - b.row).slice(0, limit).map(({ row }) => `p${row}`);
      for (const [id, place] of shown) sorted.splice(place, 0, id);
      for (const scan of scans) {
        const ranked = await rank(model, scan, { session, goal, rules, filter: wanted, limit, exclude });
        assert.deepEqual(arrange(ranked, limit).map(({ id }) => id), sorted.slice(0, limit), scan.name);
      }
    }), { numRuns: 400 });
});

test('a factor of a hundred rules stays within ten, either way', () => {
  const boost: Rule = { action: 'boost', productIds: ['p1'], factor: 5 };
  assert.equal(applyRules(model, { rules: Array<Rule>(50).fill(boost) }).factor.get(1), 10);
  assert.equal(applyRules(model, { rules: Array<Rule>(50).fill({ ...boost, action: 'bury' }) }).factor.get(1), 0.1);
  assert.equal(applyRules(model, { rules: [{ ...boost, factor: Math.E }] }).added.get(1), 1);
});

test('a rule about attributes holds for nothing where the shop has none; a filter says so', () => {
  const bare = { ...model, attributes: undefined };
  assert.equal(applyRules(bare, { rules: [{ action: 'exclude', filter: { types: ['t1'] } }] }).allowed, null);
  assert.equal(applyRules(bare, { rules: [{ action: 'only', filter: { types: ['t1'] } }] }).allowed!.size, 0);
  assert.throws(() => applyRules(bare, { filter: { types: ['t1'] } }), { code: 'bad_input', message: /published without product attributes/ });
});

test('arrange: pins at their places, at the end where there are too few others', () => {
  const pin = (id: string, pinned: number) => ({ id, pinned });
  const ids = (items: { id: string; pinned?: number }[], limit: number) => arrange(items, limit).map(({ id }) => id);
  assert.deepEqual(ids([pin('p', 1), { id: 'a' }, { id: 'b' }], 3), ['a', 'p', 'b']);
  assert.deepEqual(ids([pin('p', 0), pin('q', 9), { id: 'a' }], 5), ['p', 'a', 'q']);
  assert.deepEqual(ids([pin('q', 4), { id: 'a' }, { id: 'b' }], 1), ['a']);
});
