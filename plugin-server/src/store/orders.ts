import type { Database } from './database.ts';
import type { WriteCounts } from './products.ts';

/** One order as stored. Times are milliseconds since 1970. */
export interface OrderRow {
  readonly id: string;
  /** Keyed hash of the shop's customer id (`customerKey`); never a mail or a name. */
  readonly customerKey: string | null;
  readonly orderedAt: number;
  readonly currency: string | null;
  readonly total: number | null;
  readonly cancelledAt: number | null;
  /** The shop's clock: an older version never overwrites a newer one. */
  readonly updatedAt: number;
}

export interface OrderLineRow {
  readonly orderId: string;
  /** Unique within its order. */
  readonly lineId: string;
  readonly productId: string;
  readonly quantity: number;
  readonly unitPrice: number | null;
}

/** Lines one statement carries: large enough to be fast, small enough to bound memory. */
const BATCH_LINES = 5_000;

/**
 * Stores orders, each with all of its lines: an order's lines are replaced as a whole by those of its newest version,
 * and an older version changes nothing. Everything happens in one transaction.
 *
 * @param input.lines lines of orders in `input.orders`, in any order; a line of another order is not written
 * @returns how many orders were new, changed, or left as they were (equal, or older than what is stored)
 */
export async function upsertOrders(
  db: Database, shop: string, input: { readonly orders: readonly OrderRow[]; readonly lines: readonly OrderLineRow[] },
): Promise<WriteCounts> {
  const lines = new Map<string, Map<string, OrderLineRow>>();
  const newest = new Map<string, OrderRow>();
  for (const order of input.orders) {
    const known = newest.get(order.id);
    if (!known || order.updatedAt >= known.updatedAt) newest.set(order.id, order);
    lines.set(order.id, new Map());
  }
  for (const line of input.lines) lines.get(line.orderId)?.set(line.lineId, line);

  return db.transaction(async (tx) => {
    const total = { inserted: 0, updated: 0, unchanged: 0 };
    let batch: OrderRow[] = [];
    let size = 0;
    // By id, so that two writers lock the same rows in the same order and never wait for each other in a circle.
    for (const order of [...newest.values()].sort((a, b) => (a.id < b.id ? -1 : 1))) {
      batch.push(order);
      size += 1 + lines.get(order.id)!.size;
      if (size >= BATCH_LINES) {
        await writeBatch(tx, shop, batch, lines, total);
        batch = [];
        size = 0;
      }
    }
    if (batch.length > 0) await writeBatch(tx, shop, batch, lines, total);
    return total;
  });
}

interface StoredOrder {
  order_id: string; customer_key: string | null; ordered_at: Date; currency: string | null; total: number | null;
  cancelled_at: Date | null; updated_at: Date;
}

async function writeBatch(
  tx: Database, shop: string, batch: readonly OrderRow[], lines: ReadonlyMap<string, ReadonlyMap<string, OrderLineRow>>,
  counts: { inserted: number; updated: number; unchanged: number },
): Promise<void> {
  const stored = await tx.query<StoredOrder>(
    `SELECT order_id, customer_key, ordered_at, currency, total, cancelled_at, updated_at
     FROM orders WHERE shop_id = $1 AND order_id = ANY($2::text[]) FOR UPDATE`,
    [shop, batch.map((order) => order.id)]);
  const storedById = new Map(stored.map((row) => [row.order_id, row]));
  const storedLines = await readLines(tx, shop, [...storedById.keys()]);

  const changed = batch.filter((order) => {
    const before = storedById.get(order.id);
    if (!before) return true;
    if (before.updated_at.getTime() > order.updatedAt) return false;
    return !sameOrder(before, order) || !sameLines(storedLines.get(order.id), lines.get(order.id)!);
  });
  counts.unchanged += batch.length - changed.length;
  if (changed.length === 0) return;

  // The guard is repeated here because another process may have stored a newer version since the SELECT. Only the
  // orders this statement wrote, and so holds locks on, have their lines replaced.
  const written = await tx.query<{ order_id: string; is_new: boolean }>(
    `INSERT INTO orders (shop_id, order_id, customer_key, ordered_at, currency, total, cancelled_at, updated_at)
     SELECT $1, id, customer_key, to_timestamp(ordered_ms / 1000), currency, total, to_timestamp(cancelled_ms / 1000),
            to_timestamp(updated_ms / 1000)
     FROM unnest($2::text[], $3::text[], $4::float8[], $5::text[], $6::float8[], $7::float8[], $8::float8[])
       AS t(id, customer_key, ordered_ms, currency, total, cancelled_ms, updated_ms)
     ON CONFLICT (shop_id, order_id) DO UPDATE SET
       customer_key = excluded.customer_key, ordered_at = excluded.ordered_at, currency = excluded.currency,
       total = excluded.total, cancelled_at = excluded.cancelled_at, updated_at = excluded.updated_at
     WHERE excluded.updated_at >= orders.updated_at
     RETURNING order_id, xmax = 0 AS is_new  -- xmax is 0 on a row that this statement inserted`,
    [shop, changed.map((order) => order.id), changed.map((order) => order.customerKey),
      changed.map((order) => order.orderedAt), changed.map((order) => order.currency),
      changed.map((order) => order.total), changed.map((order) => order.cancelledAt),
      changed.map((order) => order.updatedAt)]);

  const replaced = written.filter((row) => !row.is_new).map((row) => row.order_id);
  counts.inserted += written.length - replaced.length;
  counts.updated += replaced.length;
  counts.unchanged += changed.length - written.length;
  if (replaced.length > 0) {
    await tx.query(`DELETE FROM order_lines WHERE shop_id = $1 AND order_id = ANY($2::text[])`, [shop, replaced]);
  }
  await insertLines(tx, shop, written.flatMap((row) => [...lines.get(row.order_id)!.values()]));
}

