import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { MIX_SIZE, paramShapes } from './config.ts';
import { createJsScorer } from './js-scorer.ts';
import type { RecommendationModel } from './load.ts';
import { rank, selectTop } from './rank.ts';

test('the best rows, in order, as a full sort gives them; equal scores to the lower row', () => {
  fc.assert(fc.property(
    fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 0, maxLength: 60 }),
    fc.dictionary(fc.nat(59).map(String), fc.integer({ min: -3, max: 3 })),
    fc.uniqueArray(fc.nat(59)), fc.nat(70),
    (dots, bonuses, excluded, limit) => {
      const bonus = new Map(Object.entries(bonuses).map(([row, value]) => [Number(row), value]));
      const bias = Float32Array.from(dots, (_, row) => (row % 3) / 2);
      const skip = new Set(excluded);
      const wanted = dots
        .map((dot, row) => ({ row, score: dot * 0.5 + bias[row] + (bonus.get(row) ?? 0) }))
        .filter(({ row }) => !skip.has(row))
        .sort((a, b) => b.score - a.score || a.row - b.row)
        .slice(0, limit);
      assert.deepEqual(selectTop(Int32Array.from(dots), 0.5, bias, bonus, skip, limit), wanted);
    }));
});

function tinyModel(): RecommendationModel {
  const config = { items: 4, dim: 2, maxLength: 5, scale: 10, goals: 3, neighbours: 0 };
  const params = new Map([...paramShapes(config)].map(([name, shape]) => [name, new Float32Array(shape.reduce((a, b) => a * b, 1))]));
  params.get('project')!.set([0.5, 0, 0, 0.5, 0.5, 0, 0, 0.5]); // the query is the mean of last item and readout
  const itemIds = ['__proto__', '007', '7', 'x'];
  return {
    config, version: 't', itemIds, rowOf: new Map(itemIds.map((id, row) => [id, row])), params, tableScale: 1 / 127,
    table: Int8Array.from([127, 0, 120, 40, 0, 127, -127, 0]),
    neighbours: { count: 0, row: new Int32Array(0), weight: new Float32Array(0), mix: new Float32Array(MIX_SIZE) },
  };
}

test('neighbours in direction come first; ids are text, whatever they look like', async () => {
  const model = tinyModel();
  const ranked = await rank(model, createJsScorer(model), { session: [{ id: '__proto__', kind: 'view' }], goal: 'view', limit: 4, exclude: new Set(['__proto__']) });
  assert.deepEqual(ranked.map(({ id }) => id), ['007', '7', 'x']);
  assert.ok(ranked.every(({ source }) => source === 'model'));
});

test('a session of unknown items gets the popular ones, without the excluded', async () => {
  const model = tinyModel();
  const ranked = await rank(model, createJsScorer(model), { session: [{ id: 'constructor', kind: 'view' }], goal: 'view', limit: 2, exclude: new Set(['007']) });
  assert.deepEqual(ranked, [{ id: '__proto__', score: -0, source: 'popular' }, { id: '7', score: -2, source: 'popular' }]);
});

test('dots are whole and equal to a naive sum', () => {
  fc.assert(fc.property(fc.int8Array({ minLength: 32, maxLength: 32 }), fc.int8Array({ minLength: 8, maxLength: 8 }), (table, query) => {
    const scorer = createJsScorer({ table, config: { items: 4, dim: 8, maxLength: 1, scale: 1, goals: 0, neighbours: 0 } });
    const dots = scorer.score(query) as Int32Array;
    for (let row = 0; row < 4; row++) {
      assert.equal(dots[row], query.reduce((sum, value, j) => sum + value * table[row * 8 + j], 0));
    }
  }));
});
