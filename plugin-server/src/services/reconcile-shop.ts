import type { Context } from '../context.ts';
import type { AdminClient } from '../shopify/admin-graphql.ts';
import { BULK_ORDER_IDS, bulkOrders } from '../shopify/documents.ts';
import { numericId } from '../shopify/ids.ts';
import { time } from '../shopify/read-product.ts';
import { registerWebhooks } from '../shopify/webhooks.ts';
import { findLastImport } from '../store/imports.ts';
import { deleteOrdersById, listOrderIds } from '../store/orders.ts';
import { connectAdmin } from './connect-admin.ts';
import { connectStorefront } from './connect-storefront.ts';
import { describeShop } from './describe-shop.ts';
import { importBulk, type BulkReport, type ImportShopInput } from './import-bulk.ts';
import { importProducts, mayNameCustomers } from './import-shop.ts';
import { requireInstalled, requireShop } from './require-shop.ts';
import { storeOrders } from './store-orders.ts';

export interface ReconcileReport {
  /** Subscriptions that were missing. */
  readonly webhooks: number;
  readonly products: BulkReport;
  /** Orders changed since the last import or reconciliation. */
  readonly orders: BulkReport;
  /** Orders that the shop no longer has. */
  readonly deletedOrders: number;
}

/** How far before the last reconciliation's start orders are asked for again, in milliseconds: clocks differ. */
const OVERLAP = 15 * 60_000;

/**
 * Brings the store to what the shop has, whatever webhooks were lost, repeated or late: subscriptions, the shop's own
 * description, every product and variant, the orders changed since the last time, and orders deleted meanwhile. Doing it twice changes nothing.
 *
 * @throws VitrineError `unauthorized`, `upstream`, `conflict` (busy with another bulk operation): try again later
 */
export async function reconcileShop(ctx: Context, input: ImportShopInput): Promise<ReconcileReport> {
  const { id } = await requireShop(ctx, input.shop);
  const client = await connectAdmin(ctx, { shop: id, sleep: input.sleep });
  await describeShop(ctx, { shop: id, client });
  const shop = await requireInstalled(ctx, id);
  const webhooks = await registerWebhooks(client, ctx.config.appUrl, shop.scopes);
  await connectStorefront(ctx, { shop: shop.id, client });
  const products = await importProducts(ctx, input, client, { id: 'reconcile-products', kind: 'reconcile-products' });
  const last = await findLastImport(ctx.db, shop.id, ['bulk-orders', 'reconcile-orders']);
  const orders = await importBulk(ctx, input, client, { id: 'reconcile-orders', kind: 'reconcile-orders', query: bulkOrders({ since: (last?.startedAt ?? 0) - OVERLAP, customers: mayNameCustomers(shop) }) },
    (families) => storeOrders(ctx, { shop: shop.id, families }));
  const deletedOrders = await deleteMissingOrders(ctx, input, client);
  ctx.log.info('reconciled', { shop: shop.id, webhooks, products: products.written, orders: orders.written, deletedOrders });
  return { webhooks, products, orders, deletedOrders };
}

/**
 * Removes what the shop no longer has. An app may see the last 60 days of orders only, so nothing older than the oldest
 * order it was shown is judged; a shop that shows none at all is not judged either.
 */
async function deleteMissingOrders(ctx: Context, input: ImportShopInput, client: AdminClient): Promise<number> {
  const seen = new Set<string>();
  let oldest = Infinity;
  const { startedAt } = await importBulk(ctx, input, client, { id: 'reconcile-order-ids', kind: 'reconcile-order-ids', query: BULK_ORDER_IDS }, async (families) => {
    for (const { parent } of families) {
      const id = numericId(parent.id);
      if (!id) continue;
      seen.add(id);
      oldest = Math.min(oldest, time(parent.createdAt) ?? Infinity);
    }
    return { kept: families.length, written: { inserted: 0, updated: 0, unchanged: 0 } };
  });
  if (oldest === Infinity) return 0;
  const gone = (await listOrderIds(ctx.db, input.shop, { from: oldest, before: startedAt })).filter((id) => !seen.has(id));
  return gone.length > 0 ? deleteOrdersById(ctx.db, input.shop, gone) : 0;
}
