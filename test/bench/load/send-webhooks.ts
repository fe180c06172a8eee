import { createHmac, randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Connection, request } from './connection.ts';
import { summarise } from './summary.ts';

// A process of its own that sends webhooks at a steady rate, whatever the server does, as a platform would: signed, with
// ids of their own, one in twenty a second time. The time of an answer counts from the moment the delivery was due.
// Prints one line of JSON: times, and what was sent and acknowledged.
const { values } = parseArgs({
  options: { port: { type: 'string' }, shop: { type: 'string' }, secret: { type: 'string' }, seconds: { type: 'string' }, rate: { type: 'string' }, from: { type: 'string', default: '1' } },
});
const count = Math.round(Number(values.seconds) * Number(values.rate));
const every = 1000 / Number(values.rate);
const first = Number(values.from);
const REPEATED = 20;

interface Delivery { readonly id: string; readonly order?: number; readonly text: string }

function delivery(index: number): Delivery {
  const id = randomUUID();
  const now = new Date().toISOString();
  const order = first + index;
  const isOrder = index % 4 !== 3;
  const body = JSON.stringify(isOrder
    ? { id: order, created_at: now, updated_at: now, currency: 'EUR', current_total_price: '19.00', test: false, cancelled_at: null, customer: { id: 1 + index % 500 },
      line_items: [1, 2, 3].map((line) => ({ id: line, product_id: 1 + (index * 7 + line) % 500, quantity: 1, price: '9.50', title: 'A product with a name of usual length' })) }
    : { id: 1 + index % 500, title: `Product ${index}`, handle: `product-${index % 500}`, product_type: 'Shirts', vendor: 'A vendor', tags: 'red, cotton', status: 'active', published_at: now, created_at: now,
      updated_at: now, image: null, variants: [{ id: 1 + index % 500, price: '9.50', inventory_quantity: 5, inventory_management: 'shopify', inventory_policy: 'deny', inventory_item_id: 1 + index % 500 }] });
  return {
    id, ...(isOrder && { order }),
    text: request('POST', '/webhooks', {
      'content-type': 'application/json', 'x-shopify-topic': isOrder ? 'orders/create' : 'products/update', 'x-shopify-shop-domain': values.shop!, 'x-shopify-webhook-id': id,
      'x-shopify-triggered-at': now, 'x-shopify-api-version': '2026-10', 'x-shopify-hmac-sha256': createHmac('sha256', values.secret!).update(body).digest('base64'),
    }, body),
  };
}

const idle: Connection[] = [];
const times: number[] = [];
/** The slowest answer of each second. */
const worstOfSecond: number[] = [];
const statuses: Record<string, number> = {};
const acknowledged: Delivery[] = [];
let recent: Delivery[] = [];

async function send(one: Delivery, due: number): Promise<void> {
  let status = 0;
  try {
    let connection = idle.pop();
    while (connection?.closed) connection = idle.pop();
    connection ??= await Connection.open(Number(values.port));
    ({ status } = await connection.ask(one.text));
    idle.push(connection);
  } catch { /* counted as status 0 */ }
  const time = performance.now() - due;
  times.push(time);
  const second = Math.floor((due - started) / 1000);
  worstOfSecond[second] = Math.max(worstOfSecond[second] ?? 0, time);
  statuses[status] = (statuses[status] ?? 0) + 1;
  if (status === 200) acknowledged.push(one);
}

const started = performance.now() + 50;
const underway: Promise<void>[] = [];
for (let index = 0; index < count; index++) {
  const due = started + index * every;
  const again = index % REPEATED === REPEATED - 1 && recent.length > 0;
  const one = again ? recent[index % recent.length] : delivery(index);
  if (!again) recent = [...recent.slice(-9), one];
  const early = due - performance.now();
  if (early > 0) await wait(early);
  underway.push(send(one, due));
}
await Promise.all(underway);
for (const connection of idle) connection.close();
const unique = new Map(acknowledged.map((one) => [one.id, one]));
console.log(JSON.stringify({
  ...summarise(times, (performance.now() - started) / 1000, statuses),
  worstOfSecond: worstOfSecond.map(Math.round), ids: [...unique.keys()], orders: [...unique.values()].flatMap(({ order }) => order ?? []),
}));
