import type { Database } from './database.ts';

/** One webhook as it arrived. Times are milliseconds since 1970. */
export interface DeliveryRow {
  /** "orders/create". */
  readonly topic: string;
  readonly webhookId: string;
  /** When the shop sent it first; repeated deliveries carry the same time. */
  readonly triggeredAt: number | null;
  readonly receivedAt: number;
  readonly body: string;
}

/** Stores a delivery. Returns false when the same one (shop, topic, id) is there already. */
export async function insertDelivery(db: Database, shop: string, row: DeliveryRow): Promise<boolean> {
  const rows = await db.query(
    `INSERT INTO webhook_deliveries (shop_id, topic, webhook_id, triggered_at, received_at, body)
     VALUES ($1, $2, $3, to_timestamp($4::float8 / 1000), to_timestamp($5::float8 / 1000), $6)
     ON CONFLICT DO NOTHING RETURNING 1 AS one`,
    [shop, row.topic, row.webhookId, row.triggeredAt, row.receivedAt, row.body]);
  return rows.length > 0;
}

/** A delivery that has not been handled yet. */
export async function findUnhandledDelivery(db: Database, shop: string, topic: string, webhookId: string): Promise<DeliveryRow | undefined> {
  const [row] = await db.query<{ topic: string; webhook_id: string; triggered_at: Date | null; received_at: Date; body: string }>(
    `SELECT topic, webhook_id, triggered_at, received_at, body FROM webhook_deliveries
     WHERE shop_id = $1 AND topic = $2 AND webhook_id = $3 AND handled_at IS NULL`, [shop, topic, webhookId]);
  return row && {
    topic: row.topic, webhookId: row.webhook_id, triggeredAt: row.triggered_at?.getTime() ?? null,
    receivedAt: row.received_at.getTime(), body: row.body,
  };
}

/** Marks a delivery as handled and drops its body: it may name a customer, and is of no more use. */
export async function finishDelivery(db: Database, shop: string, topic: string, webhookId: string, handledAt: number): Promise<void> {
  await db.query(
    `UPDATE webhook_deliveries SET handled_at = to_timestamp($4::float8 / 1000), body = ''
     WHERE shop_id = $1 AND topic = $2 AND webhook_id = $3`, [shop, topic, webhookId, handledAt]);
}

/**
 * Removes deliveries handled before `time` (repeats end after hours, so older ids guard against nothing), and those that
 * could not be handled, which may still name a customer, a month after they came.
 */
export async function deleteDeliveriesBefore(db: Database, time: number): Promise<void> {
  await db.query(
    `DELETE FROM webhook_deliveries
     WHERE handled_at < to_timestamp($1::float8 / 1000) OR received_at < to_timestamp($1::float8 / 1000) - interval '28 days'`, [time]);
}

/** Removes a shop's deliveries (redaction). */
export async function deleteDeliveries(db: Database, shop: string): Promise<void> {
  await db.query(`DELETE FROM webhook_deliveries WHERE shop_id = $1`, [shop]);
}
