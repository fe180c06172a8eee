import type { Database } from './database.ts';

/** Shops installed in Shopify whose data was imported, but neither imported nor reconciled (nor tried to be) since `before`, ms since 1970. */
export async function findShopsToReconcile(db: Database, before: number): Promise<string[]> {
  const rows = await db.query<{ shop_id: string }>(
    `SELECT s.shop_id FROM shops s
     WHERE s.source = 'shopify' AND s.uninstalled_at IS NULL
       AND EXISTS (SELECT 1 FROM imports i WHERE i.shop_id = s.shop_id AND i.kind = 'bulk-orders' AND i.status = 'done')
       AND NOT EXISTS (SELECT 1 FROM imports i WHERE i.shop_id = s.shop_id AND i.started_at > to_timestamp($1::float8 / 1000)
                       AND i.kind IN ('bulk-products', 'bulk-orders', 'reconcile-products', 'reconcile-orders'))
     ORDER BY s.shop_id`, [before]);
  return rows.map((row) => row.shop_id);
}

/** Installed shops trained before but not since `before` (ms since 1970), for which orders or events have come after the last run began, or a customer was redacted. */
export async function findShopsToTrain(db: Database, before: number): Promise<string[]> {
  const rows = await db.query<{ shop_id: string }>(
    `SELECT s.shop_id FROM shops s
     CROSS JOIN LATERAL (
       SELECT max(started_at) AS last, bool_or(status IN ('queued', 'running')) AS active FROM training_runs r WHERE r.shop_id = s.shop_id
     ) run
     WHERE s.source = 'shopify' AND s.uninstalled_at IS NULL AND run.last <= to_timestamp($1::float8 / 1000) AND NOT run.active
       AND (EXISTS (SELECT 1 FROM orders o WHERE o.shop_id = s.shop_id AND o.updated_at > run.last)
         OR EXISTS (SELECT 1 FROM events e WHERE e.shop_id = s.shop_id AND e.received_at > run.last)
         OR EXISTS (SELECT 1 FROM privacy_requests p WHERE p.shop_id = s.shop_id AND p.kind = 'customer_redact' AND p.done_at > run.last))
     ORDER BY s.shop_id`, [before]);
  return rows.map((row) => row.shop_id);
}
