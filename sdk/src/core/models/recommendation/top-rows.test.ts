import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { MIX_SIZE } from './config.ts';
import { createJsScan } from './js-scan.ts';
import type { RecommendationModel } from './load.ts';
import { selectTop } from './select-top.ts';
import { topRows } from './top-rows.ts';
import { BLOCK, type BlockScan } from './types.ts';
import { createWasmScan } from './wasm-scan.ts';

type Model = RecommendationModel;

/** Few distinct values, so that scores tie; the bias may be the same for all. */
function modelOf(items: number, dim: number, seed: number, spread: number): Model {
  let state = seed;
  const next = (most: number) => ((state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) >>> 8) % (most + 1);
  const value = () => next(2 * spread) - spread;
  return {
    config: { items, dim, maxLength: 5, scale: 10, goals: 3, neighbours: 0 }, version: 't', itemIds: [], rowOf: new Map(), tableScale: 1 / 127,
    table: Int8Array.from({ length: items * dim }, value), params: new Map([['item_bias', Float32Array.from({ length: items }, () => value() / 8)]]),
    neighbours: { count: 0, row: new Int32Array(0), weight: new Float32Array(0), mix: new Float32Array(MIX_SIZE) },
  };
}

interface Question {
  readonly model: Model;
  readonly query: Int8Array;
  readonly unit: number;
  readonly bonus: ReadonlyMap<number, number>;
  readonly excluded: ReadonlySet<number>;
  readonly allowed: ReadonlySet<number> | null;
  readonly limit: number;
}

/** The definition: score every row, leave out, sort. */
function byDefinition({ model: { table, params, config: { items, dim } }, query, unit, bonus, excluded, allowed, limit }: Question) {
  const bias = params.get('item_bias')!;
  return Array.from({ length: items }, (_, row) => {
    const dot = query.reduce((sum, value, j) => sum + value * table[row * dim + j], 0);
    return { row, score: dot * unit + bias[row] + (bonus.get(row) ?? 0) };
  })
    .filter(({ row }) => !excluded.has(row) && (!allowed || allowed.has(row)))
    .sort((a, b) => b.score - a.score || a.row - b.row)
    .slice(0, limit);
}

const question = (most: number): fc.Arbitrary<Question> =>
  fc.record({
    items: fc.integer({ min: 1, max: most }), dim: fc.constantFrom(1, 3, 16, 24, 64, 128), seed: fc.nat(), spread: fc.constantFrom(0, 1, 127),
    unit: fc.constantFrom(0, 0.5, 0.001, 1 / 3), limit: fc.oneof(fc.nat(30), fc.nat(2 * most)),
    bonus: fc.array(fc.tuple(fc.nat(most - 1), fc.constantFrom(-1000, -1, -0.5, 0.125, 1, 1000)), { maxLength: 40 }),
    excluded: fc.array(fc.nat(most - 1), { maxLength: 60 }), share: fc.constantFrom(null, 0, 0.02, 0.3, 1), query: fc.int8Array({ minLength: 128, maxLength: 128, min: -127 }),
  }).map(({ items, dim, seed, spread, unit, limit, bonus, excluded, share, query }) => ({
    model: modelOf(items, dim, seed, spread), query: query.slice(0, dim), unit, limit, bonus: new Map(bonus.filter(([row]) => row < items)), excluded: new Set(excluded),
    allowed: share === null ? null : new Set(Array.from({ length: items }, (_, row) => row).filter((row) => ((row * 2_654_435_761) % 1000) / 1000 < share)),
  }));

const ask = (scan: BlockScan, { model, query, unit, bonus, ...options }: Question) => topRows(model, scan, { query, unit, bonus }, options);

test('the best rows are those of the definition', () => {
  fc.assert(fc.property(question(400), (asked) => {
    const wanted = byDefinition(asked);
    assert.deepEqual(ask(createJsScan(asked.model), asked), wanted);
    assert.deepEqual(ask(createWasmScan(asked.model)!, asked), wanted);
  }), { numRuns: 400 });
});

test('WebAssembly and JavaScript report the same maxima, to the last bit', () => {
  fc.assert(fc.property(question(400), fc.constantFrom(1, 2, 7, 8, 9, 16, 31, 100), ({ model: { config: { items }, ...rest }, unit }, dim) => {
    const model = { ...rest, ...modelOf(items, dim, items, 127) };
    const query = Int8Array.from({ length: dim }, (_, j) => (j % 2 ? -127 : 127));
    const [js, wasm] = [createJsScan(model), createWasmScan(model)!];
    for (const asked of [query, query.map((value, j) => value - 3 * (j % 9))]) assert.deepEqual([...wasm.scan(asked, unit).maxima], [...js.scan(asked, unit).maxima]);
  }));
});

test('where WebAssembly may not run there is no such scan', (t) => {
  const model = modelOf(20, 8, 1, 127);
  assert.ok(createWasmScan(model));
  t.mock.method(WebAssembly, 'Module', () => { throw new WebAssembly.CompileError('refused by the page'); });
  assert.equal(createWasmScan(model), undefined);
});

test('maxima that are off by less than the slack they own up to change nothing', () => {
  fc.assert(fc.property(question(400), fc.constantFrom(1e-6, 0.1, 3), fc.nat(), (asked, slack, seed) => {
    const exact = createJsScan(asked.model);
    let state = seed;
    const off = () => ((state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32 - 0.5) * 1.9 * slack;
    const scan: BlockScan = { ...exact, scan: (query, unit) => ({ maxima: exact.scan(query, unit).maxima.map((value) => value + off()), slack }) };
    assert.deepEqual(ask(scan, asked), byDefinition(asked));
  }), { numRuns: 300 });
});

test('a block that claims too much, or no number, is found out', () => {
  const model = modelOf(1000, 16, 7, 127);
  const asked = { model, query: new Int8Array(16).fill(3), unit: 0.01, bonus: new Map<number, number>(), excluded: new Set<number>(), allowed: null, limit: 20 };
  const exact = createJsScan(model);
  for (const wrong of [(value: number) => value + 100, () => NaN, () => Infinity]) {
    const scan: BlockScan = {
      ...exact, name: 'webgl',
      scan: (query, unit) => ({ maxima: exact.scan(query, unit).maxima.map((value, block) => (block === 5 ? wrong(value) : value)), slack: 0.001 }),
    };
    assert.throws(() => ask(scan, asked), /webgl computes wrong numbers/);
  }
});

test('only blocks that could matter are computed again', () => {
  const model = modelOf(64 * BLOCK, 16, 3, 127);
  let read = 0;
  const table = new Proxy(model.table, { get: (target, key) => (read++, Reflect.get(target, key) as unknown) });
  const scan = createJsScan(model);
  topRows({ ...model, table }, scan, { query: new Int8Array(16).fill(5), unit: 0.01, bonus: new Map() }, { limit: 4 });
  assert.ok(read <= 8 * BLOCK * 16, `${read} entries of the table were read`);
});

test('selectTop is a sort cut short', () => {
  fc.assert(fc.property(fc.array(fc.integer({ min: -5, max: 5 })), fc.nat(30), fc.array(fc.nat(20)), (scores, limit, excluded) => {
    const skip = new Set(excluded);
    const wanted = scores.map((score, row) => ({ row, score })).filter(({ row }) => !skip.has(row)).sort((a, b) => b.score - a.score || a.row - b.row).slice(0, limit);
    assert.deepEqual(selectTop(scores, limit, skip), wanted);
  }));
});
