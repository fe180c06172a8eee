import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WIDGETS } from '../../events/types.ts';
import { createJsScan } from './js-scan.ts';
import { type ListOptions, type ListRequest, planList } from './plan-list.ts';
import { randomModel } from './random-model.ts';
import { rank } from './rank.ts';
import type { Touch } from './types.ts';

const DAY = 86_400_000;
const NOW = 1_000 * DAY;
const touch = (id: string, kind: Touch['kind'], days = 0): Touch => ({ id, kind, at: NOW - days * DAY });
const items = [touch('a', 'view'), touch('b', 'view')];
const shopper = { items, cart: ['c'], product: 'b', touches: [...items, touch('old', 'view', 3), touch('mine', 'purchase', 30), touch('older', 'view', 4), touch('old', 'view', 5)] };
const both = ['view', 'purchase'] as const;
const ask = (list: ListOptions, change: Partial<ListRequest> = {}, goals: readonly ('view' | 'purchase')[] = both) => planList({ list, shopper, unavailable: ['sold-out'], now: NOW, limit: 8, ...change }, goals);
const visit = [{ id: 'a', kind: 'view' }, { id: 'b', kind: 'view' }];

test('related: the visit, ending in the product looked at, for the next view', () => {
  const plan = ask({ kind: 'related', productId: 'x' });
  assert.deepEqual([plan.session, plan.goal, plan.limit], [[...visit, { id: 'x', kind: 'view' }], 'view', 8]);
  assert.deepEqual([...plan.exclude!].sort(), ['b', 'c', 'sold-out', 'x']);
  assert.deepEqual(ask({ kind: 'related' }).session, visit, 'the product is the last view already');
});

test('for you: the visit; before its first product what came earlier, oldest first', () => {
  assert.deepEqual(ask({ kind: 'for-you' }).session, visit);
  assert.deepEqual(ask({ kind: 'for-you' }, { shopper: { ...shopper, items: [] } }).session.map(({ id }) => id), ['mine', 'old', 'older', 'old', 'a', 'b']);
});

test('bought together: the basket alone, for a purchase', () => {
  const plan = ask({ kind: 'bought-together', productIds: ['x', 'y'] });
  assert.deepEqual([plan.session, plan.goal, plan.origin], [[{ id: 'x', kind: 'cart' }, { id: 'y', kind: 'cart' }], 'purchase', { type: 'together' }]);
  assert.deepEqual([...plan.exclude!].sort(), ['b', 'c', 'sold-out', 'x', 'y']);
  assert.deepEqual(ask({ kind: 'bought-together' }).session, [{ id: 'c', kind: 'cart' }]);
  assert.deepEqual(ask({ kind: 'bought-together' }, { shopper: { ...shopper, cart: [] } }).session, [{ id: 'b', kind: 'cart' }]);
});

test('a goal without training gives way to the other', () => {
  assert.equal(ask({ kind: 'related' }, {}, ['purchase']).goal, 'purchase');
  assert.equal(ask({ kind: 'bought-together' }, {}, ['view']).goal, 'view');
});

test('seen and bought: kept, last or dropped, by kind and by request', () => {
  const policies = (list: ListOptions) => {
    const { exclude, last } = ask(list);
    return { seen: exclude!.has('a') ? 'drop' : last!.has('a') ? 'last' : 'keep', bought: exclude!.has('mine') ? 'drop' : last!.has('mine') ? 'last' : 'keep' };
  };
  for (const kind of WIDGETS) {
    assert.deepEqual(policies({ kind }), { seen: 'keep', bought: ['for-you', 'recently-viewed', 'buy-again'].includes(kind) ? 'keep' : 'last' }, kind);
    assert.deepEqual(policies({ kind, seen: 'last', bought: 'drop' }), { seen: 'last', bought: 'drop' });
    assert.deepEqual(policies({ kind, seen: 'drop', bought: 'keep' }), { seen: 'drop', bought: 'keep' });
  }
});

