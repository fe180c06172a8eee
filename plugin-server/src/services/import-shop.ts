import type { Context } from '../context.ts';
import type { AdminClient } from '../shopify/admin-graphql.ts';
import { BULK_PRODUCTS, bulkOrders } from '../shopify/documents.ts';
import { CUSTOMER_SCOPE, hasScope } from '../shopify/scopes.ts';
import { registerWebhooks } from '../shopify/webhooks.ts';
import type { ShopRow } from '../store/shops.ts';
import { connectAdmin } from './connect-admin.ts';
import { connectStorefront } from './connect-storefront.ts';
import { importBulk, type BulkImport, type BulkReport, type ImportShopInput } from './import-bulk.ts';
import { requestTraining } from './request-training.ts';
import { requireInstalled } from './require-shop.ts';
import { storeOrders } from './store-orders.ts';
import { deleteMissingProducts, storeProducts } from './store-products.ts';

export interface ShopImportReport {
  readonly products: BulkReport;
  readonly orders: BulkReport;
}

/**
 * Subscribes to the shop's webhooks and imports its products and orders, then queues training. Doing it twice changes
 * nothing; a second attempt takes up the bulk operation that the first had started.
 *
 * Webhooks come first, so that nothing that happens during the import is missed.
 */
export async function importShop(ctx: Context, input: ImportShopInput): Promise<ShopImportReport> {
  const shop = await requireInstalled(ctx, input.shop);
  const client = await connectAdmin(ctx, { shop: shop.id, sleep: input.sleep });
  await registerWebhooks(client, ctx.config.appUrl, shop.scopes);
  await connectStorefront(ctx, { shop: shop.id, client });
  const products = await importProducts(ctx, input, client, { id: `${shop.installedAt}-products`, kind: 'bulk-products' });
  const orders = await importBulk(ctx, input, client, { id: `${shop.installedAt}-orders`, kind: 'bulk-orders', query: bulkOrders({ customers: mayNameCustomers(shop) }) },
    (families) => storeOrders(ctx, { shop: shop.id, families }));
  await requestTraining(ctx, { shop: shop.id });
  ctx.log.info('imported', { shop: shop.id, products: products.rows.kept, orders: orders.rows.kept });
  return { products, orders };
}

/** Whether orders may be asked for their customers. A shop from before permissions were stored is taken to allow it. */
export function mayNameCustomers({ scopes }: Pick<ShopRow, 'scopes'>): boolean {
  return scopes === null || hasScope(scopes, CUSTOMER_SCOPE);
}

/** Brings products and variants to what the shop has: new, changed and deleted ones. */
export async function importProducts(ctx: Context, input: ImportShopInput, client: AdminClient, as: Omit<BulkImport, 'query'>): Promise<BulkReport> {
  const seen = new Set<string>();
  const report = await importBulk(ctx, input, client, { ...as, query: BULK_PRODUCTS }, async (families) => {
    for (const { parent } of families) if (parent.id) seen.add(parent.id);
    return storeProducts(ctx, { shop: input.shop, families });
  });
  await deleteMissingProducts(ctx, { shop: input.shop, seen, before: report.startedAt });
  return report;
}
