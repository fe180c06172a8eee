import { setImmediate } from 'node:timers/promises';
import { KINDS } from '@vitrine/sdk/core';
import type { Interactions } from '../pipeline/types.ts';
import type { Database } from './database.ts';

/**
 * Orders, and events, that one statement returns. It bounds memory while a shop of any size streams by, and the time for
 * which the embedded database, which computes in the server's thread, lets requests wait.
 */
const ORDERS = 500;
const EVENTS = 2_000;

interface Touch {
  readonly product: string;
  readonly group: string;
  readonly actor: string | null;
  readonly seconds: number;
  /** Position in KINDS. */
  readonly kind: number;
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
       JOIN products p ON p.shop_id = l.shop_id AND p.product_id = l.product_id AND p.status = 'active'
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
    const events = await db.query<{ id: string; product: string; session: string; visitor: string | null; seconds: number; moment: string; sold: boolean }>(
      `SELECT e.event_id AS id, e.product_id AS product, e.session_id AS session, e.visitor_id AS visitor,
              extract(epoch FROM e.at)::float8 AS seconds, e.at::text AS moment, coalesce(p.status = 'active', false) AS sold
       FROM events e
       LEFT JOIN products p ON p.shop_id = e.shop_id AND p.product_id = e.product_id
       WHERE e.shop_id = $1 AND e.type = $2 AND (e.at, e.event_id) > ($3::text::timestamptz, $4)
       ORDER BY e.at, e.event_id LIMIT ${EVENTS}`, [shop, type, after.moment, after.id]);
    yield events.filter(({ sold }) => sold).map(({ product, session, visitor, seconds }): Touch =>
      ({ product, group: `s${session}`, actor: visitor === null ? null : `v${visitor}`, seconds, kind }));
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

  add(touch: Touch): void {
    if (this.#size === this.#item.length) this.#grow();
    const at = this.#size++;
    this.#item[at] = numberOf(this.#items, touch.product);
    this.#kind[at] = touch.kind;
    this.#group[at] = numberOf(this.#groups, touch.group);
    this.#actor[at] = touch.actor === null ? -1 : numberOf(this.#actors, touch.actor);
    this.#time[at] = touch.seconds;
  }

  /** The columns, cut to size. Products, groups and actors are numbered by first appearance. */
  taken(): Interactions {
    return {
      itemIds: [...this.#items.keys()],
      item: this.#item.slice(0, this.#size),
      kind: this.#kind.slice(0, this.#size),
      group: this.#group.slice(0, this.#size),
      actor: this.#actor.slice(0, this.#size),
      time: this.#time.slice(0, this.#size),
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
