import type { Database } from './database.ts';

export type PrivacyKind = 'data_request' | 'customer_redact' | 'shop_redact';

/** A request about a person's data, as it is kept: when it came and was done, never who asked. Times are milliseconds since 1970. */
export interface PrivacyRequestRow {
  readonly id: string;
  readonly kind: PrivacyKind;
  readonly receivedAt: number;
  /** When the law wants it done. */
  readonly dueAt: number;
  readonly doneAt: number | null;
  /** Whom a data request is about, sealed; null once it has expired, and for every other kind. */
  readonly subject: Uint8Array | null;
  /** How many rows of each table were removed. */
  readonly removed: Readonly<Record<string, number>>;
}

/** Records a request; the same one again changes nothing. Returns whether it is new. */
export async function insertPrivacyRequest(db: Database, shop: string, row: Omit<PrivacyRequestRow, 'doneAt' | 'removed'>): Promise<boolean> {
  const rows = await db.query(
    `INSERT INTO privacy_requests (shop_id, request_id, kind, received_at, due_at, subject)
     VALUES ($1, $2, $3, to_timestamp($4::float8 / 1000), to_timestamp($5::float8 / 1000), $6)
     ON CONFLICT DO NOTHING RETURNING 1 AS one`, [shop, row.id, row.kind, row.receivedAt, row.dueAt, row.subject]);
  return rows.length > 0;
}

/** Marks a request as done. */
export async function finishPrivacyRequest(
  db: Database, shop: string, id: string, end: { readonly doneAt: number; readonly removed?: Readonly<Record<string, number>> },
): Promise<void> {
  await db.query(
    `UPDATE privacy_requests SET done_at = coalesce(done_at, to_timestamp($3::float8 / 1000)), removed = $4::text::jsonb WHERE shop_id = $1 AND request_id = $2`,
    [shop, id, end.doneAt, JSON.stringify(end.removed ?? {})]);
}

interface StoredRequest {
  shop_id: string; request_id: string; kind: PrivacyKind; received_at: Date; due_at: Date; done_at: Date | null; subject: Uint8Array | null; removed: Record<string, number>;
}

const COLUMNS = 'shop_id, request_id, kind, received_at, due_at, done_at, subject, removed';

/** Newest first. */
export async function listPrivacyRequests(db: Database, shop: string, options: { readonly limit?: number } = {}): Promise<PrivacyRequestRow[]> {
  const rows = await db.query<StoredRequest>(
    `SELECT ${COLUMNS} FROM privacy_requests WHERE shop_id = $1 ORDER BY received_at DESC, request_id LIMIT $2::int`, [shop, options.limit ?? 50]);
  return rows.map(toRequest);
}

export async function findPrivacyRequest(db: Database, shop: string, id: string): Promise<PrivacyRequestRow | undefined> {
  const [row] = await db.query<StoredRequest>(`SELECT ${COLUMNS} FROM privacy_requests WHERE shop_id = $1 AND request_id = $2`, [shop, id]);
  return row && toRequest(row);
}

/** A data request that still says whom it is about. */
export interface OpenDataRequest { readonly shop: string; readonly id: string; readonly subject: Uint8Array }

/** Data requests that can still be answered, of one shop or of all. */
export async function listOpenDataRequests(db: Database, shop?: string): Promise<OpenDataRequest[]> {
  const rows = await db.query<StoredRequest>(
    `SELECT ${COLUMNS} FROM privacy_requests WHERE subject IS NOT NULL AND ($1::text IS NULL OR shop_id = $1) ORDER BY shop_id, request_id`, [shop ?? null]);
  return rows.map((row) => ({ shop: row.shop_id, id: row.request_id, subject: new Uint8Array(row.subject!) }));
}

/** Replaces the sealed subject, if it is still the one that was read. */
export async function replaceSealedSubject(db: Database, shop: string, row: Omit<OpenDataRequest, 'shop'>, subject: Uint8Array): Promise<boolean> {
  const rows = await db.query(`UPDATE privacy_requests SET subject = $4 WHERE shop_id = $1 AND request_id = $2 AND subject = $3 RETURNING 1 AS one`,
    [shop, row.id, row.subject, subject]);
  return rows.length > 0;
}

/** Forgets whom data requests were about. */
export async function forgetSubjects(db: Database, shop: string, ids: readonly string[]): Promise<void> {
  await db.query(`UPDATE privacy_requests SET subject = NULL WHERE shop_id = $1 AND request_id = ANY($2::text[])`, [shop, ids]);
}

/** Forgets whom data requests were about that came before a time, answered or not. Returns how many. */
export async function forgetSubjectsBefore(db: Database, time: number): Promise<number> {
  const rows = await db.query(`UPDATE privacy_requests SET subject = NULL WHERE subject IS NOT NULL AND received_at < to_timestamp($1::float8 / 1000) RETURNING 1 AS one`, [time]);
  return rows.length;
}

function toRequest(row: StoredRequest): PrivacyRequestRow {
  return {
    id: row.request_id, kind: row.kind, receivedAt: row.received_at.getTime(), dueAt: row.due_at.getTime(), doneAt: row.done_at?.getTime() ?? null,
    subject: row.subject && new Uint8Array(row.subject), removed: row.removed,
  };
}
