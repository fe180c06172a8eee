import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Recommendations, TrackedEvent, Vitrine } from '@vitrine/sdk';
import { safeUrl } from '../ui/safe-url.ts';
import { connectRecommendations, formatPrice, type RenderState } from './connect-recommendations.ts';

const item = (id: string, position: number) => ({
  id, position, title: `Title ${id}`, url: `/${id}`, image: null, price: 5, currency: 'EUR', reason: { source: 'visit' as const },
});
const list = (...ids: string[]): Recommendations => ({ items: ids.map(item), artifact: 'v1', backend: 'js' });

/** A client that answers when the test says so. */
function setting() {
  const answers: ((result: Recommendations | Error) => void)[] = [];
  const tracked: TrackedEvent[] = [];
  const states: RenderState[] = [];
  const listeners = new Set<() => void>();
  const client = {
    recommend: () => new Promise<Recommendations>((resolve, reject) => answers.push((result) => (result instanceof Error ? reject(result) : resolve(result)))),
    track: (event: TrackedEvent) => void tracked.push(event),
    on: (_: string, listener: () => void) => (listeners.add(listener), () => listeners.delete(listener)),
  } as unknown as Vitrine;
  return { answers, tracked, states, listeners, client, render: (state: RenderState) => void states.push(state) };
}
const settle = () => new Promise(setImmediate);

test('loading, then ready; an impression counts once, a click each time', async () => {
  const { answers, tracked, states, client, render } = setting();
  connectRecommendations(client, { kind: 'for-you', heading: 'For you', locale: 'de' }, render);
  assert.equal(states[0].status, 'loading');
  assert.equal(states[0].sendEvent('impression'), false);
  answers[0](list('a', 'b'));
  await settle();
  const { status, items, sendEvent } = states[1];
  assert.deepEqual([status, items[1].reason, items[1].price.replace(/\s/, ' ')], ['ready', { source: 'visit' }, '5,00 €']);
  assert.deepEqual([sendEvent('impression'), sendEvent('impression')], [true, false]);
  sendEvent('click', items[1]);
  assert.deepEqual(tracked, [
    { type: 'impression', widget: 'for-you', artifact: 'v1', items: [{ productId: 'a', position: 0, source: 'visit' }, { productId: 'b', position: 1, source: 'visit' }] },
    { type: 'recommendation_clicked', widget: 'for-you', artifact: 'v1', productId: 'b', position: 1 },
  ]);
});

test('an answer that another request has overtaken is not shown', async () => {
  const { answers, states, client, render } = setting();
  const connection = connectRecommendations(client, { kind: 'related', heading: '' }, render);
  connection.update({ kind: 'related', heading: '', productId: '2' });
  answers[1](list('new'));
  answers[0](list('old'));
  await settle();
  assert.deepEqual(states.map((state) => state.items.map(({ id }) => id).join()), ['', '', 'new']);
  connection.update({ kind: 'related', heading: '' });
  connection.dispose();
  answers[2](list('late'));
  await settle();
  assert.equal(states.at(-1)!.status, 'loading');
});

test('while another list is ranked the one before stays, and is still counted', async () => {
  const { answers, tracked, states, client, render } = setting();
  const connection = connectRecommendations(client, { kind: 'for-you', heading: 'Before' }, render);
  answers[0](list('a'));
  await settle();
  connection.update({ kind: 'related', heading: 'After' });
  const { status, items, heading, sendEvent } = states.at(-1)!;
  assert.deepEqual([status, items.map(({ id }) => id), heading], ['loading', ['a'], 'Before']);
  sendEvent('click', items[0]);
  assert.deepEqual(tracked, [{ type: 'recommendation_clicked', widget: 'for-you', artifact: 'v1', productId: 'a', position: 0 }]);
  answers[1](list('b'));
  await settle();
  assert.deepEqual([states.at(-1)!.heading, states.at(-1)!.items[0].id], ['After', 'b']);
});

test('a list of which more is on its way is ranked again when it has come, and no other', async () => {
  const { answers, states, listeners, client, render } = setting();
  const connection = connectRecommendations(client, { kind: 'related', heading: '' }, render);
  answers[0]({ ...list('poor'), partial: true });
  await settle();
  for (const listener of listeners) listener();
  answers[1](list('rich'));
  await settle();
  assert.equal(states.at(-1)!.items[0].id, 'rich');
  for (const listener of listeners) listener();
  assert.equal(answers.length, 2);
  connection.dispose();
  assert.equal(listeners.size, 0);
});

test('what stands elsewhere on the page is asked for first, and left out', async () => {
  const { answers, client, render } = setting();
  const asked: unknown[] = [];
  const { recommend } = client;
  Object.assign(client, { recommend: (request: object) => (asked.push(request), recommend(request as never)) });
  connectRecommendations(client, { kind: 'related', heading: '', exclude: ['x'], elsewhere: async () => ['y'] }, render);
  await settle();
  answers[0](list('a'));
  assert.deepEqual(asked, [{ kind: 'related', exclude: ['x', 'y'] }]);
});

test('nothing to show, and a failure', async () => {
  const { answers, states, client, render } = setting();
  const connection = connectRecommendations(client, { kind: 'related', heading: '' }, render);
  answers[0](list());
  await settle();
  assert.equal(states.at(-1)!.status, 'empty');
  connection.update({ kind: 'related', heading: '' });
  answers[1](new Error('down'));
  await settle();
  assert.equal(states.at(-1)!.status, 'error');
});

test('prices and addresses take anything', () => {
  assert.equal(formatPrice(12.5, 'USD', 'en'), '$12.50');
  assert.equal(formatPrice(12.5, 'not a currency', 'en'), '12.5 not a currency');
  assert.equal(formatPrice(12.5, null, 'en'), '12.5');
  assert.equal(formatPrice(null, 'EUR'), '');
  assert.equal(safeUrl('/products/1', 'https://shop.example/a'), 'https://shop.example/products/1');
  for (const bad of ['javascript:alert(1)', ' javascript:alert(1)', 'data:text/html,x', 'http://[', '', null]) assert.equal(safeUrl(bad, 'https://shop.example/'), null);
});
