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

/**
 * Removes artifacts made before a time that are not live, with their releases: what a model was trained on then may have
 * been redacted since. The shards of a live model have its version, and stay. Returns how many artifacts.
 */
export async function deleteReplacedArtifacts(db: Database, time: number): Promise<number> {
  const [{ artifacts }] = await db.query<{ artifacts: number }>(
    `WITH newest AS (SELECT DISTINCT ON (shop_id, family) shop_id, hash FROM releases ORDER BY shop_id, family, sequence DESC),
          live AS (SELECT a.shop_id, a.version FROM newest JOIN artifacts a ON a.shop_id = newest.shop_id AND a.hash = newest.hash),
          old AS (
            SELECT a.shop_id, a.hash FROM artifacts a
            WHERE a.shop_id IN (${INSTALLED}) AND a.created_at < to_timestamp($1::float8 / 1000)
              AND NOT EXISTS (SELECT 1 FROM live WHERE live.shop_id = a.shop_id AND live.version = a.version)),
          names AS (DELETE FROM releases r USING old WHERE r.shop_id = old.shop_id AND r.hash = old.hash),
          gone AS (DELETE FROM artifacts a USING old WHERE a.shop_id = old.shop_id AND a.hash = old.hash RETURNING 1)
     SELECT count(*)::int AS artifacts FROM gone`, [time]);
  return artifacts;
}