async function insertLines(tx: Database, shop: string, rows: readonly OrderLineRow[]): Promise<void> {
  if (rows.length === 0) return;
  await tx.query(
    `INSERT INTO order_lines (shop_id, order_id, line_id, product_id, quantity, unit_price)
     SELECT $1, * FROM unnest($2::text[], $3::text[], $4::text[], $5::int[], $6::float8[])`,
    [shop, rows.map((line) => line.orderId), rows.map((line) => line.lineId), rows.map((line) => line.productId),
      rows.map((line) => line.quantity), rows.map((line) => line.unitPrice)]);
}

async function readLines(tx: Database, shop: string, orderIds: readonly string[]): Promise<Map<string, OrderLineRow[]>> {
  const byOrder = new Map<string, OrderLineRow[]>();
  if (orderIds.length === 0) return byOrder;
  const rows = await tx.query<{ order_id: string; line_id: string; product_id: string; quantity: number; unit_price: number | null }>(
    `SELECT order_id, line_id, product_id, quantity, unit_price FROM order_lines
     WHERE shop_id = $1 AND order_id = ANY($2::text[])`,
    [shop, orderIds]);
  for (const row of rows) {
    const line = { orderId: row.order_id, lineId: row.line_id, productId: row.product_id, quantity: row.quantity, unitPrice: row.unit_price };
    const known = byOrder.get(row.order_id);
    if (known) known.push(line);
    else byOrder.set(row.order_id, [line]);
  }
  return byOrder;
}

function sameOrder(before: StoredOrder, after: OrderRow): boolean {
  return before.customer_key === after.customerKey && before.ordered_at.getTime() === after.orderedAt
    && before.currency === after.currency && before.total === after.total
    && (before.cancelled_at?.getTime() ?? null) === after.cancelledAt && before.updated_at.getTime() === after.updatedAt;
}

function sameLines(before: readonly OrderLineRow[] = [], after: ReadonlyMap<string, OrderLineRow>): boolean {
  return before.length === after.size && before.every((line) => {
    const other = after.get(line.lineId);
    return other !== undefined && line.productId === other.productId && line.quantity === other.quantity
      && line.unitPrice === other.unitPrice;
  });
}

/** What a shop's tables hold. Times are ms since 1970, of the first and last order; null without orders. */
export interface ShopCounts {
  readonly products: number;
  readonly orders: number;
  readonly lines: number;
  readonly events: number;
  readonly from: number | null;
  readonly to: number | null;
}

/** Counts for `status` and the dashboard. */
export async function countShop(db: Database, shop: string): Promise<ShopCounts> {
  const [row] = await db.query<{ products: number; orders: number; lines: number; events: number; from: Date | null; to: Date | null }>(
    `SELECT (SELECT count(*)::int FROM products WHERE shop_id = $1 AND status <> 'deleted') AS products,
            (SELECT count(*)::int FROM orders WHERE shop_id = $1) AS orders,
            (SELECT count(*)::int FROM order_lines WHERE shop_id = $1) AS lines,
            (SELECT count(*)::int FROM events WHERE shop_id = $1) AS events,
            (SELECT min(ordered_at) FROM orders WHERE shop_id = $1) AS "from",
            (SELECT max(ordered_at) FROM orders WHERE shop_id = $1) AS "to"`,
    [shop]);
  return { ...row, from: row.from?.getTime() ?? null, to: row.to?.getTime() ?? null };
}

/** Unlinks a customer from every order (redaction): the orders stay, nobody can be told from them. Returns how many. */
export async function forgetCustomer(db: Database, shop: string, customerKey: string): Promise<number> {
  const rows = await db.query(
    `UPDATE orders SET customer_key = NULL WHERE shop_id = $1 AND customer_key = $2 RETURNING 1 AS one`, [shop, customerKey]);
  return rows.length;
}

/** Ids that the shop's API gave out (a file's may be anything), of orders placed at `from` or later and unchanged since `before`. */
export async function listOrderIds(db: Database, shop: string, input: { readonly from: number; readonly before: number }): Promise<string[]> {
  const rows = await db.query<{ order_id: string }>(
    `SELECT order_id FROM orders
     WHERE shop_id = $1 AND ordered_at >= to_timestamp($2::float8 / 1000) AND updated_at < to_timestamp($3::float8 / 1000) AND order_id ~ '^[0-9]+$'`,
    [shop, input.from, input.before]);
  return rows.map((row) => row.order_id);
}

/** Removes orders with their lines: the shop has deleted them. Returns how many there were. */
export async function deleteOrdersById(db: Database, shop: string, ids: readonly string[]): Promise<number> {
  const [{ orders }] = await db.query<{ orders: number }>(
    `WITH lines AS (DELETE FROM order_lines WHERE shop_id = $1 AND order_id = ANY($2::text[])),
          gone AS (DELETE FROM orders WHERE shop_id = $1 AND order_id = ANY($2::text[]) RETURNING 1)
     SELECT count(*)::int AS orders FROM gone`, [shop, ids]);
  return orders;
}

/** Removes every order of a shop with its lines (redaction). */
export async function deleteOrders(db: Database, shop: string): Promise<void> {
  await db.query(`DELETE FROM order_lines WHERE shop_id = $1`, [shop]);
  await db.query(`DELETE FROM orders WHERE shop_id = $1`, [shop]);
}
