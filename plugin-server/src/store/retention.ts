import type { Database } from './database.ts';

const INSTALLED = `SELECT shop_id FROM shops WHERE source = 'shopify'`;

/** Removes events that arrived before a time (ms since 1970), of shops installed in Shopify. Returns how many. */
export async function deleteEventsBefore(db: Database, time: number): Promise<number> {
  const rows = await db.query(`DELETE FROM events WHERE shop_id IN (${INSTALLED}) AND received_at < to_timestamp($1::float8 / 1000) RETURNING 1 AS one`, [time]);
  return rows.length;
}

/** Removes orders placed before a time with their lines, of shops installed in Shopify. Returns how many orders. */
export async function deleteOrdersBefore(db: Database, time: number): Promise<number> {
  const [{ orders }] = await db.query<{ orders: number }>(
    `WITH old AS (SELECT shop_id, order_id FROM orders WHERE shop_id IN (${INSTALLED}) AND ordered_at < to_timestamp($1::float8 / 1000)),
          lines AS (DELETE FROM order_lines l USING old WHERE l.shop_id = old.shop_id AND l.order_id = old.order_id),
          gone AS (DELETE FROM orders o USING old WHERE o.shop_id = old.shop_id AND o.order_id = old.order_id RETURNING 1)
     SELECT count(*)::int AS orders FROM gone`, [time]);
  return orders;
}

/** Removes trainable models whose artifact is no longer stored. */
export async function deleteOrphanedModels(db: Database): Promise<void> {
  await db.query(`DELETE FROM learned_models m WHERE NOT EXISTS (SELECT 1 FROM artifacts a WHERE a.shop_id = m.shop_id AND a.hash = m.hash)`);
}
