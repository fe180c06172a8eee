import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { VisitStorage } from './types.ts';
import { createVisit, MOST_ITEMS, MOST_PAST, VISIT_MS, type Visit } from './visit.ts';

function memory(): VisitStorage & { readonly kept: Map<string, string> } {
  const kept = new Map<string, string>();
  return { kept, getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => void kept.set(key, value), removeItem: (key) => void kept.delete(key) };
}

function setting(storage: VisitStorage | null = memory()) {
  const clock = { at: 1_000_000 };
  let last = 0;
  const open = () => createVisit({ shop: 's', storage, now: () => clock.at, uuid: () => `id-${++last}` });
  return { clock, open };
}

const touched = ({ items }: Visit) => items.map(({ id, kind }) => `${kind} ${id}`);

test('follows views, the cart and the order', () => {
  const visit = setting().open();
  visit.note({ type: 'product_viewed', productId: 'a' });
  visit.note({ type: 'product_viewed', productId: 'a' });
  visit.note({ type: 'product_added_to_cart', productId: 'a', quantity: 1 });
  visit.note({ type: 'product_added_to_cart', productId: 'b', quantity: 1 });
  visit.note({ type: 'product_removed_from_cart', productId: 'b', quantity: 1 });
  assert.deepEqual(visit.cart, ['a']);
  assert.equal(visit.product, 'a');
  assert.equal(visit.note({ type: 'checkout_completed', orderId: '9' }), true);
  assert.equal(visit.note({ type: 'checkout_completed', orderId: '9' }), false, 'a reloaded thank-you page');
  assert.deepEqual(visit.cart, []);
  assert.deepEqual(touched(visit), ['view a', 'cart a', 'cart b', 'purchase a']);
  visit.note({ type: 'page_viewed', path: '/' });
  assert.equal(visit.product, null);
});

test('keeps the newest items only', () => {
  const visit = setting().open();
  for (let at = 0; at < MOST_ITEMS + 5; at++) visit.note({ type: 'product_viewed', productId: String(at) });
  assert.equal(visit.items.length, MOST_ITEMS);
  assert.equal(visit.items[0].id, '5');
});

test('stores nothing without consent, everything with it, nothing after it is withdrawn', () => {
  const storage = memory();
  const { open } = setting(storage);
  const visit = open();
  visit.note({ type: 'product_viewed', productId: 'a' });
  assert.equal(storage.kept.size, 0);
  assert.equal(visit.visitorId, undefined);

  visit.allowStorage(true);
  const next = open();
  next.allowStorage(true);
  assert.equal(next.sessionId, visit.sessionId);
  assert.equal(next.visitorId, visit.visitorId);
  assert.deepEqual(touched(next), ['view a']);

  const { sessionId } = next;
  next.allowStorage(false);
  assert.equal(storage.kept.size, 0);
  assert.equal(next.visitorId, undefined);
  assert.notEqual(next.sessionId, sessionId);
  next.note({ type: 'product_viewed', productId: 'b' });
  assert.equal(storage.kept.size, 0);
  assert.equal(next.items.length, 2, 'this page still knows');
});

test('ends after half an hour without an event', () => {
  const { clock, open } = setting();
  const visit = open();
  visit.allowStorage(true);
  visit.note({ type: 'product_viewed', productId: 'a' });
  const { sessionId } = visit;
  clock.at += VISIT_MS;
  visit.note({ type: 'product_viewed', productId: 'b' });
  assert.equal(visit.sessionId, sessionId);
  clock.at += VISIT_MS + 1;
  visit.note({ type: 'product_viewed', productId: 'c' });
  assert.notEqual(visit.sessionId, sessionId);
  assert.deepEqual(touched(visit), ['view c']);
  assert.deepEqual(visit.past.map(({ id, at }) => [id, at]), [['a', 1_000_000], ['b', 1_000_000 + VISIT_MS]], 'what came before stays known');
});

test('earlier visits: on the next day with consent, newest views and purchases, gone when it is withdrawn', () => {
  const storage = memory();
  const { clock, open } = setting(storage);
  const visit = open();
  visit.allowStorage(true);
  visit.note({ type: 'product_added_to_cart', productId: 'bought', quantity: 1 });
  visit.note({ type: 'checkout_completed', orderId: '1' });
  for (let day = 0; day < 4; day++) {
    clock.at += 86_400_000;
    for (let at = 0; at < 40; at++) visit.note({ type: 'product_viewed', productId: `${day}-${at}` });
  }
  clock.at += 86_400_000;
  const later = open();
  assert.equal(later.past.length, 0, 'nothing before consent');
  later.allowStorage(true);
  assert.deepEqual(later.items, []);
  assert.equal(later.past.length, MOST_PAST + 1);
  assert.deepEqual([later.past[MOST_PAST - 1].id, later.past[MOST_PAST].id], ['3-39', 'bought']);
  later.allowStorage(false);
  assert.deepEqual([later.past, storage.kept.size], [[], 0]);
});

test('another tab\'s events belong to the visit', () => {
  const { open } = setting();
  const [one, other] = [open(), open()];
  one.allowStorage(true);
  other.allowStorage(true);
  one.note({ type: 'product_viewed', productId: 'a' });
  other.note({ type: 'product_viewed', productId: 'b' });
  assert.deepEqual(other.items.map((item) => item.id), ['a', 'b']);
});

test('storage that throws, or holds anything at all, is no obstacle', () => {
  const broken: VisitStorage = { getItem() { throw new Error('blocked'); }, setItem() { throw new Error('full'); }, removeItem() { throw new Error('blocked'); } };
  const visit = setting(broken).open();
  visit.allowStorage(true);
  visit.note({ type: 'product_viewed', productId: 'a' });
  visit.allowStorage(false);
  assert.equal(visit.items.length, 1);

  fc.assert(fc.property(fc.oneof(fc.string(), fc.json(), fc.record({ id: fc.anything(), at: fc.anything(), items: fc.anything(), cart: fc.anything() }).map((value) => JSON.stringify(value) ?? '')), (text) => {
    const storage = memory();
    storage.kept.set('vitrine:visit:s', text);
    const visit = setting(storage).open();
    visit.allowStorage(true);
    visit.note({ type: 'product_viewed', productId: 'a' });
    assert.equal(visit.items.at(-1)?.id, 'a');
    assert.ok(visit.items.every((item) => typeof item.id === 'string'));
  }));
});
