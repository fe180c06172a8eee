import { setImmediate } from 'node:timers/promises';
import { KINDS } from '@vitrine/sdk/core';
import type { Interactions } from '../pipeline/types.ts';
import type { Database } from './database.ts';
import { InteractionColumns, type Touch } from './interaction-columns.ts';

/**
 * Orders, events and products that one statement returns. It bounds memory while a shop of any size streams by, and the
 * time for which the embedded database, which takes one statement after the other, lets others wait.
 */
const ORDERS = 500;
const EVENTS = 2_000;
const PRODUCTS = 5_000;

/**
 * Everything that links a shopper to a product the shop still sells: lines of orders that were not cancelled, product
 * views and additions to the cart. Sorted by time.
 */
export async function readInteractions(db: Database, shop: string): Promise<Interactions> {
  // The embedded database has no background process that keeps the planner's statistics: after a bulk import it would
  // believe the tables to be nearly empty. A tenth of the usual sample is enough for an index to be chosen, and takes a
  // tenth of the memory, of which the whole sample of a large shop's events needs half a gigabyte.
  await db.exec(`SET default_statistics_target = 10; ANALYZE products; ANALYZE orders; ANALYZE order_lines;
    ANALYZE events (shop_id, type, at, event_id); RESET default_statistics_target`);
  const columns = new InteractionColumns(await readSold(db, shop));
  await mergeByTime([readOrders(db, shop), readEvents(db, shop, 'product_viewed', VIEW), readEvents(db, shop, 'product_added_to_cart', CART)],
    (touch) => columns.add(touch));
  return columns.taken();
}

const [VIEW, CART, PURCHASE] = (['view', 'cart', 'purchase'] as const).map((kind) => KINDS.indexOf(kind));

/** Hands on what several streams, each sorted by time, hold: sorted by time, the earlier stream first at the same moment. */
async function mergeByTime(streams: readonly AsyncGenerator<readonly Touch[]>[], each: (touch: Touch) => void): Promise<void> {
  const heads = streams.map((stream) => ({ stream, slice: [] as readonly Touch[], at: 0, over: false }));
  for (;;) {
    for (const head of heads) {
      while (!head.over && head.at === head.slice.length) {
        const { value, done } = await head.stream.next();
        Object.assign(head, { slice: value ?? [], at: 0, over: done });
        await setImmediate(); // requests come in between
      }
    }
    const waiting = heads.filter(({ over }) => !over);
    if (waiting.length === 0) return;
    // No slice is empty here: hand on until one is.
    for (let empty = false; !empty;) {
      let next = waiting[0];
      for (const head of waiting) if (head.slice[head.at].seconds < next.slice[next.at].seconds) next = head;
      each(next.slice[next.at++]);
      empty = next.at === next.slice.length;
    }
  }
}

/** The products the shop still sells. Asked for once: beside two thousand events a join would read the whole catalogue again. */
async function readSold(db: Database, shop: string): Promise<Set<string>> {
  const sold = new Set<string>();
  for (let after = ''; ;) {
    const products = await db.query<{ id: string }>(
      `SELECT product_id AS id FROM products WHERE shop_id = $1 AND status = 'active' AND product_id > $2 ORDER BY product_id LIMIT ${PRODUCTS}`, [shop, after]);
    for (const { id } of products) sold.add(id);
    if (products.length < PRODUCTS) return sold;
    after = products[products.length - 1].id;
  }
}

/** Before every time a shop can hold. */
const BEGINNING = { moment: '0001-01-01 00:00:00+00', id: '' };

async function* readOrders(db: Database, shop: string): AsyncGenerator<readonly Touch[]> {
  for (let after = BEGINNING; ;) {
    // The moment travels as text: a number or a Date would round away microseconds and lose the place.
    const orders = await db.query<{ id: string; customer: string | null; seconds: number; moment: string }>(
      `SELECT order_id AS id, customer_key AS customer, extract(epoch FROM ordered_at)::float8 AS seconds, ordered_at::text AS moment
       FROM orders
       WHERE shop_id = $1 AND cancelled_at IS NULL AND (ordered_at, order_id) > ($2::text::timestamptz, $3)
       ORDER BY ordered_at, order_id LIMIT ${ORDERS}`, [shop, after.moment, after.id]);
    const lines = await db.query<{ id: string; product: string }>(
      `SELECT l.order_id AS id, l.product_id AS product
       FROM order_lines l
       WHERE l.shop_id = $1 AND l.order_id = ANY($2::text[]) AND l.quantity > 0
       ORDER BY l.order_id, l.line_id`, [shop, orders.map(({ id }) => id)]);
    const byOrder = Map.groupBy(lines, ({ id }) => id);
    yield orders.flatMap(({ id, customer, seconds }) =>
      (byOrder.get(id) ?? []).map(({ product }): Touch => ({ product, group: `o${id}`, actor: customer === null ? null : `c${customer}`, seconds, kind: PURCHASE })));
    if (orders.length < ORDERS) return;
    after = orders[orders.length - 1];
  }
}

async function* readEvents(db: Database, shop: string, type: 'product_viewed' | 'product_added_to_cart', kind: number): AsyncGenerator<readonly Touch[]> {
  for (let after = BEGINNING; ;) {
    const events = await db.query<{ id: string; product: string; session: string; visitor: string | null; seconds: number; moment: string; origin: string | null }>(
      `SELECT event_id AS id, product_id AS product, session_id AS session, visitor_id AS visitor,
              extract(epoch FROM at)::float8 AS seconds, at::text AS moment,
              floor(extract(epoch FROM received_at) / 86400)::text || ' ' || origin AS origin
       FROM events
       WHERE shop_id = $1 AND type = $2 AND (at, event_id) > ($3::text::timestamptz, $4)
       ORDER BY at, event_id LIMIT ${EVENTS}`, [shop, type, after.moment, after.id]);
    yield events.map(({ product, session, visitor, seconds, origin }): Touch =>
      ({ product, group: `s${session}`, actor: visitor === null ? null : `v${visitor}`, seconds, kind, origin }));
    if (events.length < EVENTS) return;
    after = events[events.length - 1];
  }
}
