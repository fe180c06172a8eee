import assert from 'node:assert/strict';
import { createHmac, randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { main } from '../../plugin-server/src/cli.ts';
import { forgetOldData } from '../../plugin-server/src/services/forget-old-data.ts';
import { handleWebhook } from '../../plugin-server/src/services/handle-webhook.ts';
import { importShop } from '../../plugin-server/src/services/import-shop.ts';
import type { Overview } from '../../plugin-server/src/services/overview.ts';
import { scheduleWork } from '../../plugin-server/src/services/schedule-work.ts';
import { trainShop } from '../../plugin-server/src/services/train-shop.ts';
import { customerKey, identityKey } from '../../plugin-server/src/store/sealing.ts';
import { findShop } from '../../plugin-server/src/store/shops.ts';
import { APP, install, quick, settle, setUp, takeJobs, type Pair } from '../e2e/shop-and-server.ts';
import { findTraces } from './find-traces.ts';

const DAY = 86_400_000;
const NOTHING = { shops: 0, events: 0, orders: 0, models: 0, requests: 0 };
const PERSON = { email: 'canary-person@example.com', address1: '77 Canary Wharf Lane', zip: 'CN4 R7Y', phone: '+44 20 7946 0077' };
const VISITOR = 'canary-visitor-7f3d0c51';
const SESSIONS = ['canary-session-before', 'canary-session-bought'];

/** Posts a webhook as the platform would, after the app is gone from the shop. */
function post({ shop, server }: Pair, topic: string, body: object): Promise<Response> {
  const text = JSON.stringify(body);
  return fetch(`${server.url}/webhooks`, {
    method: 'POST', body: text, headers: {
      'content-type': 'application/json', 'x-shopify-topic': topic, 'x-shopify-shop-domain': shop.domain, 'x-shopify-webhook-id': randomUUID(), 'x-shopify-api-version': '2026-10',
      'x-shopify-triggered-at': new Date().toISOString(), 'x-shopify-hmac-sha256': createHmac('sha256', APP.clientSecret).update(text).digest('base64'),
    },
  });
}

test('a person who has visited, bought and asked: handed out on request, and nowhere to be found once redacted', async (t) => {
  let ahead = 0;
  const pair = await setUp(t, { clock: () => Date.now() + ahead });
  const { shop, server, home, logged } = pair;
  const { ctx } = server;
  await install(pair);
  await importShop(ctx, { shop: shop.domain, sleep: quick });
  await takeJobs(pair);

  // --- The person visits twice with one browser, buys, and buys again; somebody else visits too.
  const product = shop.products.find((each) => each.status === 'active' && each.publishedAt !== null && each.variants[0]!.quantity > 5)!;
  const buy = () => shop.placeOrder({
    lines: [{ productId: product.id }], email: PERSON.email, shippingAddress: { address1: PERSON.address1, city: 'London', zip: PERSON.zip, countryCode: 'GB', country: 'United Kingdom' },
  });
  const orders = [buy(), buy()];
  await settle(pair);
  const { publishableKey: key } = (await findShop(ctx.db, shop.domain))!;
  const event = (sessionId: string, visitorId: string | undefined, fields: object = {}) => ({ type: 'product_viewed', id: randomUUID(), at: Date.now(), sessionId, ...(visitorId && { visitorId }), productId: product.id, ...fields });
  const theirs = [
    event(SESSIONS[0]!, VISITOR), event(SESSIONS[1]!, VISITOR),
    event(SESSIONS[1]!, VISITOR, { type: 'checkout_completed', productId: undefined, orderId: `gid://shopify/OrderIdentity/${orders[0]!.id}` }),
    // A visit without the visitor's id, as when preferences may not be stored.
    event('canary-session-private', undefined), event('canary-session-private', undefined, { type: 'checkout_completed', productId: undefined, orderId: orders[1]!.id }),
  ];
  const events = [...theirs, event('somebody-elses-session', 'somebody-else')];
  const sent = await fetch(`${server.url}/v1/shops/${shop.domain}/events`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ key, consent: true, events }) });
  assert.deepEqual([sent.status, await sent.json()], [202, { accepted: events.length, duplicates: 0 }]);

  const customerId = orders[0]!.customerId!;
  const stored = (await findShop(ctx.db, shop.domain))!;
  const hash = customerKey(identityKey(ctx.config, stored), shop.domain, customerId);
  const identifying = [PERSON.email, PERSON.address1, PERSON.zip, PERSON.phone, customerId];
  const canaries = [...identifying, hash, VISITOR, ...SESSIONS, 'canary-session-private', ...orders.map(({ id }) => id), ...theirs.map(({ id }) => id)];

  // --- A model is made of it; a training that was stopped has left its state; one more order waits to be handled.
  await trainShop(ctx, { shop: shop.domain, epochs: 1, publish: true, device: 'cpu' });
  mkdirSync(join(home, 'training'), { recursive: true });
  writeFileSync(join(home, 'training', `${shop.domain}.state`), hash);
  writeFileSync(join(home, 'training', 'other.myshopify.com.state'), 'another shop\'s');
  const late = buy();
  canaries.push(late.id);
  await shop.idle();

  const before = await findTraces(ctx.db, canaries, home);
  for (const place of ['public.orders: ', `public.events: ${VISITOR}`, 'public.webhook_deliveries: ', `training/${shop.domain}.state`]) assert.ok(before.some((each) => each.startsWith(place)), `${place} in ${before.join(', ')}`);
  assert.deepEqual(before.filter((place) => identifying.slice(0, 4).some((text) => place.endsWith(text))), [], 'names, addresses and mails never came here');
  assert.deepEqual(before.filter((place) => place.startsWith('artifact') || place.startsWith('public.artifacts')), [], 'nor is anything of a person in a model');

  // --- The person asks what is stored.
  const subject = { id: Number(customerId), email: PERSON.email, phone: PERSON.phone };
  const about = { shop_id: 1, shop_domain: shop.domain, customer: subject };
  await shop.deliverWebhook('customers/data_request', { ...about, orders_requested: orders.map(({ id }) => Number(id)), data_request: { id: 9 } });
  await settle(pair); // the late order too
  const api = (path: string, method = 'GET') => fetch(`${server.url}${path}`, { method, headers: { authorization: `Bearer ${shop.sessionToken()}` } });
  const [request] = ((await (await api('/api/overview')).json()) as Overview).privacy;
  assert.deepEqual([request!.kind, request!.doneAt, request!.answerable, request!.dueAt - request!.receivedAt], ['data_request', null, true, 30 * DAY]);
  const answer = await api(`/api/data-requests/${request!.id}/answer`, 'POST');
  assert.match(answer.headers.get('content-disposition')!, /^attachment/);
  const data = await answer.json() as { orders: { id: string; lines: { product: string }[] }[]; events: { id: string }[] };
  assert.deepEqual(data.orders.map(({ id }) => id).sort(), [...orders, late].map(({ id }) => id).sort());
  assert.deepEqual(data.events.map(({ id }) => id).sort(), theirs.map(({ id }) => id).sort());
  assert.equal(data.orders[0]!.lines[0]!.product, product.id);
  assert.notEqual(((await (await api('/api/overview')).json()) as Overview).privacy[0]!.doneAt, null);
  assert.deepEqual((await findTraces(ctx.db, identifying)).filter((place) => place.startsWith('public.privacy')), [], 'the request itself is sealed');

  // --- And to be forgotten, while one more order of theirs waits.
  const waiting = buy();
  canaries.push(waiting.id);
  await shop.idle();
  await shop.deliverWebhook('customers/redact', { ...about, orders_to_redact: orders.map(({ id }) => Number(id)) });
  const [{ webhook_id: webhookId }] = await ctx.db.query<{ webhook_id: string }>("SELECT webhook_id FROM webhook_deliveries WHERE topic = 'customers/redact'");
  await handleWebhook(ctx, { shop: shop.domain, topic: 'customers/redact', webhookId });
  assert.deepEqual(await findTraces(ctx.db, canaries, home), []);
  await settle(pair); // what was queued finds nothing to do
  assert.deepEqual(await findTraces(ctx.db, canaries, home), []);
  assert.deepEqual(readdirSync(join(home, 'training')), ['other.myshopify.com.state']);
  const lines = logged.filter((line) => canaries.some((text) => line.includes(text)));
  assert.deepEqual(lines, []);
  assert.equal((await ctx.db.query("SELECT 1 FROM events WHERE visitor_id = 'somebody-else'")).length, 1, 'nobody else is touched');
  assert.ok((await ctx.db.query('SELECT 1 FROM orders')).length > 100);

  // --- What is kept says that and when, not who; the same request again changes nothing of it.
  const audit = () => ctx.db.query("SELECT kind, done_at IS NOT NULL AS done, done_at <= due_at AS in_time, subject, removed FROM privacy_requests ORDER BY received_at, kind DESC");
  const kept = await audit();
  assert.deepEqual(kept[1], { kind: 'customer_redact', done: true, in_time: true, subject: null, removed: { orders: 3, order_lines: 3, events: theirs.length, webhook_deliveries: 1, data_requests: 1 } });
  assert.equal((kept[0] as { subject: unknown }).subject, null, 'whom the data request was about is forgotten too');
  assert.equal((await api(`/api/data-requests/${request!.id}/answer`, 'POST')).status, 404);
  await handleWebhook(ctx, { shop: shop.domain, topic: 'customers/redact', webhookId });
  assert.deepEqual(await audit(), kept);

  // --- The next training is due within a day although nobody has bought since, and knows nothing of the person.
  await ctx.db.query("UPDATE orders SET updated_at = '2026-01-01'");
  await ctx.db.query('DELETE FROM events');
  await ctx.db.query("UPDATE training_runs SET status = 'done' WHERE status = 'queued'"); // the import's own, which nothing here works on
  ahead += DAY + 60_000;
  assert.deepEqual((await scheduleWork(ctx)).train, [shop.domain]);
  await takeJobs(pair);
  await trainShop(ctx, { shop: shop.domain, epochs: 1, device: 'cpu' });
  assert.deepEqual(await findTraces(ctx.db, canaries, home), []);

  // --- The shop leaves, and 48 hours later all of it goes.
  await shop.uninstall();
  await settle(pair);
  await ctx.jobs.send('install-import', { shop: shop.domain });
  writeFileSync(join(home, 'training', `${shop.domain}.state`), 'x');
  assert.equal((await post(pair, 'shop/redact', { shop_id: 1, shop_domain: shop.domain })).status, 200);
  await settle(pair);
  const left = await findTraces(ctx.db, [shop.domain, stored.publishableKey, ...canaries], home);
  // The job that did it ends with this line, and is swept with the queue; the record that it was done stays.
  assert.deepEqual(left.filter((place) => !/^queue\.(job|j[\da-f_a-z]+): /.test(place)), [`public.privacy_requests: ${shop.domain}`]);
  assert.deepEqual((await ctx.db.query("SELECT name, state FROM queue.job WHERE data->>'shop' = $1", [shop.domain])).map(({ name }) => name), ['handle-webhook']);
  assert.deepEqual(readdirSync(join(home, 'training')), ['other.myshopify.com.state']);
  for (const path of ['release', `artifacts/${'a'.repeat(64)}`, `products?ids=${product.id}`]) assert.equal((await fetch(`${server.url}/v1/shops/${shop.domain}/${path}`)).status, 404);
  const [last] = await ctx.db.query<{ kind: string; removed: Record<string, number> }>("SELECT kind, removed FROM privacy_requests WHERE kind = 'shop_redact'");
  assert.ok(last!.removed.orders! > 100 && last!.removed.artifacts! >= 1 && last!.removed.learned_models! >= 1 && last!.removed.shops === 1 && last!.removed.jobs! >= 1, JSON.stringify(last));
});

