import type { Database } from './database.ts';
import { slices } from './slices.ts';

export const PRODUCT_STATUSES = ['active', 'draft', 'archived', 'deleted'] as const;
export type ProductStatus = (typeof PRODUCT_STATUSES)[number];

/** One product as stored. Times are milliseconds since 1970. */
export interface ProductRow {
  readonly id: string;
  readonly title: string;
  readonly handle: string | null;
  readonly productType: string;
  readonly vendor: string;
  readonly tags: readonly string[];
  /** Lowest variant price in the shop's currency. */
  readonly price: number | null;
  readonly imageUrl: string | null;
  readonly status: ProductStatus;
  /** Visible in the online store. */
  readonly published: boolean;
  /** At least one variant can be bought now. */
  readonly available: boolean;
  readonly createdAt: number | null;
  /** The shop's clock: an older delivery never overwrites a newer one. */
  readonly updatedAt: number;
}

export interface VariantRow {
  readonly id: string;
  readonly productId: string;
  readonly inventoryItemId: string | null;
  readonly price: number | null;
  /** False when stock is not tracked or may be oversold: the variant can always be bought. */
  readonly tracked: boolean;
  readonly quantity: number;
}

/** What a bulk write did. `unchanged` counts equal rows and rows older than what is stored. */
export interface WriteCounts {
  readonly inserted: number;
  readonly updated: number;
  readonly unchanged: number;
}

const BATCH = 2_000;

const ms = (date: Date | null): number | null => (date === null ? null : date.getTime());

/**
 * Inserts or replaces products; the version with the later `updatedAt` stays.
 *
 * The counts come from comparing with the rows as they were before the statement, so importing twice reports no change.
 */
export async function upsertProducts(db: Database, shop: string, rows: readonly ProductRow[]): Promise<WriteCounts> {
  // A statement must not meet the same key twice; the newest version of each is the only one that matters.
  const newest = new Map<string, ProductRow>();
  for (const row of rows) {
    const known = newest.get(row.id);
    if (!known || row.updatedAt >= known.updatedAt) newest.set(row.id, row);
  }
  let total: WriteCounts = { inserted: 0, updated: 0, unchanged: 0 };
  for (const batch of slices([...newest.values()], BATCH)) {
    const [counts] = await db.query<WriteCounts>(
      `WITH incoming AS MATERIALIZED (
         SELECT product_id, title, handle, product_type, vendor,
                ARRAY(SELECT json_array_elements_text(tags::json)) AS tags,
                price, image_url, status, published, available,
                to_timestamp(created_ms / 1000) AS created_at, to_timestamp(updated_ms / 1000) AS updated_at
         FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::float8[], $9::text[],
                     $10::text[], $11::boolean[], $12::boolean[], $13::float8[], $14::float8[])
           AS t(product_id, title, handle, product_type, vendor, tags, price, image_url, status, published, available,
                created_ms, updated_ms)
       ), compared AS MATERIALIZED (
         SELECT p.product_id IS NULL AS is_new,
                p.updated_at <= i.updated_at AND
                (p.title, p.handle, p.product_type, p.vendor, p.tags, p.price, p.image_url, p.status, p.published, p.available)
                IS DISTINCT FROM
                (i.title, i.handle, i.product_type, i.vendor, i.tags, i.price, i.image_url, i.status, i.published, i.available)
                AS is_changed
         FROM incoming i LEFT JOIN products p ON p.shop_id = $1 AND p.product_id = i.product_id
       ), written AS (
         INSERT INTO products (shop_id, product_id, title, handle, product_type, vendor, tags, price, image_url, status,
                               published, available, created_at, updated_at)
         SELECT $1, product_id, title, handle, product_type, vendor, tags, price, image_url, status, published, available,
                created_at, updated_at
         FROM incoming
         ON CONFLICT (shop_id, product_id) DO UPDATE SET
           title = excluded.title, handle = excluded.handle, product_type = excluded.product_type, vendor = excluded.vendor,
           tags = excluded.tags, price = excluded.price, image_url = excluded.image_url, status = excluded.status,
           published = excluded.published, available = excluded.available,
           created_at = coalesce(excluded.created_at, products.created_at), updated_at = excluded.updated_at
         WHERE excluded.updated_at >= products.updated_at
       )
       SELECT count(*) FILTER (WHERE is_new)::int AS inserted,
              count(*) FILTER (WHERE NOT is_new AND is_changed)::int AS updated,
              count(*) FILTER (WHERE NOT is_new AND NOT is_changed)::int AS unchanged
       FROM compared`,
      [
        shop,
        batch.map((row) => row.id),
        batch.map((row) => row.title),
        batch.map((row) => row.handle),
        batch.map((row) => row.productType),
        batch.map((row) => row.vendor),
        batch.map((row) => JSON.stringify(row.tags)),
        batch.map((row) => row.price),
        batch.map((row) => row.imageUrl),
        batch.map((row) => row.status),
        batch.map((row) => row.published),
        batch.map((row) => row.available),
        batch.map((row) => row.createdAt),
        batch.map((row) => row.updatedAt),
      ],
    );
    total = addCounts(total, counts);
  }
  return total;
}