test('rules: the page\'s before the shop\'s, those of other kinds left out', () => {
  const rules = [{ action: 'pin', productIds: ['s'], kinds: ['related'] }, { action: 'exclude', productIds: ['t'], kinds: ['for-you'] }] as const;
  assert.deepEqual(ask({ kind: 'related', pin: ['x', { productId: 'y', position: 4 }], bury: [{ productIds: ['z'], factor: 3 }] }, { rules }).rules, [
    { action: 'pin', productIds: ['x'], position: 0 }, { action: 'pin', productIds: ['y'], position: 4 }, { action: 'bury', productIds: ['z'], factor: 3 }, rules[0],
  ]);
});

// --- Through to the list: what comes first, and what fills it.

const model = { ...randomModel({ items: 40, dim: 8, seed: 4 }), lists: {
  trending: ['p30', 'gone', 'p31'], growth: Float32Array.from([3, 2.5, 2]), trendingUntil: NOW, repurchaseDays: Uint8Array.from({ length: 40 }, (_, row) => (row === 7 ? 10 : 0)), usualDays: 30, fresh: new Set<string>(),
} };
const nobody = { items: [], cart: [], product: null, touches: [] };
const show = async (list: ListOptions, { limit = 4, ...change }: Partial<ListRequest> = {}) => {
  const found = await rank(model, createJsScan(model), planList({ list, shopper: nobody, unavailable: [], now: NOW, limit, ...change }, both));
  return found.map(({ id, reason }) => `${id} ${reason.source}`);
};
const looking = (...ids: string[]) => ({ ...nobody, items: ids.map((id) => touch(id, 'view')), touches: ids.map((id) => touch(id, 'view')), product: ids.at(-1)! });

test('trending: what rises and nothing else; what is old news is not trending', async () => {
  assert.deepEqual(await show({ kind: 'trending' }), ['p30 trending', 'gone trending', 'p31 trending']);
  assert.deepEqual(await show({ kind: 'trending' }, { unavailable: ['gone', 'p30'] }), ['p31 trending']);
  assert.deepEqual(await show({ kind: 'trending', filter: { types: ['t3'] } }), ['p31 trending'], 'of what the model does not hold nobody knows the type');
  assert.deepEqual(await show({ kind: 'trending', boost: [{ productIds: ['p31'], factor: 2 }] }, { limit: 2 }), ['p31 trending', 'p30 trending']);
  assert.deepEqual(await show({ kind: 'trending' }, { now: NOW + 1, limit: 2 }), []);
});

test('recently viewed: the newest first, each once, nothing else; what the model does not hold as well', async () => {
  const viewer = { ...nobody, touches: [touch('p9', 'view', 2), touch('p8', 'view', 5), touch('unknown', 'view', 1), touch('p9', 'view', 9), touch('p5', 'purchase', 1)] };
  assert.deepEqual(await show({ kind: 'recently-viewed' }, { shopper: viewer }), ['unknown viewed', 'p9 viewed', 'p8 viewed']);
  assert.deepEqual(await show({ kind: 'recently-viewed' }), []);
});

test('buy again: the nearest to its interval first; not yet due is not shown', async () => {
  const buyer = { ...nobody, touches: [touch('p7', 'purchase', 11), touch('p6', 'purchase', 31), touch('p5', 'purchase', 60), touch('p4', 'purchase', 14), touch('unknown', 'purchase', 20), touch('p7', 'purchase', 400)] };
  assert.deepEqual(await show({ kind: 'buy-again' }, { shopper: buyer, limit: 9 }), ['p6 bought', 'p7 bought', 'unknown bought', 'p5 bought']);
  assert.deepEqual(await show({ kind: 'buy-again' }), []);
  assert.deepEqual(await show({ kind: 'buy-again', purchases: [{ productId: 'p8', at: NOW - 30 * DAY }, { productId: 'p7', at: NOW - DAY }] }), ['p8 bought'], 'as the page knows it');
});

