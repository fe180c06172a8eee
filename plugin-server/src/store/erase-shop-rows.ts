import type { Database } from './database.ts';

/** Kept without anything of the shop's but its name: the proof that it was erased. */
const KEPT: ReadonlySet<string> = new Set(['privacy_requests']);

/**
 * Removes a shop's rows from every table that has shops, whichever those are: a table added later is emptied too. Returns
 * how many rows of each went.
 */
export async function eraseShopRows(db: Database, shop: string): Promise<Record<string, number>> {
  const removed: Record<string, number> = {};
  const tables = await db.query<{ name: string }>(
    `SELECT c.table_name AS name FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
     WHERE c.table_schema = current_schema() AND c.column_name = 'shop_id' AND t.table_type = 'BASE TABLE' ORDER BY 1`);
  for (const { name } of tables) {
    if (KEPT.has(name)) continue;
    const [{ rows }] = await db.query<{ rows: number }>(`WITH gone AS (DELETE FROM "${name}" WHERE shop_id = $1 RETURNING 1) SELECT count(*)::int AS rows FROM gone`, [shop]);
    if (rows > 0) removed[name] = rows;
  }
  // The queue's own table, where there is one. A job that is being done right now ends with its row.
  const [queue] = await db.query<{ found: boolean }>(`SELECT to_regclass('queue.job') IS NOT NULL AS found`);
  if (queue.found) {
    const [{ rows }] = await db.query<{ rows: number }>(
      `WITH gone AS (DELETE FROM queue.job WHERE data->>'shop' = $1 AND state <> 'active' RETURNING 1) SELECT count(*)::int AS rows FROM gone`, [shop]);
    if (rows > 0) removed.jobs = rows;
  }
  return removed;
}
