import type { Database } from './database.ts';

/** Ids of every product that is not deleted. */
export async function listProductIds(db: Database, shop: string): Promise<string[]> {
  const rows = await db.query<{ product_id: string }>(`SELECT product_id FROM products WHERE shop_id = $1 AND status <> 'deleted'`, [shop]);
  return rows.map((row) => row.product_id);
}
