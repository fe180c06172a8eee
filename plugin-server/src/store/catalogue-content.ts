import type { ProductContent } from '../pipeline/types.ts';
import type { Database } from './database.ts';

/** Products that one statement returns. */
const SLICE = 2_000;

/** What is known of every product that may be shown, sold out or not, by product id. */
export async function readCatalogueContent(db: Database, shop: string): Promise<ProductContent[]> {
  const products: ProductContent[] = [];
  for (let after = ''; ;) {
    const rows = await db.query<ProductContent>(
      `SELECT product_id AS id, title, product_type AS "productType", vendor, tags, price FROM products
       WHERE shop_id = $1 AND status = 'active' AND published AND product_id > $2
       ORDER BY product_id LIMIT ${SLICE}`, [shop, after]);
    products.push(...rows);
    if (rows.length < SLICE) return products;
    after = rows[rows.length - 1].id;
  }
}

/** Products that may be shown, and how many of them were added after a time (ms since 1970). */
export async function countNewProducts(db: Database, shop: string, since: number): Promise<{ readonly products: number; readonly added: number }> {
  const [row] = await db.query<{ products: number; added: number }>(
    `SELECT count(*)::int AS products, count(*) FILTER (WHERE created_at > to_timestamp($2::float8 / 1000))::int AS added FROM products
     WHERE shop_id = $1 AND status = 'active' AND published`, [shop, since]);
  return row;
}