test('similar, cheaper or dearer: of the same type, beyond the margin, the most alike first; nothing where the product is not known', async () => {
  const { table } = model;
  const cosine = (a: number, b: number) => {
    const dot = (x: number, y: number) => Array.from({ length: 8 }, (_, j) => table[x * 8 + j] * table[y * 8 + j]).reduce((sum, value) => sum + value);
    return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
  };
  const wanted = (product: number, isOnSide: (price: number) => boolean) => Array.from({ length: 40 }, (_, row) => row)
    .filter((row) => row !== product && row % 4 === product % 4 && isOnSide(row + 1)).sort((a, b) => cosine(product, b) - cosine(product, a)).slice(0, 4);
  assert.deepEqual(await show({ kind: 'similar-cheaper' }, { shopper: looking('p25') }), wanted(25, (price) => price <= 26 * 0.9).map((row) => `p${row} cheaper`));
  assert.deepEqual(await show({ kind: 'similar-dearer', margin: 0.3 }, { shopper: looking('p10') }), wanted(10, (price) => price >= 11 * 1.3).map((row) => `p${row} dearer`));
  assert.deepEqual(await show({ kind: 'similar-dearer', productId: 'unknown' }), []);
  assert.deepEqual(await show({ kind: 'similar-cheaper' }), []);
});

test('bought together: what orders held with the basket, in the model\'s order, then the model, then popular', async () => {
  const { together: marks, row, count } = model.neighbours;
  const basket = [3, 12];
  const together = new Set(basket.flatMap((from) => [...row.subarray(from * count, (from + 1) * count)].filter((_, k) => marks![from * count + k] === 1)));
  const list = await show({ kind: 'bought-together', productIds: ['p3', 'p12'] }, { limit: 12 });
  const first = list.filter((text) => text.endsWith(' bought-with')).map((text) => Number(text.split(' ')[0].slice(1)));
  const others = [...together].filter((one) => !basket.includes(one));
  assert.ok(others.length > 1);
  assert.deepEqual(new Set(list.slice(0, others.length).map((text) => Number(text.split(' ')[0].slice(1)))), new Set(others));
  assert.ok(first.length >= others.length);
  const ranked = (await rank(model, createJsScan(model), { session: basket.map((one) => ({ id: `p${one}`, kind: 'cart' })), goal: 'purchase', limit: 40, exclude: new Set(['p3', 'p12']) })).map(({ id }) => id);
  assert.deepEqual(list.slice(0, others.length).map((text) => text.split(' ')[0]), ranked.filter((id) => together.has(Number(id.slice(1)))));
  assert.deepEqual(list.slice(others.length).map((text) => text.split(' ')[0]), ranked.filter((id) => !together.has(Number(id.slice(1)))).slice(0, 12 - others.length));
  assert.deepEqual(await show({ kind: 'bought-together', productIds: ['unknown'] }, { limit: 2 }), ['p0 popular', 'p1 popular']);
});

test('what comes last stands behind everything else, and only where there is room', async () => {
  const some = { ...looking('p3'), touches: [touch('p0', 'purchase', 50), touch('p1', 'purchase', 50)] };
  const ask = (bought: 'keep' | 'last' | 'drop' | undefined, limit: number) => show({ kind: 'bought-together', productIds: ['unknown'], bought }, { shopper: some, limit });
  assert.deepEqual(await ask('keep', 3), ['p0 popular', 'p1 popular', 'p2 popular']);
  assert.deepEqual(await ask(undefined, 3), ['p2 popular', 'p4 popular', 'p5 popular']);
  assert.deepEqual((await ask('last', 60)).slice(-2), ['p0 popular', 'p1 popular']);
  assert.ok(!(await ask('drop', 60)).some((text) => /^p[01] /.test(text)));
});