test('every table that holds a shop\'s rows is emptied with the shop, whichever it is', async (t) => {
  const { twoShops } = await import('./two-shops.ts');
  const { eraseShop } = await import('../../plugin-server/src/services/erase-shop.ts');
  const { ctx, own, other } = await twoShops(t);
  const count = async (shop: string) => {
    const tables = await ctx.db.query<{ name: string }>("SELECT table_name AS name FROM information_schema.columns WHERE table_schema = 'public' AND column_name = 'shop_id' ORDER BY 1");
    const rows = await Promise.all(tables.map(async ({ name }) => [name, (await ctx.db.query(`SELECT 1 FROM ${name} WHERE shop_id = $1`, [shop])).length] as const));
    return Object.fromEntries(rows.filter(([, size]) => size > 0));
  };
  const before = await count(other.shop);
  assert.ok(Object.keys(before).length >= 11, Object.keys(before).join());
  await eraseShop(ctx, { shop: own.shop, requestId: 'r' });
  assert.deepEqual(await count(own.shop), { privacy_requests: 2 });
  assert.deepEqual(await count(other.shop), before);
});

test('what is kept for a time goes when it has passed, of installed shops', async (t) => {
  let now = Date.now();
  const pair = await setUp(t, { shop: { products: 12, orders: 40, customers: 20 }, clock: () => now });
  const { shop, server: { ctx } } = pair;
  await install(pair);
  await importShop(ctx, { shop: shop.domain, sleep: quick });
  await shop.deliverWebhook('customers/data_request', { customer: { id: 1 }, orders_requested: [] });
  await settle(pair);
  const insert = "INSERT INTO events (shop_id, event_id, session_id, type, at, received_at, payload) VALUES ($1, $2, 's', 'page_viewed', $3, $3, '{}')";
  await ctx.db.query(insert, [shop.domain, 'new', new Date(now)]);
  const [{ orders }] = await ctx.db.query<{ orders: number }>('SELECT count(*)::int AS orders FROM orders');
  assert.deepEqual(await forgetOldData(ctx), NOTHING);
  now += 31 * DAY;
  assert.deepEqual(await forgetOldData(ctx), { ...NOTHING, requests: 1 });
  now += 365 * DAY;
  assert.deepEqual(await forgetOldData(ctx), { ...NOTHING, events: 1 });
  now += 3 * 365 * DAY;
  assert.deepEqual(await forgetOldData(ctx), { ...NOTHING, orders });
  assert.deepEqual(await ctx.db.query('SELECT 1 FROM order_lines'), []);

  // A shop that has left, of which nobody asked that it be erased.
  await ctx.db.query('UPDATE shops SET uninstalled_at = $2 WHERE shop_id = $1', [shop.domain, new Date(now - 29 * DAY)]);
  assert.deepEqual(await forgetOldData(ctx), NOTHING);
  now += 2 * DAY;
  assert.deepEqual(await forgetOldData(ctx), { ...NOTHING, shops: 1 });
  assert.deepEqual(await ctx.db.query('SELECT 1 FROM shops UNION ALL SELECT 1 FROM products'), []);
});

