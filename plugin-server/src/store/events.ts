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
  /** The event's remaining fields. */
  readonly payload: Readonly<Record<string, unknown>>;
}

const BATCH = 5_000;

/** Lays a checked event out as a row. A shopper's clock that runs ahead is set back to the receipt. */
export function toEventRow(event: VitrineEvent, receivedAt: number): EventRow {
  const { id, sessionId, visitorId, type, at, ...rest } = event;
  const { productId = null, ...payload } = rest as typeof rest & { productId?: string };
  return { id, sessionId, visitorId: visitorId ?? null, type, productId, at: Math.min(at, receivedAt), receivedAt, payload };
}

/** Stores events; an id that is already there is left as it is. Returns how many were new. */
export async function insertEvents(db: Database, shop: string, rows: readonly EventRow[]): Promise<number> {
  let inserted = 0;
  for (const batch of slices(rows, BATCH)) {
    const [{ count }] = await db.query<{ count: number }>(
      `WITH written AS (
         INSERT INTO events (shop_id, event_id, session_id, visitor_id, type, product_id, at, received_at, payload)
         SELECT $1, id, session_id, visitor_id, type, product_id, to_timestamp(at_ms / 1000),
                to_timestamp(received_ms / 1000), payload::jsonb
         FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::float8[], $8::float8[], $9::text[])
           AS t(id, session_id, visitor_id, type, product_id, at_ms, received_ms, payload)
         ON CONFLICT (shop_id, event_id) DO NOTHING
         RETURNING 1
       ) SELECT count(*)::int AS count FROM written`,
      [shop, batch.map((row) => row.id), batch.map((row) => row.sessionId), batch.map((row) => row.visitorId),
        batch.map((row) => row.type), batch.map((row) => row.productId), batch.map((row) => row.at),
        batch.map((row) => row.receivedAt), batch.map((row) => JSON.stringify(row.payload))]);
    inserted += count;
  }
  return inserted;
}

/** Removes every event of a shop (redaction). */
export async function deleteEvents(db: Database, shop: string): Promise<void> {
  await db.query(`DELETE FROM events WHERE shop_id = $1`, [shop]);
}
