import type { Database } from './database.ts';

/** How much of a shop's past is stored. Cancelled orders and deleted products are not counted. */
export interface StoredCounts {
  readonly products: number;
  readonly orders: number;
  readonly lines: number;
  readonly customers: number;
  readonly events: number;
  /** First and last order; null without orders. */
  readonly from: Date | null;
  readonly to: Date | null;
  /** When the first event of a shopper's visit arrived; null before. */
  readonly firstEventAt: Date | null;
}

/** Events and orders of one day of the shop's calendar. */
export interface ActivityDay {
  /** "2026-11-23". */
  readonly date: string;
  readonly views: number;
  readonly carts: number;
  readonly impressions: number;
  readonly clicks: number;
  readonly orders: number;
}

/** How often one kind of widget was seen and clicked. */
export interface WidgetActivity {
  readonly widget: string;
  readonly impressions: number;
  readonly clicks: number;
}

/** Counts what is stored for a shop. */
export async function countStored(db: Database, shopId: string): Promise<StoredCounts> {
  const [row] = await db.query<StoredCounts>(
    `SELECT
       (SELECT count(*)::int FROM products WHERE shop_id = $1 AND status <> 'deleted') AS products,
       (SELECT count(*)::int FROM order_lines l JOIN orders o USING (shop_id, order_id)
         WHERE l.shop_id = $1 AND o.cancelled_at IS NULL) AS lines,
       (SELECT count(*)::int FROM events WHERE shop_id = $1) AS events,
       (SELECT min(received_at) FROM events WHERE shop_id = $1) AS "firstEventAt",
       count(*)::int AS orders,
       count(DISTINCT customer_key)::int AS customers,
       min(ordered_at) AS "from",
       max(ordered_at) AS "to"
     FROM orders WHERE shop_id = $1 AND cancelled_at IS NULL`,
    [shopId],
  );
  return row!;
}

/**
 * Counts events and orders by day, the last of `days` being the day of `now`; days without any are rows of zeros.
 * `timezone` is an IANA name: the shop's day, not the server's.
 */
export async function listActivityDays(
  db: Database,
  shopId: string,
  options: { readonly now: Date; readonly days: number; readonly timezone: string },
): Promise<ActivityDay[]> {
  // Times are clamped to their receipt (at <= received_at), so the index on received_at finds every row that can count.
  return db.query<ActivityDay>(
    `WITH calendar AS (
       SELECT day::date AS day FROM generate_series(
         ($2::timestamptz AT TIME ZONE $4)::date - ($3::int - 1), ($2::timestamptz AT TIME ZONE $4)::date, interval '1 day') AS day
     ), start AS (
       SELECT min(day)::timestamp AT TIME ZONE $4 AS at FROM calendar
     ), seen AS (
       SELECT (at AT TIME ZONE $4)::date AS day,
         count(*) FILTER (WHERE type = 'product_viewed')::int AS views,
         count(*) FILTER (WHERE type = 'product_added_to_cart')::int AS carts,
         count(*) FILTER (WHERE type = 'impression')::int AS impressions,
         count(*) FILTER (WHERE type = 'recommendation_clicked')::int AS clicks
       FROM events
       WHERE shop_id = $1 AND received_at >= (SELECT at FROM start) AND at >= (SELECT at FROM start)
       GROUP BY 1
     ), sold AS (
       SELECT (ordered_at AT TIME ZONE $4)::date AS day, count(*)::int AS orders
       FROM orders
       WHERE shop_id = $1 AND cancelled_at IS NULL AND ordered_at >= (SELECT at FROM start)
       GROUP BY 1
     )
     SELECT to_char(calendar.day, 'YYYY-MM-DD') AS date,
       coalesce(views, 0) AS views, coalesce(carts, 0) AS carts, coalesce(impressions, 0) AS impressions,
       coalesce(clicks, 0) AS clicks, coalesce(orders, 0) AS orders
     FROM calendar LEFT JOIN seen USING (day) LEFT JOIN sold USING (day)
     ORDER BY calendar.day`,
    [shopId, options.now, options.days, options.timezone],
  );
}

/** Counts how often each widget was seen and clicked since `from`. */
export async function listWidgetActivity(db: Database, shopId: string, from: Date): Promise<WidgetActivity[]> {
  return db.query<WidgetActivity>(
    `SELECT payload->>'widget' AS widget,
       count(*) FILTER (WHERE type = 'impression')::int AS impressions,
       count(*) FILTER (WHERE type = 'recommendation_clicked')::int AS clicks
     FROM events
     WHERE shop_id = $1 AND received_at >= $2 AND at >= $2 AND type IN ('impression', 'recommendation_clicked')
       AND payload->>'widget' IS NOT NULL
     GROUP BY 1 ORDER BY 2 DESC, 1`,
    [shopId, from],
  );
}
