import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { bonusIndex, GOALS, KINDS, mixIndex } from './config.ts';
import { encodeSession, type KnownSession } from './encode-session.ts';
import { createExplainer } from './explain.ts';
import { createJsScan } from './js-scan.ts';
import type { RecommendationModel } from './load.ts';
import { randomModel } from './random-model.ts';
import { rank } from './rank.ts';

const ITEMS = 60;
const DIM = 8;

const session = fc.array(fc.record({ row: fc.nat(ITEMS - 1), kind: fc.nat(KINDS.length - 1) }), { minLength: 1, maxLength: 20 })
  .map((touches): KnownSession => ({ rows: touches.map(({ row }) => row), kinds: touches.map(({ kind }) => kind) }));

/** An item's likeness to the session's direction before that is scaled, with some of the session's items made zero. */
function along(model: RecommendationModel, { rows, kinds }: KnownSession, goal: number, attention: Float64Array, row: number, without: ReadonlySet<number>): number {
  const param = (name: string) => model.params.get(name)!;
  const e = (at: number, j: number) => (at < 0 ? 0 : model.table[at * DIM + j] / 127);
  const skipped = rows.length - attention.length;
  const newest = rows.at(-1)!;
  let sum = 0;
  for (let out = 0; out < DIM; out++) {
    let direction = param('goal')[goal * DIM + out];
    for (let j = 0; j < DIM; j++) {
      const last = without.has(newest) ? 0 : e(newest, j) + param('position')[j] + param('kind')[kinds.at(-1)! * DIM + j];
      const readout = attention.reduce((total, weight, t) => total + (without.has(rows[skipped + t]) ? 0 : weight * e(rows[skipped + t], j)), 0);
      direction += last * param('project')[j * DIM + out] + readout * param('project')[(DIM + j) * DIM + out];
    }
    const average = Array.from({ length: ITEMS }, (_, at) => e(at, out)).reduce((a, b) => a + b) / ITEMS;
    sum += direction * (e(row, out) - average);
  }
  return sum;
}

/** What companions add to an item's score from the session's items in `only`, by the equations. */
function companions(model: RecommendationModel, { rows, kinds }: KnownSession, goal: number, row: number, only: (from: number) => boolean): number {
  const { count, row: others, weight, mix, sums } = model.neighbours;
  let score = 0;
  for (const [kind] of KINDS.entries()) {
    const { decay, root } = sums![mixIndex(goal, kind)];
    let all = 0;
    let some = 0;
    rows.forEach((from, t) => {
      const distance = rows.length - 1 - t;
      if (kinds[t] !== kind || distance >= model.config.maxLength) return;
      const k = Array.from({ length: count }, (_, at) => from * count + at).find((at) => others[at] === row && weight[at] > 0);
      if (k === undefined) return;
      all += decay ** distance * weight[k];
      if (only(from)) some += decay ** distance * weight[k];
    });
    if (all > 0) score += mix[mixIndex(goal, kind)] * (root ? Math.sqrt(all) : all) * (some / all);
  }
  return score;
}

const near = (a: number, b: number) => Math.abs(a - b) < 1e-6 * Math.max(1, Math.abs(a), Math.abs(b));

