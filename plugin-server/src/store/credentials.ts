import type { Database } from './database.ts';

/** An access token as stored: sealed. */
export interface CredentialRow {
  readonly sessionId: string;
  readonly sealed: Uint8Array;
}

/** Stores a shop's credentials in one statement; of two at once the later stays whole. */
export async function upsertCredential(db: Database, shop: string, row: CredentialRow & { readonly updatedAt: number }): Promise<void> {
  await db.query(
    `INSERT INTO credentials (shop_id, session_id, sealed, updated_at) VALUES ($1, $2, $3, to_timestamp($4::float8 / 1000))
     ON CONFLICT (shop_id, session_id) DO UPDATE SET sealed = excluded.sealed, updated_at = excluded.updated_at`,
    [shop, row.sessionId, row.sealed, row.updatedAt]);
}

/** A shop's credentials, the newest first. */
export async function listCredentials(db: Database, shop: string): Promise<CredentialRow[]> {
  const rows = await db.query<{ session_id: string; sealed: Uint8Array }>(
    `SELECT session_id, sealed FROM credentials WHERE shop_id = $1 ORDER BY updated_at DESC, session_id`, [shop]);
  return rows.map((row) => ({ sessionId: row.session_id, sealed: new Uint8Array(row.sealed) }));
}

/** Removes all of a shop's credentials. */
export async function deleteCredentials(db: Database, shop: string): Promise<void> {
  await db.query(`DELETE FROM credentials WHERE shop_id = $1`, [shop]);
}
