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
  /** Keys the hashes of customers, sealed; null in a shop from before there were such keys. */
  readonly identityKey: Uint8Array | null;
  /** What the shop has granted, with commas; null: not known. */
  readonly scopes: string | null;
  readonly storefrontUrl: string | null;
  readonly installedAt: number;
  readonly uninstalledAt: number | null;
}

const COLUMNS = 'shop_id, source, name, currency, timezone, publishable_key, signing_key, identity_key, scopes, storefront_url, installed_at, uninstalled_at';

interface StoredShop {
  shop_id: string; source: 'shopify' | 'file'; name: string; currency: string | null; timezone: string | null;
  publishable_key: string; signing_key: Uint8Array; identity_key: Uint8Array | null; scopes: string | null; storefront_url: string | null; installed_at: Date; uninstalled_at: Date | null;
}

/** A shop to store. */
export type NewShop = Omit<ShopRow, 'uninstalledAt' | 'identityKey' | 'scopes'> & Partial<Pick<ShopRow, 'identityKey' | 'scopes'>>;

/**
 * Stores a shop. One that is there already is described anew and counts as installed again; it keeps its keys, because
 * artifacts in shoppers' caches are signed with them.
 */
export async function installShop(db: Database, shop: NewShop): Promise<ShopRow> {
  const [row] = await db.query<StoredShop>(
    `INSERT INTO shops (shop_id, source, name, currency, timezone, publishable_key, signing_key, storefront_url, installed_at, identity_key, scopes)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, to_timestamp($9::float8 / 1000), $10, $11)
     ON CONFLICT (shop_id) DO UPDATE SET
       source = excluded.source, name = excluded.name, currency = coalesce(excluded.currency, shops.currency),
       timezone = coalesce(excluded.timezone, shops.timezone), storefront_url = coalesce(excluded.storefront_url, shops.storefront_url),
       scopes = coalesce(excluded.scopes, shops.scopes), installed_at = excluded.installed_at, uninstalled_at = NULL
     RETURNING ${COLUMNS}`,
    [shop.id, shop.source, shop.name, shop.currency, shop.timezone, shop.publishableKey, shop.signingKey, shop.storefrontUrl, shop.installedAt,
      shop.identityKey ?? null, shop.scopes ?? null]);
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

/** Describes a shop anew as it says of itself; what it does not say stays. */
export async function updateShop(
  db: Database, id: string, change: Partial<Pick<ShopRow, 'name' | 'currency' | 'timezone' | 'storefrontUrl' | 'scopes'>>,
): Promise<void> {
  await db.query(
    `UPDATE shops SET name = coalesce($2, name), currency = coalesce($3, currency), timezone = coalesce($4, timezone),
       storefront_url = coalesce($5, storefront_url), scopes = coalesce($6, scopes)
     WHERE shop_id = $1`,
    [id, change.name ?? null, change.currency ?? null, change.timezone ?? null, change.storefrontUrl ?? null, change.scopes ?? null]);
}

/** Replaces a shop's sealed keys, if they are still those that were read: of two at once the later changes nothing. */
export async function replaceSealedKeys(
  db: Database, id: string, before: Pick<ShopRow, 'signingKey'>, after: { readonly signingKey: Uint8Array; readonly identityKey: Uint8Array },
): Promise<boolean> {
  const rows = await db.query(`UPDATE shops SET signing_key = $3, identity_key = $4 WHERE shop_id = $1 AND signing_key = $2 RETURNING 1 AS one`,
    [id, before.signingKey, after.signingKey, after.identityKey]);
  return rows.length > 0;
}

/**
 * Marks a shop as uninstalled at a time, and removes its credentials, if it is still the installation of `installedAt`:
 * one that came meanwhile is left alone. Returns whether it was marked.
 */
export async function uninstallShop(db: Database, id: string, input: { readonly at: number; readonly installedAt: number }): Promise<boolean> {
  return db.transaction(async (tx) => {
    const rows = await tx.query(
      `UPDATE shops SET uninstalled_at = to_timestamp($2::float8 / 1000) WHERE shop_id = $1 AND installed_at = to_timestamp($3::float8 / 1000) RETURNING 1 AS one`,
      [id, input.at, input.installedAt]);
    if (rows.length > 0) await tx.query(`DELETE FROM credentials WHERE shop_id = $1`, [id]);
    return rows.length > 0;
  });
}

/** Removes the shop's own row (redaction). */
export async function deleteShop(db: Database, id: string): Promise<void> {
  await db.query(`DELETE FROM shops WHERE shop_id = $1`, [id]);
}

function toShop(row: StoredShop): ShopRow {
  return {
    id: row.shop_id, source: row.source, name: row.name, currency: row.currency, timezone: row.timezone,
    publishableKey: row.publishable_key, signingKey: new Uint8Array(row.signing_key),
    identityKey: row.identity_key && new Uint8Array(row.identity_key), scopes: row.scopes, storefrontUrl: row.storefront_url,
    installedAt: row.installed_at.getTime(), uninstalledAt: row.uninstalled_at?.getTime() ?? null,
  };
}
