import type { Database } from './database.ts';
import { addCounts } from './products.ts';
import type { WriteCounts } from './products.ts';
import { slices } from './slices.ts';

// Orders name products that no catalogue has described yet, and sometimes by a SKU or a title instead of an id. They are
// kept with what the orders know, until a catalogue knows better.

/** A product that only orders have mentioned so far: no catalogue has described it. */
const MENTIONED = `products.handle IS NULL AND products.image_url IS NULL AND products.vendor = '' AND products.product_type = ''`;

const BATCH = 2_000;

/** A product known only from the lines of orders: nothing but a title and the last price paid. */
export interface MentionedProduct {
  readonly id: string;
  readonly title: string;
  readonly price: number | null;
  /** When it was last ordered, ms since 1970. */
  readonly updatedAt: number;
}

/**
 * Adds products that orders mention and no catalogue has described yet. A product with a catalogue entry (a handle, a
 * picture, a vendor or a type) is left alone: an order knows less than the catalogue does.
 */
export async function ensureProducts(db: Database, shop: string, rows: readonly MentionedProduct[]): Promise<WriteCounts> {
  let total: WriteCounts = { inserted: 0, updated: 0, unchanged: 0 };
  for (const batch of slices(rows, BATCH)) {
    const [counts] = await db.query<WriteCounts>(
      `WITH written AS (
         INSERT INTO products (shop_id, product_id, title, price, updated_at)
         SELECT $1, id, title, price, to_timestamp(updated_ms / 1000)
         FROM unnest($2::text[], $3::text[], $4::float8[], $5::float8[]) AS t(id, title, price, updated_ms)
         ON CONFLICT (shop_id, product_id) DO UPDATE SET
           title = excluded.title, price = excluded.price, updated_at = excluded.updated_at
         WHERE ${MENTIONED}
           AND excluded.updated_at >= products.updated_at
           AND (products.title, products.price, products.updated_at)
               IS DISTINCT FROM (excluded.title, excluded.price, excluded.updated_at)
         RETURNING xmax = 0 AS is_new  -- xmax is 0 on a row that this statement inserted
       )
       SELECT count(*) FILTER (WHERE is_new)::int AS inserted, count(*) FILTER (WHERE NOT is_new)::int AS updated,
              ($6::int - count(*))::int AS unchanged
       FROM written`,
      [shop, batch.map((row) => row.id), batch.map((row) => row.title), batch.map((row) => row.price),
        batch.map((row) => row.updatedAt), batch.length],
    );
    total = addCounts(total, counts);
  }
  return total;
}

/** How a shop's catalogue names its products, for files that do not use its product ids. */
export interface CatalogueNames {
  /** Variant id or SKU → product id. */
  readonly byVariant: ReadonlyMap<string, string>;
  /** Title → product id, for titles that one product has. */
  readonly byTitle: ReadonlyMap<string, string>;
  readonly byHandle: ReadonlyMap<string, string>;
}

/** Reads the names of every product a catalogue has described and the shop has not deleted. */
export async function readCatalogueNames(db: Database, shop: string): Promise<CatalogueNames> {
  const products = await db.query<{ product_id: string; title: string; handle: string | null; alone: boolean }>(
    `SELECT product_id, title, handle, count(*) OVER (PARTITION BY title) = 1 AS alone
     FROM products WHERE shop_id = $1 AND status <> 'deleted' AND NOT (${MENTIONED})`, [shop]);
  const variants = await db.query<{ variant_id: string; product_id: string }>(
    `SELECT variant_id, product_id FROM variants WHERE shop_id = $1`, [shop]);
  return {
    byVariant: new Map(variants.map((row) => [row.variant_id, row.product_id])),
    byTitle: new Map(products.filter((row) => row.alone).map((row) => [row.title, row.product_id])),
    byHandle: new Map(products.flatMap((row) => (row.handle === null ? [] : [[row.handle, row.product_id] as const]))),
  };
}

/** Ids and titles of the products that only orders have mentioned. */
export function listMentionedProducts(db: Database, shop: string): Promise<{ id: string; title: string }[]> {
  return db.query(`SELECT product_id AS id, title FROM products WHERE shop_id = $1 AND ${MENTIONED}`, [shop]);
}

/**
 * Joins products that orders mentioned under another name (a SKU, a title) to the catalogue's product: order lines move
 * over, the mentioned product goes.
 *
 * @param newIdOf mentioned id → catalogue id
 */
export async function joinProducts(db: Database, shop: string, newIdOf: ReadonlyMap<string, string>): Promise<void> {
  const pairs = [...newIdOf].filter(([from, to]) => from !== to);
  if (pairs.length === 0) return;
  await db.transaction(async (tx) => {
    await tx.query(
      `UPDATE order_lines l SET product_id = t.new_id FROM unnest($2::text[], $3::text[]) AS t(old_id, new_id)
       WHERE l.shop_id = $1 AND l.product_id = t.old_id`,
      [shop, pairs.map(([from]) => from), pairs.map(([, to]) => to)]);
    await tx.query(`DELETE FROM products WHERE shop_id = $1 AND product_id = ANY($2::text[])`, [shop, pairs.map(([from]) => from)]);
  });
}
