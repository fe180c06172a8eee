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

/**
 * Stores deliveries of any shops by one statement; the same one (shop, topic, id) again changes nothing.
 *
 * @returns for each whether it is still to be handled: new, or stored before but not handled yet
 */
export async function insertDeliveries(db: Pick<Database, 'query'>, deliveries: readonly (DeliveryRow & { readonly shop: string })[]): Promise<boolean[]> {
  const open = await db.query<{ index: number }>(
    `WITH incoming AS MATERIALIZED (
       SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::float8[], $5::float8[], $6::text[]) WITH ORDINALITY
         AS t(shop_id, topic, webhook_id, triggered_ms, received_ms, body, place)
     ), written AS (
       INSERT INTO webhook_deliveries (shop_id, topic, webhook_id, triggered_at, received_at, body)
       SELECT shop_id, topic, webhook_id, to_timestamp(triggered_ms / 1000), to_timestamp(received_ms / 1000), body FROM incoming
       ON CONFLICT DO NOTHING
     )
     SELECT (place - 1)::int AS index FROM incoming LEFT JOIN webhook_deliveries AS before USING (shop_id, topic, webhook_id)
     WHERE before.handled_at IS NULL`, // what the statement itself writes is not seen by it
    [deliveries.map((row) => row.shop), deliveries.map((row) => row.topic), deliveries.map((row) => row.webhookId), deliveries.map((row) => row.triggeredAt),
      deliveries.map((row) => row.receivedAt), deliveries.map((row) => row.body)]);
  const unhandled = new Set(open.map(({ index }) => index));
  return deliveries.map((_, index) => unhandled.has(index));
}

/** Which delivery: its key. */
export interface DeliveryKey { readonly shop: string; readonly topic: string; readonly webhookId: string }

/** Deliveries that have not been handled yet, each in its key's place; undefined for one that has been, or never came. */
export async function findUnhandledDeliveries(db: Database, keys: readonly DeliveryKey[]): Promise<(DeliveryRow | undefined)[]> {
  const rows = await db.query<{ index: number; topic: string; webhook_id: string; triggered_at: Date | null; received_at: Date; body: string }>(
    `SELECT (place - 1)::int AS index, topic, webhook_id, triggered_at, received_at, body
     FROM unnest($1::text[], $2::text[], $3::text[]) WITH ORDINALITY AS t(shop_id, topic, webhook_id, place)
     JOIN webhook_deliveries USING (shop_id, topic, webhook_id) WHERE handled_at IS NULL`, columnsOf(keys));
  const found: (DeliveryRow | undefined)[] = keys.map(() => undefined);
  for (const row of rows) {
    found[row.index] = { topic: row.topic, webhookId: row.webhook_id, triggeredAt: row.triggered_at?.getTime() ?? null, receivedAt: row.received_at.getTime(), body: row.body };
  }
  return found;
}

/** A delivery that has not been handled yet. */
export async function findUnhandledDelivery(db: Database, shop: string, topic: string, webhookId: string): Promise<DeliveryRow | undefined> {
  return (await findUnhandledDeliveries(db, [{ shop, topic, webhookId }]))[0];
}

/**
 * Deliveries that no job is or was for: their process was killed after it had stored them and before it had queued them, so
 * they were not acknowledged either. One that came before `time` (milliseconds since 1970) is not just being queued.
 */
export async function findLostDeliveries(db: Database, time: number): Promise<DeliveryKey[]> {
  const rows = await db.query<{ shop_id: string; topic: string; webhook_id: string }>(
    `SELECT shop_id, topic, webhook_id FROM webhook_deliveries d
     WHERE handled_at IS NULL AND received_at <= to_timestamp($1::float8 / 1000) AND NOT EXISTS (
       SELECT 1 FROM queue.job j
       WHERE j.name = 'handle-webhook' AND j.data ->> 'webhookId' = d.webhook_id AND j.data ->> 'shop' = d.shop_id AND j.data ->> 'topic' = d.topic)
     ORDER BY received_at LIMIT 1000`, [time]);
  return rows.map(({ shop_id: shop, topic, webhook_id: webhookId }) => ({ shop, topic, webhookId }));
}

/** Marks deliveries as handled and drops their bodies: they may name a customer, and are of no more use. */
export async function finishDeliveries(db: Database, keys: readonly DeliveryKey[], handledAt: number): Promise<void> {
  if (keys.length === 0) return;
  await db.query(
    `UPDATE webhook_deliveries AS d SET handled_at = to_timestamp($4::float8 / 1000), body = ''
     FROM unnest($1::text[], $2::text[], $3::text[]) AS t(shop_id, topic, webhook_id)
     WHERE d.shop_id = t.shop_id AND d.topic = t.topic AND d.webhook_id = t.webhook_id`, [...columnsOf(keys), handledAt]);
}

/** Marks one delivery as handled. */
export function finishDelivery(db: Database, shop: string, topic: string, webhookId: string, handledAt: number): Promise<void> {
  return finishDeliveries(db, [{ shop, topic, webhookId }], handledAt);
}

const columnsOf = (keys: readonly DeliveryKey[]) => [keys.map(({ shop }) => shop), keys.map(({ topic }) => topic), keys.map(({ webhookId }) => webhookId)];

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
