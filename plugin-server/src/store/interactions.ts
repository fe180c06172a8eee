import { KINDS } from '@vitrine/sdk/core';
import type { Interactions } from '../pipeline/types.ts';
import type { Database } from './database.ts';

/** Orders, and events, that one statement returns: bounds memory while a shop of any size streams by. */
const ORDERS = 5_000;
const EVENTS = 50_000;

interface Touch {
  readonly product: string;
  readonly group: string;
  readonly actor: string | null;
  readonly seconds: number;
}

/**
 * Everything that links a shopper to a product the shop still sells: lines of orders that were not cancelled, product
 * views and additions to the cart. Sorted by time.
 */
export async function readInteractions(db: Database, shop: string): Promise<Interactions> {
  // The embedded database has no background process that keeps the planner's statistics: after a bulk import it would
  // believe the tables to be empty and join row by row (35 s instead of 1 s for 55,000 lines).
  await db.exec('ANALYZE products; ANALYZE orders; ANALYZE order_lines; ANALYZE events;');
  const columns = new GrowingColumns();
  await readOrders(db, shop, (touch) => columns.add(touch, KINDS.indexOf('purchase')));
  await readEvents(db, shop, 'product_viewed', (touch) => columns.add(touch, KINDS.indexOf('view')));
  await readEvents(db, shop, 'product_added_to_cart', (touch) => columns.add(touch, KINDS.indexOf('cart')));
  return columns.sorted();
}

/** Before every time a shop can hold. */
const BEGINNING = { moment: '0001-01-01 00:00:00+00', id: '' };

async function readOrders(db: Database, shop: string, each: (touch: Touch) => void): Promise<void> {
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
       JOIN products p ON p.shop_id = l.shop_id AND p.product_id = l.product_id AND p.status = 'active'
       WHERE l.shop_id = $1 AND l.order_id = ANY($2::text[]) AND l.quantity > 0
       ORDER BY l.order_id, l.line_id`, [shop, orders.map(({ id }) => id)]);
    const byOrder = Map.groupBy(lines, ({ id }) => id);
    for (const { id, customer, seconds } of orders) {
      const actor = customer === null ? null : `c${customer}`;
      for (const { product } of byOrder.get(id) ?? []) each({ product, group: `o${id}`, actor, seconds });
    }
    if (orders.length < ORDERS) return;
    after = orders[orders.length - 1];
  }
}

async function readEvents(db: Database, shop: string, type: 'product_viewed' | 'product_added_to_cart', each: (touch: Touch) => void): Promise<void> {
  for (let after = BEGINNING; ;) {
    const events = await db.query<{ id: string; product: string; session: string; visitor: string | null; seconds: number; moment: string; sold: boolean }>(
      `SELECT e.event_id AS id, e.product_id AS product, e.session_id AS session, e.visitor_id AS visitor,
              extract(epoch FROM e.at)::float8 AS seconds, e.at::text AS moment, coalesce(p.status = 'active', false) AS sold
       FROM events e
       LEFT JOIN products p ON p.shop_id = e.shop_id AND p.product_id = e.product_id
       WHERE e.shop_id = $1 AND e.type = $2 AND (e.at, e.event_id) > ($3::text::timestamptz, $4)
       ORDER BY e.at, e.event_id LIMIT ${EVENTS}`, [shop, type, after.moment, after.id]);
    for (const { product, session, visitor, seconds, sold } of events) {
      if (sold) each({ product, group: `s${session}`, actor: visitor === null ? null : `v${visitor}`, seconds });
    }
    if (events.length < EVENTS) return;
    after = events[events.length - 1];
  }
}

/** Columns that double when full; text keys become numbers as they arrive. */
class GrowingColumns {
  #size = 0;
  #item = new Int32Array(1024);
  #kind = new Uint8Array(1024);
  #group = new Int32Array(1024);
  #actor = new Int32Array(1024);
  #time = new Float64Array(1024);
  readonly #items = new Map<string, number>();
  readonly #groups = new Map<string, number>();
  readonly #actors = new Map<string, number>();

  add(touch: Touch, kind: number): void {
    if (this.#size === this.#item.length) this.#grow();
    const at = this.#size++;
    this.#item[at] = numberOf(this.#items, touch.product);
    this.#kind[at] = kind;
    this.#group[at] = numberOf(this.#groups, touch.group);
    this.#actor[at] = touch.actor === null ? -1 : numberOf(this.#actors, touch.actor);
    this.#time[at] = touch.seconds;
  }

  sorted(): Interactions {
    const order = Int32Array.from({ length: this.#size }, (_, i) => i).sort((a, b) => this.#time[a] - this.#time[b] || a - b);
    const renumber = new Map<number, number>();
    const group = new Int32Array(this.#size);
    order.forEach((from, to) => {
      const key = this.#group[from];
      let number = renumber.get(key);
      if (number === undefined) renumber.set(key, (number = renumber.size));
      group[to] = number;
    });
    return {
      itemIds: [...this.#items.keys()],
      item: Int32Array.from(order, (at) => this.#item[at]),
      kind: Uint8Array.from(order, (at) => this.#kind[at]),
      group,
      actor: Int32Array.from(order, (at) => this.#actor[at]),
      time: Float64Array.from(order, (at) => this.#time[at]),
    };
  }

  #grow(): void {
    const size = this.#item.length * 2;
    const copy = <T extends { set(from: T): void }>(to: T, from: T): T => (to.set(from), to);
    this.#item = copy(new Int32Array(size), this.#item);
    this.#kind = copy(new Uint8Array(size), this.#kind);
    this.#group = copy(new Int32Array(size), this.#group);
    this.#actor = copy(new Int32Array(size), this.#actor);
    this.#time = copy(new Float64Array(size), this.#time);
  }
}

function numberOf(numbers: Map<string, number>, key: string): number {
  let number = numbers.get(key);
  if (number === undefined) numbers.set(key, (number = numbers.size));
  return number;
}
