import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import fc from 'fast-check';
import { LIMITS, type EventBatch, type VitrineEvent } from '../core/events/types.ts';
import { takeBatch } from '../core/events/take-batch.ts';
import { createEventQueue, MOST_WAITING } from './event-queue.ts';

const event = (productId: string): VitrineEvent => ({ type: 'product_viewed', id: crypto.randomUUID(), at: 1, sessionId: 's', productId });
const ids = (body: string) => (JSON.parse(body) as EventBatch).events.map((sent) => (sent.type === 'product_viewed' ? sent.productId : '?'));

/** A collector that answers with these, then with 202. */
function collector(...answers: (number | 'down')[]) {
  const bodies: string[] = [];
  const fetch = async (_url: string | URL | Request, init?: RequestInit) => {
    const answer = answers.shift() ?? 202;
    if (answer === 'down') throw new TypeError('network');
    bodies.push(String(init!.body));
    return new Response('{}', { status: answer });
  };
  return { bodies, fetch };
}

test('batches keep the collector\'s limits, lose nothing and keep the order', () => {
  fc.assert(fc.property(fc.array(fc.string({ maxLength: 256, unit: 'grapheme' }), { maxLength: 140 }), (names) => {
    let rest: readonly VitrineEvent[] = names.map(event);
    const seen: string[] = [];
    while (rest.length > 0) {
      const { batch, body } = takeBatch(rest, 'pk_key');
      assert.ok(batch.length > 0 && batch.length <= LIMITS.batchEvents);
      assert.ok(new TextEncoder().encode(body).length <= LIMITS.batchBytes);
      const next = rest[batch.length];
      if (next && batch.length < LIMITS.batchEvents) {
        const larger = JSON.stringify({ key: 'pk_key', consent: true, events: [...batch, next] });
        assert.ok(new TextEncoder().encode(larger).length > LIMITS.batchBytes, 'a batch ends only where the next event would not fit');
      }
      seen.push(...ids(body));
      rest = rest.slice(batch.length);
    }
    assert.deepEqual(seen, names);
  }));
});

test('an event that no batch can carry is dropped and said so', async () => {
  const dropped: [number, string][] = [];
  const { bodies, fetch } = collector();
  const queue = createEventQueue({ url: '/events', key: 'pk_a', fetch, onDrop: (count, why) => dropped.push([count, why]) });
  const id = 'x'.repeat(LIMITS.text); // well formed, and still more than a request may hold
  queue.push({ type: 'cart_viewed', id: crypto.randomUUID(), at: 1, sessionId: 's', items: Array.from({ length: LIMITS.items }, () => ({ productId: id, quantity: 1 })) });
  queue.push(event('small'));
  await queue.flush();
  assert.deepEqual(bodies.map(ids), [['small']]);
  assert.deepEqual(dropped, [[1, 'too large']]);
});

test('an event that is not well formed does not wait, and is told by its field', async () => {
  const errors: string[] = [];
  const { bodies, fetch } = collector();
  const queue = createEventQueue({ url: '/events', key: 'pk_a', fetch, onInvalid: (error) => errors.push(error.message) });
  queue.push({ ...event('1'), productId: 42 } as never);
  queue.push({ ...event('1'), mail: 'a@b.example' } as never);
  queue.push(event('2'));
  await queue.flush();
  assert.deepEqual(bodies.map(ids), [['2']]);
  assert.deepEqual(errors, ['productId: must be text of 1 to 256 characters without control characters', 'mail: must not be there: unknown field']);
});

test('waits, then sends everything in one request', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { bodies, fetch } = collector();
  const queue = createEventQueue({ url: '/events', key: 'pk_a', fetch });
  queue.push(event('1'));
  queue.push(event('2'));
  assert.equal(bodies.length, 0);
  t.mock.timers.tick(5_000);
  await new Promise(setImmediate);
  assert.deepEqual(bodies.map(ids), [['1', '2']]);
  assert.equal(queue.size, 0);
});

test('tries again, later each time, while the collector is down, busy or failing', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { bodies, fetch } = collector('down', 503, 429);
  const waits = mock.fn(fetch);
  const queue = createEventQueue({ url: '/events', key: 'pk_a', fetch: waits, random: () => 1 });
  queue.push(event('1'));
  await queue.flush();
  for (const [wait, calls] of [[1_999, 1], [1, 2], [3_999, 2], [1, 3], [7_999, 3], [1, 4]]) {
    t.mock.timers.tick(wait);
    await new Promise(setImmediate);
    assert.equal(waits.mock.callCount(), calls);
  }
  assert.equal(queue.size, 0);
  assert.equal(new Set(bodies).size, 1, 'the same batch each time: the collector knows its ids');
});

test('what the collector refuses is given up', async () => {
  const dropped: [number, string][] = [];
  const { fetch } = collector(400);
  const queue = createEventQueue({ url: '/events', key: 'pk_a', fetch, onDrop: (count, why) => dropped.push([count, why]) });
  queue.push(event('1'));
  await queue.flush();
  assert.equal(queue.size, 0);
  assert.deepEqual(dropped, [[1, 'refused']]);
});

test('never holds more than its bound: the oldest go', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const beacons: string[] = [];
  const queue = createEventQueue({
    url: '/events', key: 'pk_a', fetch: collector().fetch,
    sendBeacon: (_url, body) => beacons.push(body) > 0,
  });
  for (let at = 0; at < MOST_WAITING + 7; at++) queue.push(event(String(at)));
  assert.equal(queue.size, MOST_WAITING);
  queue.flushOnLeave();
  assert.equal(ids(beacons[0])[0], '7');
  assert.equal(beacons.flatMap(ids).length, MOST_WAITING);
  assert.equal(queue.size, 0);
});

test('leaving sends nothing twice, and keeps what the browser will not take', async () => {
  let answer = (_: Response) => {};
  const beacons: string[] = [];
  const queue = createEventQueue({
    url: '/events', key: 'pk_a',
    fetch: () => new Promise<Response>((resolve) => (answer = resolve)),
    sendBeacon: (_url, body) => beacons.length < 1 && beacons.push(body) > 0,
  });
  queue.push(event('under way'));
  const flushed = queue.flush();
  for (let at = 0; at < 60; at++) queue.push(event(`late ${at}`));
  queue.flushOnLeave();
  assert.equal(ids(beacons[0])[0], 'late 0');
  assert.equal(queue.size, 1 + 10, 'the one under way and the batch that was refused');
  queue.clear();
  answer(new Response('{}', { status: 202 }));
  await flushed;
  assert.equal(queue.size, 0);
});
