import type { Database } from './database.ts';

export type ImportKind = 'orders' | 'order-lines' | 'products' | 'events' | 'bulk-products' | 'bulk-orders' | 'reconcile-products' | 'reconcile-orders' | 'reconcile-order-ids';
export type ImportStatus = 'running' | 'done' | 'failed';

/** One import: what was read, from where, and what came of it. Times are milliseconds since 1970. */
export interface ImportRow {
  readonly id: string;
  readonly kind: ImportKind;
  /** File name without its path, or the bulk operation's id. */
  readonly source: string;
  readonly status: ImportStatus;
  readonly report: Readonly<Record<string, unknown>>;
  readonly startedAt: number;
  readonly finishedAt: number | null;
}

/** Records that an import began. Starting the same id again (a retried job) resets it. */
export async function startImport(
  db: Database, shop: string, row: { readonly id: string; readonly kind: ImportKind; readonly source: string; readonly startedAt: number },
): Promise<void> {
  await db.query(
    `INSERT INTO imports (shop_id, import_id, kind, source, status, started_at)
     VALUES ($1, $2, $3, $4, 'running', to_timestamp($5::float8 / 1000))
     ON CONFLICT (shop_id, import_id) DO UPDATE SET
       kind = excluded.kind, source = excluded.source, status = 'running', report = '{}',
       started_at = excluded.started_at, finished_at = NULL`,
    [shop, row.id, row.kind, row.source, row.startedAt]);
}

/** Replaces the report of a running import. */
export async function updateImport(db: Database, shop: string, id: string, report: Readonly<Record<string, unknown>>): Promise<void> {
  await db.query(`UPDATE imports SET report = $3::text::jsonb WHERE shop_id = $1 AND import_id = $2`, [shop, id, JSON.stringify(report)]);
}

/** Ends an import with its report, or with `{ error }`. */
export async function finishImport(
  db: Database, shop: string, id: string,
  end: { readonly status: 'done' | 'failed'; readonly report: Readonly<Record<string, unknown>>; readonly finishedAt: number },
): Promise<void> {
  await db.query(
    `UPDATE imports SET status = $3, report = $4::text::jsonb, finished_at = to_timestamp($5::float8 / 1000)
     WHERE shop_id = $1 AND import_id = $2`,
    [shop, id, end.status, JSON.stringify(end.report), end.finishedAt]);
}

interface StoredImport {
  import_id: string; kind: ImportKind; source: string; status: ImportStatus; report: Record<string, unknown>;
  started_at: Date; finished_at: Date | null;
}

const COLUMNS = 'import_id, kind, source, status, report, started_at, finished_at';

export async function findImport(db: Database, shop: string, id: string): Promise<ImportRow | undefined> {
  const [row] = await db.query<StoredImport>(`SELECT ${COLUMNS} FROM imports WHERE shop_id = $1 AND import_id = $2`, [shop, id]);
  return row && toImport(row);
}

/** The newest import of these kinds that was done. */
export async function findLastImport(db: Database, shop: string, kinds: readonly ImportKind[]): Promise<ImportRow | undefined> {
  const [row] = await db.query<StoredImport>(
    `SELECT ${COLUMNS} FROM imports WHERE shop_id = $1 AND kind = ANY($2::text[]) AND status = 'done' ORDER BY started_at DESC LIMIT 1`, [shop, kinds]);
  return row && toImport(row);
}

/** A shop's imports, the newest first. */
export async function listImports(db: Database, shop: string, options: { readonly limit?: number } = {}): Promise<ImportRow[]> {
  const rows = await db.query<StoredImport>(
    `SELECT ${COLUMNS} FROM imports WHERE shop_id = $1 ORDER BY started_at DESC, import_id LIMIT $2::int`, [shop, options.limit ?? 20]);
  return rows.map(toImport);
}

function toImport(row: StoredImport): ImportRow {
  return {
    id: row.import_id, kind: row.kind, source: row.source, status: row.status, report: row.report,
    startedAt: row.started_at.getTime(), finishedAt: row.finished_at?.getTime() ?? null,
  };
}

/** Removes a shop's import records (redaction). */
export async function deleteImports(db: Database, shop: string): Promise<void> {
  await db.query(`DELETE FROM imports WHERE shop_id = $1`, [shop]);
}
