import { VitrineError } from '@vitrine/sdk/core';
import type { Context } from '../context.ts';
import type { AdminClient, Sleep } from '../shopify/admin-graphql.ts';
import { runBulkQuery } from '../shopify/bulk-query.ts';
import { groupChildren, type Family } from '../shopify/group-children.ts';
import { findImport, finishImport, startImport, updateImport, type ImportKind } from '../store/imports.ts';
import { addCounts, type WriteCounts } from '../store/products.ts';
import { sleep } from './connect-admin.ts';

export interface ShopImportProgress {
  readonly kind: ImportKind;
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

/** What one bulk import did; stored as the import's report. */
export interface BulkReport {
  readonly operation: string;
  /** When the operation was started, milliseconds since 1970: its result knows of nothing later. */
  readonly startedAt: number;
  readonly rows: { readonly read: number; readonly kept: number };
  readonly written: WriteCounts;
  /** Lines whose order or product never came. */
  readonly orphans: number;
}

/** Which import this is: the same id again takes up the bulk operation that an earlier attempt had started. */
export interface BulkImport {
  readonly id: string;
  readonly kind: ImportKind;
  /** The document to run. */
  readonly query: string;
}

/** Products or orders stored by one statement. */
const BATCH = 500;
/** Milliseconds between two progress writes. */
const PROGRESS_EVERY = 500;
/** An operation older than this, in milliseconds, is not taken up again: its result is old, and its file may be gone. */
const STALE = 6 * 3_600_000;

/**
 * Runs a bulk operation and stores its result in batches, with its report and its progress in the table of imports.
 *
 * @throws VitrineError `upstream` when the shop stopped early; what it had written is stored
 */
export async function importBulk(
  ctx: Context, input: ImportShopInput, client: AdminClient, { id, kind, query }: BulkImport,
  store: (families: readonly Family[]) => Promise<{ kept: number; written: WriteCounts }>,
): Promise<BulkReport> {
  const { db, clock } = ctx;
  const before = await findImport(db, input.shop, id);
  const takenUp = before?.status === 'running' && clock() - before.startedAt < STALE && typeof before.report.operation === 'string';
  const operationId = takenUp ? (before.report.operation as string) : undefined;
  const startedAt = takenUp ? before.startedAt : clock();
  await startImport(db, input.shop, { id, kind, source: 'bulk operation', startedAt });
  if (operationId) await updateImport(db, input.shop, id, { operation: operationId, stage: 'wait', done: 0 });

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
    const done: BulkReport = { operation, startedAt, rows: { read, kept }, written, orphans: next.value.orphans };
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