test('the command line hands out the same', async (t) => {
  const pair = await setUp(t, { shop: { products: 12, orders: 40, customers: 20 } });
  const { shop, server, home } = pair;
  await install(pair);
  await importShop(server.ctx, { shop: shop.domain, sleep: quick });
  const customer = shop.orders.find((order) => !order.test && order.customerId !== null)!.customerId!;
  const { secret } = server.ctx.config;
  await server.close(); // the embedded database belongs to one process
  const out: string[] = [];
  const terminal = { out: (text: string) => { out.push(text); }, note() {}, progress() {}, interactive: false, clock: Date.now } as unknown as NonNullable<Parameters<typeof main>[1]>['terminal'];
  const run = (...args: string[]) => main(['data-request', '--shop', shop.domain, ...args], { terminal, env: { VITRINE_HOME: home, VITRINE_SECRET: secret } });
  assert.equal(await run('--customer', customer), 0);
  const data = JSON.parse(out.at(-1)!) as { orders: { id: string }[] };
  assert.deepEqual(data.orders.map(({ id }) => id).sort(), shop.orders.filter((order) => !order.test && order.customerId === customer).map(({ id }) => id).sort());
  assert.equal(await run(), 2);
  assert.equal(await run('--customer', '1'), 0);
  assert.deepEqual((JSON.parse(out.at(-1)!) as { orders: unknown[] }).orders, []);
});
