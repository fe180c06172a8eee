import type { Database } from './database.ts';

/** Whom data are about: the hash their orders are stored under, and orders that a request names besides. */
export interface Person {
  /** Null: the request names orders only. */
  readonly customerKey: string | null;
  readonly orderIds: readonly string[];
}

/** An order of a person as it is stored. Times are milliseconds since 1970. */
export interface PersonOrder {
  readonly id: string;
  readonly orderedAt: number;
  readonly cancelledAt: number | null;
  readonly currency: string | null;
  readonly total: number | null;
  readonly lines: readonly { readonly product: string; readonly title: string | null; readonly quantity: number; readonly unitPrice: number | null }[];
}

/** A shopper's event as it is stored. */
export interface PersonEvent {
  readonly id: string;
  readonly type: string;
  readonly at: number;
  readonly product: string | null;
  readonly session: string;
  readonly visitor: string | null;
  readonly details: Readonly<Record<string, unknown>>;
}

/** $2: the customer's hash or null, $3: ids of orders. */
const ORDERS = `SELECT order_id FROM orders WHERE shop_id = $1 AND (customer_key = $2 OR order_id = ANY($3::text[]))`;

/**
 * Visits that ended in one of these orders: the only thing that links a visit to a customer. A browser may name an order
 * by its global id, of which the number is the end.
 */
const VISITS = `SELECT DISTINCT session_id, visitor_id FROM events
  WHERE shop_id = $1 AND type = 'checkout_completed'
    AND regexp_replace(payload->>'orderId', '^.*/|[?].*$', '', 'g') IN (SELECT order_id FROM gone UNION SELECT unnest($3::text[]))`;

const EVENTS = `shop_id = $1 AND (session_id IN (SELECT session_id FROM visits) OR visitor_id IN (SELECT visitor_id FROM visits WHERE visitor_id IS NOT NULL))`;

/** Everything stored about a person: orders, and the events of visits that ended in one of them. The oldest first. */
export async function readCustomerData(db: Database, shop: string, person: Person): Promise<{ orders: PersonOrder[]; events: PersonEvent[] }> {
  const params = [shop, person.customerKey, person.orderIds];
  const orders = await db.query<{ id: string; ordered_at: Date; cancelled_at: Date | null; currency: string | null; total: number | null }>(
    `SELECT order_id AS id, ordered_at, cancelled_at, currency, total FROM orders
     WHERE shop_id = $1 AND order_id IN (${ORDERS}) ORDER BY ordered_at, order_id`, params);
  const lines = await db.query<{ order_id: string; product: string; title: string | null; quantity: number; unit_price: number | null }>(
    `SELECT l.order_id, l.product_id AS product, p.title, l.quantity, l.unit_price
     FROM order_lines l LEFT JOIN products p ON p.shop_id = l.shop_id AND p.product_id = l.product_id
     WHERE l.shop_id = $1 AND l.order_id = ANY($2::text[]) ORDER BY l.order_id, l.line_id`, [shop, orders.map(({ id }) => id)]);
  const events = await db.query<{ id: string; type: string; at: Date; product: string | null; session: string; visitor: string | null; details: Record<string, unknown> }>(
    `WITH gone AS (${ORDERS}), visits AS (${VISITS})
     SELECT event_id AS id, type, at, product_id AS product, session_id AS session, visitor_id AS visitor, payload AS details
     FROM events WHERE ${EVENTS} ORDER BY at, event_id`, params);
  const linesOf = Map.groupBy(lines, (line) => line.order_id);
  return {
    orders: orders.map((row) => ({
      id: row.id, orderedAt: row.ordered_at.getTime(), cancelledAt: row.cancelled_at?.getTime() ?? null, currency: row.currency, total: row.total,
      lines: (linesOf.get(row.id) ?? []).map((line) => ({ product: line.product, title: line.title, quantity: line.quantity, unitPrice: line.unit_price })),
    })),
    events: events.map((row) => ({ ...row, at: row.at.getTime() })),
  };
}

/** Removes everything stored about a person. Returns how many rows of each table went. */
export async function deleteCustomerData(db: Database, shop: string, person: Person): Promise<{ orders: number; order_lines: number; events: number }> {
  // One statement, so that all of it is judged by what was there before: the visits are found by the orders that go.
  const [counts] = await db.query<{ orders: number; order_lines: number; events: number }>(
    `WITH gone AS (${ORDERS}), visits AS (${VISITS}),
       events_gone AS (DELETE FROM events WHERE ${EVENTS} RETURNING 1),
       lines_gone AS (DELETE FROM order_lines WHERE shop_id = $1 AND order_id IN (SELECT order_id FROM gone) RETURNING 1),
       orders_gone AS (DELETE FROM orders WHERE shop_id = $1 AND order_id IN (SELECT order_id FROM gone) RETURNING 1)
     SELECT (SELECT count(*)::int FROM orders_gone) AS orders, (SELECT count(*)::int FROM lines_gone) AS order_lines,
            (SELECT count(*)::int FROM events_gone) AS events`,
    [shop, person.customerKey, person.orderIds]);
  return counts;
}

/** Deliveries that have not been handled yet and hold one of these texts: candidates, since a number may occur anywhere. */
export async function findWaitingDeliveries(db: Database, shop: string, texts: readonly string[]): Promise<{ topic: string; webhookId: string; body: string }[]> {
  if (texts.length === 0) return [];
  return db.query(
    `SELECT topic, webhook_id AS "webhookId", body FROM webhook_deliveries
     WHERE shop_id = $1 AND handled_at IS NULL AND EXISTS (SELECT 1 FROM unnest($2::text[]) AS t(piece) WHERE position(piece IN body) > 0)`, [shop, texts]);
}

/** Removes deliveries that shall not be handled any more. */
export async function deleteDelivery(db: Database, shop: string, input: { readonly topic: string; readonly webhookId: string }): Promise<void> {
  await db.query(`DELETE FROM webhook_deliveries WHERE shop_id = $1 AND topic = $2 AND webhook_id = $3`, [shop, input.topic, input.webhookId]);
}
