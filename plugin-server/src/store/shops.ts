import type { Database } from './database.ts';

/** A shop as stored. Times are milliseconds since 1970. */
export interface ShopRow {
  /** "demo.myshopify.com", or the name given to `vitrine import --shop`. */
  readonly id: string;
  readonly source: 'shopify' | 'file';
  readonly name: string;
  readonly currency: string | null;
  readonly timezone: string | null;
  /** "pk_" and the raw public key, base64url. */
  readonly publishableKey: string;
  /** The private key (PKCS#8), sealed. */
  readonly signingKey: Uint8Array;
  readonly storefrontUrl: string | null;
  readonly installedAt: number;
  readonly uninstalledAt: number | null;
}

const COLUMNS = 'shop_id, source, name, currency, timezone, publishable_key, signing_key, storefront_url, installed_at, uninstalled_at';

interface StoredShop {
  shop_id: string; source: 'shopify' | 'file'; name: string; currency: string | null; timezone: string | null;
  publishable_key: string; signing_key: Uint8Array; storefront_url: string | null; installed_at: Date; uninstalled_at: Date | null;
}

/**
 * Stores a shop. One that is there already is described anew and counts as installed again; it keeps its keys, because
 * artifacts in shoppers' caches are signed with them.
 */
export async function installShop(db: Database, shop: Omit<ShopRow, 'uninstalledAt'>): Promise<ShopRow> {
  const [row] = await db.query<StoredShop>(
    `INSERT INTO shops (shop_id, source, name, currency, timezone, publishable_key, signing_key, storefront_url, installed_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, to_timestamp($9::float8 / 1000))
     ON CONFLICT (shop_id) DO UPDATE SET
       source = excluded.source, name = excluded.name, currency = coalesce(excluded.currency, shops.currency),
       timezone = coalesce(excluded.timezone, shops.timezone), storefront_url = coalesce(excluded.storefront_url, shops.storefront_url),
       installed_at = excluded.installed_at, uninstalled_at = NULL
     RETURNING ${COLUMNS}`,
    [shop.id, shop.source, shop.name, shop.currency, shop.timezone, shop.publishableKey, shop.signingKey, shop.storefrontUrl, shop.installedAt]);
  return toShop(row);
}

export async function findShop(db: Database, id: string): Promise<ShopRow | undefined> {
  const [row] = await db.query<StoredShop>(`SELECT ${COLUMNS} FROM shops WHERE shop_id = $1`, [id]);
  return row && toShop(row);
}

/** Every shop, by id. */
export async function listShops(db: Database): Promise<ShopRow[]> {
  return (await db.query<StoredShop>(`SELECT ${COLUMNS} FROM shops ORDER BY shop_id`)).map(toShop);
}

/** Sets the currency where none is known yet: a file's shop learns it from its first import. */
export async function setCurrency(db: Database, id: string, currency: string): Promise<void> {
  await db.query(`UPDATE shops SET currency = $2 WHERE shop_id = $1 AND currency IS NULL`, [id, currency]);
}

/** Marks a shop as uninstalled, unless it was installed after `at`. Returns whether it was marked. */
export async function uninstallShop(db: Database, id: string, at: number): Promise<boolean> {
  const rows = await db.query(
    `UPDATE shops SET uninstalled_at = to_timestamp($2::float8 / 1000)
     WHERE shop_id = $1 AND installed_at <= to_timestamp($2::float8 / 1000) RETURNING 1 AS one`, [id, at]);
  return rows.length > 0;
}

/** Removes the shop's own row (redaction). */
export async function deleteShop(db: Database, id: string): Promise<void> {
  await db.query(`DELETE FROM shops WHERE shop_id = $1`, [id]);
}

function toShop(row: StoredShop): ShopRow {
  return {
    id: row.shop_id, source: row.source, name: row.name, currency: row.currency, timezone: row.timezone,
    publishableKey: row.publishable_key, signingKey: new Uint8Array(row.signing_key), storefrontUrl: row.storefront_url,
    installedAt: row.installed_at.getTime(), uninstalledAt: row.uninstalled_at?.getTime() ?? null,
  };
}
