import { VitrineError } from '@vitrine/sdk/core';
import type { Context } from '../context.ts';
import type { AdminClient, Sleep } from '../shopify/admin-graphql.ts';
import { runBulkQuery } from '../shopify/bulk-query.ts';
import { BULK_ORDERS, BULK_PRODUCTS } from '../shopify/documents.ts';
import { groupChildren, type Family } from '../shopify/group-children.ts';
import { registerWebhooks } from '../shopify/webhooks.ts';
import { finishImport, listImports, startImport, updateImport } from '../store/imports.ts';
import { addCounts, type WriteCounts } from '../store/products.ts';
import { connectAdmin, sleep } from './connect-admin.ts';
import { requestTraining } from './request-training.ts';
import { requireShop } from './require-shop.ts';
import { storeOrders } from './store-orders.ts';
import { deleteMissingProducts, storeProducts } from './store-products.ts';

export interface ShopImportProgress {
  readonly kind: 'bulk-products' | 'bulk-orders';
  /** The shop prepares the file; it is fetched; its content is stored. */
  readonly stage: 'wait' | 'read' | 'store';
  /** Objects the shop has written, lines fetched, products or orders stored. */
  readonly done: number;
}

export interface ImportShopInput {
  readonly shop: string;
  readonly onProgress?: (progress: ShopImportProgress) => void;
  readonly signal?: AbortSignal;
  readonly sleep?: Sleep;
}

export interface ShopImportReport {
  readonly products: BulkReport;
  readonly orders: BulkReport;
}

/** What one bulk import did; stored as the import's report. */
export interface BulkReport {
  readonly operation: string;
  readonly rows: { readonly read: number; readonly kept: number };
  readonly written: WriteCounts;
  /** Lines whose order or product never came. */
  readonly orphans: number;
}

/** Products or orders stored by one statement. */
const BATCH = 500;
/** Milliseconds between two progress writes. */
const PROGRESS_EVERY = 500;

/**
 * Subscribes to the shop's webhooks and imports its products and orders, then queues training. Doing it twice changes
 * nothing; a second attempt takes up the bulk operation that the first had started.
 *
 * Webhooks come first, so that nothing that happens during the import is missed.
 */
export async function importShop(ctx: Context, input: ImportShopInput): Promise<ShopImportReport> {
  const shop = await requireShop(ctx, input.shop);
  const client = await connectAdmin(ctx, { shop: shop.id, sleep: input.sleep });
  await registerWebhooks(client, ctx.config.appUrl);
  const seen = new Set<string>();
  const startedAt = ctx.clock();
  const products = await importBulk(ctx, input, client, `${shop.installedAt}-products`, 'bulk-products', BULK_PRODUCTS, async (families) => {
    for (const { parent } of families) if (parent.id) seen.add(parent.id);
    return storeProducts(ctx, { shop: shop.id, families });
  });
  await deleteMissingProducts(ctx, { shop: shop.id, seen, before: startedAt });
  const orders = await importBulk(ctx, input, client, `${shop.installedAt}-orders`, 'bulk-orders', BULK_ORDERS, (families) => storeOrders(ctx, { shop: shop.id, families }));
  await requestTraining(ctx, { shop: shop.id });
  ctx.log.info('imported', { shop: shop.id, products: products.rows.kept, orders: orders.rows.kept });
  return { products, orders };
}

async function importBulk(
  ctx: Context, input: ImportShopInput, client: AdminClient, id: string, kind: ShopImportProgress['kind'], query: string,
  store: (families: readonly Family[]) => Promise<{ kept: number; written: WriteCounts }>,
): Promise<BulkReport> {
  const { db, clock } = ctx;
  const before = (await listImports(db, input.shop)).find((row) => row.id === id && row.status === 'running');
  const operationId = typeof before?.report.operation === 'string' ? before.report.operation : undefined;
  await startImport(db, input.shop, { id, kind, source: 'bulk operation', startedAt: clock() });

  let operation = operationId ?? '';
  let written: WriteCounts = { inserted: 0, updated: 0, unchanged: 0 };
  let read = 0;
  let kept = 0;
  let told = 0;
  let telling: Promise<void> = Promise.resolve();
  const report = (stage: ShopImportProgress['stage'], done: number) => {
    input.onProgress?.({ kind, stage, done });
    if (clock() - told < PROGRESS_EVERY) return;
    told = clock();
    // One after the other, so that no late progress overwrites the report at the end.
    telling = telling.then(() => updateImport(db, input.shop, id, { operation, stage, done })).catch((error: unknown) => ctx.log.warn('import progress', { reason: error }));
  };
  try {
    const result = await runBulkQuery(ctx, client, query, {
      sleep: input.sleep ?? sleep, signal: input.signal, operationId, onProgress: (objects) => report('wait', objects),
      async onStart(started) {
        operation = started;
        await updateImport(db, input.shop, id, { operation, stage: 'wait', done: 0 });
      },
    });
    const families = groupChildren(result.lines, { onRead: (lines) => report('read', lines) });
    let batch: Family[] = [];
    const flush = async () => {
      input.signal?.throwIfAborted();
      const outcome = await store(batch);
      written = addCounts(written, outcome.written);
      read += batch.length;
      kept += outcome.kept;
      batch = [];
      report('store', read);
    };
    let next = await families.next();
    for (; !next.done; next = await families.next()) {
      batch.push(next.value);
      if (batch.length === BATCH) await flush();
    }
    if (batch.length > 0) await flush();
    if (result.partial) throw new VitrineError('upstream', `${client.shop}: ${result.partial}. What it had written is stored.`);
    const done: BulkReport = { operation, rows: { read, kept }, written, orphans: next.value.orphans };
    await telling;
    await finishImport(db, input.shop, id, { status: 'done', report: { ...done }, finishedAt: clock() });
    return done;
  } catch (error) {
    const message = error instanceof VitrineError ? error.message : 'The import failed for a reason of its own; see the server\'s log.';
    await telling;
    await finishImport(db, input.shop, id, { status: 'failed', report: { error: message, rows: { read, kept }, written }, finishedAt: clock() });
    throw error;
  }
}
