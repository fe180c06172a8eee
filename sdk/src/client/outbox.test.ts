import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EventBatch, VitrineEvent } from '../core/events/types.ts';
import { createOutbox } from './outbox.ts';

const event = (productId: string): VitrineEvent => ({ type: 'product_viewed', id: crypto.randomUUID(), at: 1, sessionId: 's', productId });
const ids = (bodies: readonly string[]) => bodies.map((body) => (JSON.parse(body) as EventBatch).events.map((sent) => sent.type === 'product_viewed' && sent.productId));

/** An outbox whose beacons are taken while `open`. */
function setting(beacon = { open: true }) {
  const beacons: string[] = [];
  const posts: string[] = [];
  const options = {
    url: '/events', key: 'pk_a',
    fetch: async (_url: unknown, init?: RequestInit) => {
      posts.push(String(init!.body));
      return new Response('{}', { status: 202 });
    },
    sendBeacon: (_url: string, body: string) => beacon.open && beacons.push(body) > 0,
  };
  return { beacons, posts, beacon, options };
}

test('who leaves before the queue has come leaves the events with the browser, in batches', () => {
  const { beacons, options } = setting();
  const outbox = createOutbox(options);
  for (let at = 0; at < 23; at++) outbox.push(event(String(at)));
  outbox.leave();
  assert.deepEqual(ids(beacons).map((batch) => batch.length), [10, 10, 3]);
  assert.deepEqual(ids(beacons).flat(), Array.from({ length: 23 }, (_, at) => String(at)));
  outbox.leave();
  assert.equal(beacons.length, 3, 'nothing twice');
});

test('what the browser does not take waits for the page to come back', () => {
  const { beacons, beacon, options } = setting({ open: false });
  const outbox = createOutbox(options);
  outbox.push(event('1'));
  outbox.leave();
  beacon.open = true;
  outbox.push(event('2'));
  outbox.leave();
  assert.deepEqual(ids(beacons), [['1', '2']]);
});

test('cleared, nothing leaves', () => {
  const { beacons, options } = setting();
  const outbox = createOutbox(options);
  outbox.push(event('1'));
  outbox.clear();
  outbox.leave();
  assert.deepEqual(beacons, []);
});

test('without beacons the queue sends what waits', async () => {
  const { posts, options } = setting();
  const outbox = createOutbox({ ...options, sendBeacon: undefined });
  outbox.push(event('1'));
  outbox.leave();
  while (posts.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  assert.deepEqual(ids(posts), [['1']]);
});

test('after a while the queue takes over', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { posts, beacons, options } = setting();
  const outbox = createOutbox(options);
  outbox.push(event('1'));
  for (let turn = 0; posts.length === 0 && turn < 1_000; turn++) {
    t.mock.timers.tick(1_000);
    await new Promise(setImmediate);
  }
  assert.deepEqual(ids(posts), [['1']], 'the queue has sent it by itself');
  outbox.leave();
  assert.deepEqual(beacons, []);
});
