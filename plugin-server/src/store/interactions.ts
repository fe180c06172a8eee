import { KINDS } from '@vitrine/sdk/core';
import type { Interactions } from '../pipeline/types.ts';
import type { Database } from './database.ts';

/** Rows one statement returns: bounds memory while a shop of any size streams by. */
const PAGE = 50_000;

interface Touch {
  readonly product_id: string;
  readonly group_key: string;
  readonly actor: string | null;
  readonly seconds: number;
  readonly id: string;
}

/**
 * Everything that links a shopper to a product the shop still sells: lines of orders that were not cancelled, product
 * views and additions to the cart. Sorted by time.
 */
export async function readInteractions(db: Database, shop: string): Promise<Interactions> {
  const columns = new GrowingColumns();
  await readPages(db, ORDER_PAGE, shop, (touch) => columns.add(touch, KINDS.indexOf('purchase')));
  await readPages(db, eventPage('product_viewed'), shop, (touch) => columns.add(touch, KINDS.indexOf('view')));
  await readPages(db, eventPage('product_added_to_cart'), shop, (touch) => columns.add(touch, KINDS.indexOf('cart')));
  return columns.sorted();
}

const ORDER_PAGE = `
  SELECT l.product_id, 'o' || o.order_id AS group_key, 'c' || o.customer_key AS actor,
         extract(epoch FROM o.ordered_at)::float8 AS seconds, o.order_id || '/' || l.line_id AS id
  FROM orders o
  JOIN order_lines l ON l.shop_id = o.shop_id AND l.order_id = o.order_id
  JOIN products p ON p.shop_id = l.shop_id AND p.product_id = l.product_id AND p.status = 'active'
  WHERE o.shop_id = $1 AND o.cancelled_at IS NULL AND l.quantity > 0
    AND (o.ordered_at, o.order_id || '/' || l.line_id) > (to_timestamp($2::float8), $3)
  ORDER BY o.ordered_at, o.order_id || '/' || l.line_id
  LIMIT ${PAGE}`;

function eventPage(type: 'product_viewed' | 'product_added_to_cart'): string {
  return `
  SELECT e.product_id, 's' || e.session_id AS group_key, 'v' || e.visitor_id AS actor,
         extract(epoch FROM e.at)::float8 AS seconds, e.event_id AS id
  FROM events e
  JOIN products p ON p.shop_id = e.shop_id AND p.product_id = e.product_id AND p.status = 'active'
  WHERE e.shop_id = $1 AND e.type = '${type}' AND (e.at, e.event_id) > (to_timestamp($2::float8), $3)
  ORDER BY e.at, e.event_id
  LIMIT ${PAGE}`;
}

async function readPages(db: Database, sql: string, shop: string, each: (touch: Touch) => void): Promise<void> {
  let after = { seconds: -62_135_596_800, id: '' }; // year 1
  for (;;) {
    const page = await db.query<Touch>(sql, [shop, after.seconds, after.id]);
    page.forEach(each);
    if (page.length < PAGE) return;
    after = page[page.length - 1];
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
    this.#item[at] = numberOf(this.#items, touch.product_id);
    this.#kind[at] = kind;
    this.#group[at] = numberOf(this.#groups, touch.group_key);
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