test('the source is the largest part of the score, and the item named the one with the largest share of that part, both computed another way', () => {
  const met = new Map<string, number>();
  fc.assert(fc.property(session, fc.nat(GOALS.length - 1), fc.integer({ min: 1, max: 1_000 }), fc.nat(ITEMS - 1), fc.option(fc.constantFrom(0.7, 2.3), { nil: undefined }), (known, goal, seed, row, extra) => {
    const model = randomModel({ items: ITEMS, dim: DIM, seed });
    model.params.get('item_bias')!.forEach((value, at, all) => { all[at] = value * 4; });
    const encoded = encodeSession(model, known, goal);
    const reason = createExplainer(model, known, goal, encoded, new Map(extra === undefined ? [] : [[row, extra]])).of(row);
    met.set(reason.source, (met.get(reason.source) ?? 0) + 1);

    // The parts: together with the average item's they are the score.
    const dot = (at: number) => encoded.query.reduce((sum, value, j) => sum + value * model.table[at * DIM + j], 0);
    const mean = (of: (at: number) => number) => Array.from({ length: ITEMS }, (_, at) => of(at)).reduce((a, b) => a + b) / ITEMS;
    const bias = model.params.get('item_bias')!;
    const held = known.rows.includes(row);
    const repeats = held ? known.rows.reduce((sum, from, t) => sum + (from === row ? model.params.get('bonus')![bonusIndex(goal, known.kinds[t], known.rows.length - 1 - t)] : 0), model.params.get('repeat_bias')![row]) : 0;
    const parts: Record<string, number> = {
      visit: (dot(row) - mean(dot)) * encoded.unit, popular: bias[row] - mean((at) => bias[at]), again: held ? repeats : -Infinity,
      companion: companions(model, known, goal, row, () => true) || -Infinity, boosted: extra ?? -Infinity,
    };
    const bonus = encoded.bonus.get(row) ?? 0;
    assert.ok(near(bonus, repeats + Math.max(0, parts.companion)), 'the score has no other part');
    const largest = Math.max(...Object.values(parts));
    const isPart = (name: string) => near(parts[name], largest);

    const from = reason.item === undefined ? undefined : model.rowOf.get(reason.item)!;
    if (from !== undefined) {
      assert.ok(known.rows.includes(from));
      assert.equal(reason.kind, KINDS[known.kinds[known.rows.lastIndexOf(from)]]);
    }
    const candidates = [...new Set(known.rows)];
    const share = (of: number) => along(model, known, goal, encoded.attention, row, new Set()) - along(model, known, goal, encoded.attention, row, new Set([of]));
    const markOf = (at: number) => {
      const { count, row: others, weight, together } = model.neighbours;
      return together![Array.from({ length: count }, (_, k) => at * count + k).find((k) => others[k] === row && weight[k] > 0)!];
    };
    const most = (of: (at: number) => number) => Math.max(...candidates.map(of));
    switch (reason.source) {
      case 'bought-with': case 'viewed-with': {
        assert.ok(isPart('companion'));
        assert.ok(markOf(from!) > 0);
        const part = (at: number) => companions(model, known, goal, row, (one) => one === at);
        assert.ok(near(part(from!), most(part)), `${part(from!)} of ${most(part)}`);
        assert.equal(reason.source, markOf(from!) === 1 ? 'bought-with' : 'viewed-with');
        break;
      }
      case 'visit':
        if (isPart('companion') && !isPart('visit')) {
          const part = (at: number) => companions(model, known, goal, row, (one) => one === at);
          assert.ok(near(part(from!), most(part)) && markOf(from!) === 0, 'a companion of which neither orders nor visits say enough');
          break;
        }
        assert.ok(isPart('visit'));
        if (from !== undefined) assert.ok(near(share(from), most(share)) && from !== row, `${share(from)} of ${most(share)}`);
        else assert.ok(most(share) <= Math.max(0, along(model, known, goal, encoded.attention, row, new Set(known.rows))) + 1e-6, 'nothing of the visit stands out');
        break;
      case 'again':
        assert.ok(isPart('again') || (isPart('visit') && near(share(row), most(share))));
        assert.ok(held);
        break;
      default:
        assert.ok(isPart(reason.source), `${reason.source}: ${JSON.stringify(parts)}`);
        assert.equal(from, undefined);
    }
  }), { numRuns: 3_000 });
  assert.deepEqual([...met.keys()].sort(), ['again', 'boosted', 'bought-with', 'popular', 'viewed-with', 'visit'], 'every source was met');
});

test('new products say so; their companions are borrowed and claim nothing of orders', async () => {
  const model = randomModel({ items: 30, dim: DIM, seed: 5 });
  const { count, row: companion, together } = model.neighbours;
  companion.forEach((to, at) => { if (to >= 20 || at >= 20 * count) together![at] = 0; }); // nobody has touched the last ten
  const lists = { trending: [], growth: new Float32Array(0), trendingUntil: 0, usualDays: 0, fresh: new Set(model.itemIds.slice(20)) };
  const items = await rank({ ...model, lists }, createJsScan(model), { session: [{ id: 'p3', kind: 'view' }, { id: 'p25', kind: 'view' }], goal: 'view', limit: 30 });
  for (const { id, reason } of items) {
    const isNew = lists.fresh.has(id);
    assert.ok(isNew ? !/with$|^visit$/.test(reason.source) : reason.source !== 'new', `${id}: ${reason.source}`);
    if (reason.item === 'p25') assert.ok(!/with$/.test(reason.source));
  }
  assert.ok(items.some(({ reason }) => reason.source === 'new'));
});

test('a model that does not know which companions were bought names the visit', async () => {
  const model = randomModel({ items: 30, dim: DIM, seed: 6 });
  const items = await rank({ ...model, neighbours: { ...model.neighbours, together: undefined } }, createJsScan(model), { session: [{ id: 'p3', kind: 'cart' }], goal: 'purchase', limit: 30 });
  assert.ok(items.every(({ reason }) => !/with$/.test(reason.source)));
});