/** Inserts or replaces variants. Call {@link refreshAvailability} afterwards. */
export async function upsertVariants(db: Database, shop: string, rows: readonly VariantRow[]): Promise<void> {
  const byId = new Map(rows.map((row) => [row.id, row]));
  for (const batch of slices([...byId.values()], BATCH)) {
    await db.query(
      `INSERT INTO variants (shop_id, variant_id, product_id, inventory_item_id, price, tracked, quantity)
       SELECT $1, * FROM unnest($2::text[], $3::text[], $4::text[], $5::float8[], $6::boolean[], $7::int[])
       ON CONFLICT (shop_id, variant_id) DO UPDATE SET
         product_id = excluded.product_id, inventory_item_id = excluded.inventory_item_id, price = excluded.price,
         tracked = excluded.tracked, quantity = excluded.quantity`,
      [shop, batch.map((row) => row.id), batch.map((row) => row.productId), batch.map((row) => row.inventoryItemId),
        batch.map((row) => row.price), batch.map((row) => row.tracked), batch.map((row) => row.quantity)],
    );
  }
}

/** Removes the variants of these products that are not in `keep` (a product's new version lists all it has). */
export async function deleteOtherVariants(db: Database, shop: string, productIds: readonly string[], keep: readonly string[]): Promise<void> {
  await db.query(`DELETE FROM variants WHERE shop_id = $1 AND product_id = ANY($2::text[]) AND NOT (variant_id = ANY($3::text[]))`,
    [shop, productIds, keep]);
}

/** Sets the stock of an inventory item. Returns the ids of the products it belongs to, for {@link refreshAvailability}. */
export async function setInventory(db: Database, shop: string, inventoryItemId: string, quantity: number): Promise<string[]> {
  const rows = await db.query<{ product_id: string }>(
    `UPDATE variants SET quantity = $3 WHERE shop_id = $1 AND inventory_item_id = $2 RETURNING product_id`,
    [shop, inventoryItemId, quantity]);
  return [...new Set(rows.map((row) => row.product_id))];
}

/**
 * Marks products as `status` unless something newer is stored. A deleted product keeps its row: orders refer to it, and
 * the release must go on naming it as unavailable. Returns how many rows changed.
 */
export async function setProductStatus(
  db: Database, shop: string, productIds: readonly string[], status: ProductStatus, updatedAt: number,
): Promise<number> {
  const rows = await db.query(
    `UPDATE products SET status = $3, updated_at = to_timestamp($4::float8 / 1000)
     WHERE shop_id = $1 AND product_id = ANY($2::text[]) AND updated_at <= to_timestamp($4::float8 / 1000)
     RETURNING 1 AS one`,
    [shop, productIds, status, updatedAt]);
  return rows.length;
}

/**
 * Sets `available` from the variants: at least one is untracked or in stock. Products without variants (a file shop's)
 * keep what they have. Without `productIds`, the whole shop.
 */
export async function refreshAvailability(db: Database, shop: string, productIds?: readonly string[]): Promise<void> {
  await db.query(
    `UPDATE products p SET available = v.buyable
     FROM (SELECT product_id, bool_or(NOT tracked OR quantity > 0) AS buyable
           FROM variants WHERE shop_id = $1 AND ($2::text[] IS NULL OR product_id = ANY($2::text[]))
           GROUP BY product_id) v
     WHERE p.shop_id = $1 AND p.product_id = v.product_id AND p.available <> v.buyable`,
    [shop, productIds ?? null]);
}

interface StoredProduct {
  product_id: string; title: string; handle: string | null; product_type: string; vendor: string; tags: string[];
  price: number | null; image_url: string | null; status: ProductStatus; published: boolean; available: boolean;
  created_at: Date | null; updated_at: Date;
}

/** The products with these ids, in the order asked; unknown ids are left out. */
export async function findProducts(db: Database, shop: string, ids: readonly string[]): Promise<ProductRow[]> {
  const rows = await db.query<StoredProduct>(
    `SELECT product_id, title, handle, product_type, vendor, tags, price, image_url, status, published, available,
            created_at, updated_at
     FROM products WHERE shop_id = $1 AND product_id = ANY($2::text[])`,
    [shop, ids]);
  const byId = new Map(rows.map((row) => [row.product_id, row]));
  return ids.flatMap((id) => {
    const row = byId.get(id);
    if (!row) return [];
    return [{
      id: row.product_id, title: row.title, handle: row.handle, productType: row.product_type, vendor: row.vendor,
      tags: row.tags, price: row.price, imageUrl: row.image_url, status: row.status, published: row.published,
      available: row.available, createdAt: ms(row.created_at), updatedAt: row.updated_at.getTime(),
    }];
  });
}

/**
 * Products that must not be shown now: sold out, hidden, not active, or gone. Of `ids`, in the order asked, where an id
 * the shop does not know counts as gone; without `ids`, of the whole shop.
 */
export async function listUnavailable(db: Database, shop: string, ids?: readonly string[]): Promise<string[]> {
  if (!ids) {
    const rows = await db.query<{ product_id: string }>(
      `SELECT product_id FROM products WHERE shop_id = $1 AND NOT (status = 'active' AND published AND available) ORDER BY product_id`, [shop]);
    return rows.map((row) => row.product_id);
  }
  const rows = await db.query<{ product_id: string }>(
    `SELECT product_id FROM products
     WHERE shop_id = $1 AND product_id = ANY($2::text[]) AND status = 'active' AND published AND available`,
    [shop, ids]);
  const shown = new Set(rows.map((row) => row.product_id));
  return ids.filter((id) => !shown.has(id));
}

/** Removes every product and variant of a shop (redaction). */
export async function deleteProducts(db: Database, shop: string): Promise<void> {
  await db.query(`DELETE FROM variants WHERE shop_id = $1`, [shop]);
  await db.query(`DELETE FROM products WHERE shop_id = $1`, [shop]);
}

/** Sum of two counts. */
export function addCounts(a: WriteCounts, b: WriteCounts): WriteCounts {
  return { inserted: a.inserted + b.inserted, updated: a.updated + b.updated, unchanged: a.unchanged + b.unchanged };
}
