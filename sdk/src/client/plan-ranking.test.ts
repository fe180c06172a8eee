import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limitOf, planRanking, SPARES } from './plan-ranking.ts';
import { parseCart } from './track-page.ts';

const visit = { items: [{ id: 'a', kind: 'view' }, { id: 'b', kind: 'view' }] as const, cart: ['c'], product: 'b' };
const both = ['view', 'purchase'] as const;

test('related: the visit, ending in the product looked at, for the next view', () => {
  const plan = planRanking({ kind: 'related', productId: 'x', limit: 6 }, visit, both, ['sold-out']);
  assert.deepEqual(plan.session, [...visit.items, { id: 'x', kind: 'view' }]);
  assert.equal(plan.goal, 'view');
  assert.equal(plan.limit, 6 + SPARES);
  assert.deepEqual([...plan.exclude!].sort(), ['b', 'c', 'sold-out', 'x']);
  assert.deepEqual(planRanking({ kind: 'related' }, visit, both, []).session, visit.items, 'the product is the last view already');
});

test('bought together: the basket alone, for a purchase', () => {
  const plan = planRanking({ kind: 'bought-together', productIds: ['x', 'y'] }, visit, both, []);
  assert.deepEqual(plan.session, [{ id: 'x', kind: 'cart' }, { id: 'y', kind: 'cart' }]);
  assert.equal(plan.goal, 'purchase');
  assert.deepEqual([...plan.exclude!].sort(), ['b', 'c', 'x', 'y']);
  assert.deepEqual(planRanking({ kind: 'bought-together' }, visit, both, []).session, [{ id: 'c', kind: 'cart' }]);
  assert.deepEqual(planRanking({ kind: 'bought-together' }, { ...visit, cart: [] }, both, []).session, [{ id: 'b', kind: 'cart' }]);
});

test('a goal without training gives way to the other', () => {
  assert.equal(planRanking({ kind: 'related' }, visit, ['purchase'], []).goal, 'purchase');
  assert.equal(planRanking({ kind: 'bought-together' }, visit, ['view'], []).goal, 'view');
});

test('an unknown kind is said to be one; a strange limit is brought into range', () => {
  assert.throws(() => planRanking({ kind: 'all' as never }, visit, both, []), { code: 'bad_usage' });
  assert.deepEqual([undefined, 0, -3, 2.9, 1e9, NaN].map((limit) => limitOf({ kind: 'related', limit })), [4, 4, 1, 2, 24, 4]);
});

test('a cart as a page prints it', () => {
  assert.deepEqual(parseCart('8001:1, 8002:3'), [{ productId: '8001', quantity: 1 }, { productId: '8002', quantity: 3 }]);
  assert.deepEqual(parseCart('gid://shopify/Product/1:2,plain,:,x:0,'), [
    { productId: 'gid://shopify/Product/1', quantity: 2 }, { productId: 'plain', quantity: 1 }, { productId: ':', quantity: 1 },
  ]);
  assert.deepEqual(parseCart(''), []);
});
