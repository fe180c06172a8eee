import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { GOALS, KINDS, MIX_SIZE, paramShapes, REPEAT_LENGTH } from './config.ts';
import { encodeSession } from './encode-session.ts';
import { createJsScan } from './js-scan.ts';
import type { RecommendationModel } from './load.ts';
import { rank } from './rank.ts';
import { createWasmScan } from './wasm-scan.ts';

function tinyModel(): RecommendationModel {
  const config = { items: 4, dim: 2, maxLength: 5, scale: 10, goals: 3, neighbours: 0 };
  const params = new Map([...paramShapes(config)].map(([name, shape]) => [name, new Float32Array(shape.reduce((a, b) => a * b, 1))]));
  params.get('project')!.set([0.5, 0, 0, 0.5, 0.5, 0, 0, 0.5]); // the query is the mean of last item and readout
  const itemIds = ['__proto__', '007', '7', 'x'];
  return {
    config, version: 't', itemIds, rowOf: new Map(itemIds.map((id, row) => [id, row])), params, tableScale: 1 / 127,
    table: Int8Array.from([127, 0, 120, 40, 0, 127, -127, 0]),
    neighbours: { count: 0, row: new Int32Array(0), weight: new Float32Array(0), mix: new Float32Array(MIX_SIZE) },
    attributes: { facets: ['tShoe', 'tSock', 'p5', 'p20'], start: Int32Array.from([0, 2, 4, 6, 7]), facet: Int32Array.from([0, 2, 0, 3, 1, 2, 0]) },
  };
}

test('neighbours in direction come first; ids are text, whatever they look like', async () => {
  const model = tinyModel();
  const ranked = await rank(model, createJsScan(model), { session: [{ id: '__proto__', kind: 'view' }], goal: 'view', limit: 4, exclude: new Set(['__proto__']) });
  assert.deepEqual(ranked.map(({ id }) => id), ['007', '7', 'x']);
  assert.deepEqual(ranked[0].reason, { source: 'visit', item: '__proto__', kind: 'view' });
});

test('a session of unknown items gets the popular ones, without the excluded', async () => {
  const model = tinyModel();
  const ranked = await rank(model, createJsScan(model), { session: [{ id: 'constructor', kind: 'view' }], goal: 'view', limit: 2, exclude: new Set(['007']) });
  assert.deepEqual(ranked, [{ id: '__proto__', score: -1, reason: { source: 'popular' } }, { id: '7', score: -3, reason: { source: 'popular' } }]);
});

test('a filter holds for the ranking and for the popular items, and with exclusions', async () => {
  const model = tinyModel();
  const scan = createJsScan(model);
  const ids = async (request: Partial<Parameters<typeof rank>[2]>) =>
    (await rank(model, scan, { session: [{ id: '__proto__', kind: 'view' }], goal: 'view', limit: 4, ...request })).map(({ id }) => id);
  assert.deepEqual(await ids({ filter: { types: ['Shoe'] } }), ['__proto__', '007', 'x']);
  assert.deepEqual(await ids({ filter: { types: ['Shoe'] }, exclude: new Set(['007']) }), ['__proto__', 'x']);
  assert.deepEqual(await ids({ filter: { price: { max: 10 } } }), ['__proto__', '7'], 'not the answer to the filter before');
  assert.deepEqual(await ids({ filter: { types: ['Shoe'] }, session: [] }), ['__proto__', '007', 'x']);
  assert.deepEqual(await ids({ filter: { types: ['Hat'] } }), []);
  await assert.rejects(ids({ filter: { colour: ['red'] } as never }), { code: 'bad_input' });
});

test('sessions of 0 to 230 items, some unknown: the same list as scoring and sorting everything', async () => {
  const base = tinyModel();
  const items = 130;
  const dim = 16;
  const config = { ...base.config, items, dim };
  let state = 1;
  const next = () => ((state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32) - 0.5;
  const itemIds = Array.from({ length: items }, (_, row) => `p${row}`);
  const model: RecommendationModel = {
    ...base, config, itemIds, rowOf: new Map(itemIds.map((id, row) => [id, row])), attributes: undefined,
    params: new Map([...paramShapes(config)].map(([name, shape]) => [name, Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, next)])),
    table: Int8Array.from({ length: items * dim }, () => Math.round(next() * 254)),
  };
  const scans = [createJsScan(model), createWasmScan(model)!];
  const touch = fc.record({ id: fc.integer({ min: 0, max: items + 20 }).map((row) => `p${row}`), kind: fc.constantFrom(...KINDS) });
  await fc.assert(fc.asyncProperty(fc.array(touch, { maxLength: 230, size: 'max' }), fc.constantFrom(...GOALS), fc.array(fc.nat(items + 5)), fc.nat(150), async (session, goal, out, limit) => {
    const exclude = new Set(out.map((row) => `p${row}`));
    const known = session.filter(({ id }) => model.rowOf.has(id)).slice(-REPEAT_LENGTH);
    const allowed = itemIds.map((id, row) => ({ id, row })).filter(({ id }) => !exclude.has(id));
    let wanted = allowed.slice(0, limit).map(({ id }) => id);
    if (known.length > 0) {
      const { query, unit, bonus } = encodeSession(model, { rows: known.map(({ id }) => model.rowOf.get(id)!), kinds: known.map(({ kind }) => KINDS.indexOf(kind)) }, GOALS.indexOf(goal));
      const bias = model.params.get('item_bias')!;
      const score = (row: number) => query.reduce((sum, value, j) => sum + value * model.table[row * dim + j], 0) * unit + bias[row] + (bonus.get(row) ?? 0);
      wanted = allowed.map((item) => ({ ...item, score: score(item.row) })).sort((a, b) => b.score - a.score || a.row - b.row).slice(0, limit).map(({ id }) => id);
    }
    for (const scan of scans) assert.deepEqual((await rank(model, scan, { session, goal, exclude, limit })).map(({ id }) => id), wanted, scan.name);
  }), { numRuns: 150 });
});
