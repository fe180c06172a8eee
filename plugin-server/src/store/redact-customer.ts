import type { Database } from './database.ts';

/**
 * Removes a customer's orders with their lines (redaction). Returns how many orders.
 *
 * Nothing else names the customer: events carry a random visitor id that is not linked to an account, and a model has
 * parameters for products only, none for a person.
 */
export async function deleteCustomerOrders(db: Database, shop: string, input: { readonly customerKey: string | null; readonly orderIds: readonly string[] }): Promise<number> {
  const [{ orders }] = await db.query<{ orders: number }>(
    `WITH gone AS (
       DELETE FROM orders WHERE shop_id = $1 AND (customer_key = $2 OR order_id = ANY($3::text[])) RETURNING order_id
     ), lines AS (
       DELETE FROM order_lines WHERE shop_id = $1 AND order_id IN (SELECT order_id FROM gone)
     )
     SELECT count(*)::int AS orders FROM gone`,
    [shop, input.customerKey, input.orderIds]);
  return orders;
}
