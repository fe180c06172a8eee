import type { VitrineEvent } from '@vitrine/sdk/core';
import type { Database } from './database.ts';
import { slices } from './slices.ts';

/** One shopper event as stored. Times are milliseconds since 1970. */
export interface EventRow {
  readonly id: string;
  readonly sessionId: string;
  readonly visitorId: string | null;
  readonly type: string;
  /** The product it is about, for events about one product. */
  readonly productId: string | null;
  /** The shopper's clock, clamped to the receipt. */
  readonly at: number;
  readonly receivedAt: number;
  /** Where it came from, coarsely: a bucket of addresses that holds for one day only (`origin-bucket.ts`); null when not known. */
  readonly origin?: number | null;
  /** The event's remaining fields. */
  readonly payload: Readonly<Record<string, unknown>>;
}

const BATCH = 5_000;

/** Lays a checked event out as a row. A shopper's clock that runs ahead is set back to the receipt. */
export function toEventRow(event: VitrineEvent, receivedAt: number, origin: number | null = null): EventRow {
  const { id, sessionId, visitorId, type, at, ...rest } = event;
  const { productId = null, ...payload } = rest as typeof rest & { productId?: string };
  return { id, sessionId, visitorId: visitorId ?? null, type, productId, at: Math.min(at, receivedAt), receivedAt, origin, payload };
}

/** Stores events; an id that is already there is left as it is. Returns how many were new. */
export async function insertEvents(db: Database, shop: string, rows: readonly EventRow[]): Promise<number> {
  let inserted = 0;
  for (const batch of slices(rows, BATCH)) inserted += (await insertEventBatches(db, [{ shop, rows: batch }]))[0];
  return inserted;
}

export interface EventBatchRows {
  readonly shop: string;
  readonly rows: readonly EventRow[];
}

/** Stores batches of several shops by one statement. Returns how many events of each batch were new. */
export async function insertEventBatches(db: Pick<Database, 'query'>, batches: readonly EventBatchRows[]): Promise<number[]> {
  // The same id twice in one statement is new once; which of the two rows PostgreSQL takes must not be left to it.
  const known = new Set<string>();
  const rows = batches.flatMap(({ shop, rows: own }, batch) => own.flatMap((row) => {
    const key = `${shop}\0${row.id}`;
    if (known.has(key)) return [];
    known.add(key);
    return [{ shop, batch, row }];
  }));
  const inserted = batches.map(() => 0);
  if (rows.length === 0) return inserted;
  const counts = await db.query<{ batch: number; count: number }>(
    `WITH incoming AS MATERIALIZED (
       SELECT * FROM unnest($1::text[], $2::int[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::float8[], $9::float8[], $10::int[], $11::text[])
         AS t(shop_id, batch, event_id, session_id, visitor_id, type, product_id, at_ms, received_ms, origin, payload)
     ), written AS (
       INSERT INTO events (shop_id, event_id, session_id, visitor_id, type, product_id, at, received_at, origin, payload)
       SELECT shop_id, event_id, session_id, visitor_id, type, product_id, to_timestamp(at_ms / 1000),
              to_timestamp(received_ms / 1000), origin, payload::jsonb
       FROM incoming
       ON CONFLICT (shop_id, event_id) DO NOTHING
       RETURNING shop_id, event_id
     ) SELECT batch, count(*)::int AS count FROM written JOIN incoming USING (shop_id, event_id) GROUP BY batch`,
    [rows.map(({ shop }) => shop), rows.map(({ batch }) => batch), rows.map(({ row }) => row.id), rows.map(({ row }) => row.sessionId),
      rows.map(({ row }) => row.visitorId), rows.map(({ row }) => row.type), rows.map(({ row }) => row.productId), rows.map(({ row }) => row.at),
      rows.map(({ row }) => row.receivedAt), rows.map(({ row }) => row.origin ?? null), rows.map(({ row }) => JSON.stringify(row.payload))]);
  for (const { batch, count } of counts) inserted[batch] = count;
  return inserted;
}

/** Removes every event of a shop (redaction). */
export async function deleteEvents(db: Database, shop: string): Promise<void> {
  await db.query(`DELETE FROM events WHERE shop_id = $1`, [shop]);
}
