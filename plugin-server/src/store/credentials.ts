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

/** Every shop's credentials, to be sealed anew. */
export async function listAllCredentials(db: Database): Promise<(CredentialRow & { readonly shop: string })[]> {
  const rows = await db.query<{ shop_id: string; session_id: string; sealed: Uint8Array }>('SELECT shop_id, session_id, sealed FROM credentials ORDER BY shop_id, session_id');
  return rows.map((row) => ({ shop: row.shop_id, sessionId: row.session_id, sealed: new Uint8Array(row.sealed) }));
}

/** Replaces sealed credentials, if they are still those that were read: a token renewed meanwhile stays. */
export async function replaceSealedCredential(db: Database, shop: string, row: CredentialRow, sealed: Uint8Array): Promise<boolean> {
  const rows = await db.query(`UPDATE credentials SET sealed = $4 WHERE shop_id = $1 AND session_id = $2 AND sealed = $3 RETURNING 1 AS one`,
    [shop, row.sessionId, row.sealed, sealed]);
  return rows.length > 0;
}

/**
 * Takes the right to renew a shop's token, which one at a time has, in whatever process. A holder that was killed loses
 * it at `until`.
 */
export async function takeRenewal(db: Database, shop: string, lease: { readonly holder: string; readonly now: number; readonly until: number }): Promise<boolean> {
  const rows = await db.query(
    `INSERT INTO token_renewals (shop_id, holder, until) VALUES ($1, $2, to_timestamp($3::float8 / 1000))
     ON CONFLICT (shop_id) DO UPDATE SET holder = excluded.holder, until = excluded.until
     WHERE token_renewals.until <= to_timestamp($4::float8 / 1000)
     RETURNING 1 AS one`, [shop, lease.holder, lease.until, lease.now]);
  return rows.length > 0;
}

/** Gives the right to renew back. */
export async function leaveRenewal(db: Database, shop: string, holder: string): Promise<void> {
  await db.query(`DELETE FROM token_renewals WHERE shop_id = $1 AND holder = $2`, [shop, holder]);
}

/** Removes sealed credentials, if they are still those that were read. */
export async function deleteCredential(db: Database, shop: string, row: CredentialRow): Promise<void> {
  await db.query(`DELETE FROM credentials WHERE shop_id = $1 AND session_id = $2 AND sealed = $3`, [shop, row.sessionId, row.sealed]);
}

/** Removes all of a shop's credentials. */
export async function deleteCredentials(db: Database, shop: string): Promise<void> {
  await db.query(`DELETE FROM credentials WHERE shop_id = $1`, [shop]);
}
