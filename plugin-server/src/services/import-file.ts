import { randomUUID } from 'node:crypto';
import { VitrineError } from '@vitrine/sdk/core';
import type { Context } from '../context.ts';
import { detectKind } from '../pipeline/ingest/detect-kind.ts';
import type { FileKind } from '../pipeline/ingest/detect-kind.ts';
import { DropCounter } from '../pipeline/ingest/drops.ts';
import { matchCatalogue } from '../pipeline/ingest/match-catalogue.ts';
import { openSource } from '../pipeline/ingest/open-source.ts';
import type { Source } from '../pipeline/ingest/open-source.ts';
import { readHeader } from '../pipeline/ingest/read-csv.ts';
import type { CsvHeader } from '../pipeline/ingest/read-csv.ts';
import { readEvents } from '../pipeline/ingest/read-events.ts';
import { readOrderLines } from '../pipeline/ingest/read-order-lines.ts';
import type { ReadOrdersOptions } from '../pipeline/ingest/read-order-lines.ts';
import { readProducts } from '../pipeline/ingest/read-products.ts';
import type { FileProduct } from '../pipeline/ingest/read-products.ts';
import { readShopifyOrders } from '../pipeline/ingest/read-shopify-orders.ts';
import { TimeReader } from '../pipeline/ingest/read-time.ts';
import type { DayOrder } from '../pipeline/ingest/read-time.ts';
import type { ImportReport } from '../pipeline/ingest/report.ts';
import { settleOrders } from '../pipeline/ingest/settle-orders.ts';
import type { Database } from '../store/database.ts';
import { insertEvents, toEventRow } from '../store/events.ts';
import { finishImport, startImport } from '../store/imports.ts';
import { upsertOrders } from '../store/orders.ts';
import { ensureProducts, joinProducts, listMentionedProducts, readCatalogueNames } from '../store/mentioned-products.ts';
import { addCounts, findProducts, upsertProducts, upsertVariants } from '../store/products.ts';
import type { ProductRow, WriteCounts } from '../store/products.ts';
import { customerKey, identityKey } from '../store/sealing.ts';
import { findShop, setCurrency } from '../store/shops.ts';
import { createFileShop } from './create-file-shop.ts';
import { requireShop } from './require-shop.ts';

export interface ImportProgress {
  readonly stage: 'read' | 'store';
  /** Rows read, or orders, products and events stored. */
  readonly done: number;
  /** From 0 to 1, by bytes of the file or by rows to store. */
  readonly fraction: number;
}

export interface ImportFileInput {
  readonly path: string;
  readonly shop: string;
  /** Told from the file's columns when absent. */
  readonly kind?: FileKind;
  /** Role → column. */
  readonly map?: ReadonlyMap<string, string>;
  readonly dates?: DayOrder;
  /** Keep this currency only; and the shop's currency where the file names none. */
  readonly currency?: string;
  /** Read and report, store nothing. */
  readonly dryRun?: boolean;
  readonly onProgress?: (progress: ImportProgress) => void;
  readonly signal?: AbortSignal;
}

const NOTHING: WriteCounts = { inserted: 0, updated: 0, unchanged: 0 };

/** What a kind of file comes to: what to store, and what to say. */
interface Reading {
  readonly rowsRead: number;
  readonly rowsKept: number;
  readonly currency: string | null;
  readonly report: Partial<ImportReport>;
  /** Why nothing was kept, where the counts do not say it. */
  readonly problem?: string;
  store(tx: Database, progress: (done: number, fraction: number) => void): Promise<Pick<ImportReport, 'orders' | 'products' | 'events'>>;
}

/**
 * Imports a file of a shop: Shopify's order or product export, plain order lines, plain products, or events; plain or
 * gzip. The whole file is read and judged first; then everything is stored in one transaction. A file that turns out
 * bad, or a run that is stopped, leaves the store as it was. Importing the same file again changes nothing.
 *
 * A shop that does not exist yet is created.
 *
 * @throws VitrineError `bad_input` with the file, the line and what to do; `cancelled` when `signal` aborts
 */
export async function importFile(ctx: Context, input: ImportFileInput): Promise<ImportReport> {
  const startedAt = ctx.clock();
  const known = await findShop(ctx.db, input.shop);
  const source = await openSource(input.path);
  const drops = new DropCounter();
  let kind: FileKind;
  let reading: Reading;
  try {
    const header = isJson(source) ? undefined : readHeader(source);
    kind = kindOf(source, header, input);
    reading = await read(ctx, input, source, header, kind, { drops, shopCurrency: known?.currency ?? undefined });
  } finally {
    source.close();
  }
  judge(source.name, reading, drops);
  if (reading.currency && known?.currency && known.currency !== reading.currency) {
    throw new VitrineError('bad_input', `${source.name} is in ${reading.currency}, but ${input.shop} keeps its accounts in ${known.currency}. Import it into a shop of its own, or convert the amounts.`);
  }

  const report = (stored: Pick<ImportReport, 'orders' | 'products' | 'events'>): ImportReport => {
    const seconds = Math.max(0.001, (ctx.clock() - startedAt) / 1000);
    return {
      shop: input.shop, file: source.name, kind, dryRun: input.dryRun === true,
      rows: { read: reading.rowsRead, kept: reading.rowsKept }, dropped: drops.list(), ...reading.report, ...stored,
      currency: reading.currency ?? known?.currency ?? null,
      seconds: Math.round(seconds * 100) / 100, rowsPerSecond: Math.round(reading.rowsRead / seconds),
      peakBytes: process.resourceUsage().maxRSS * 1024,
    };
  };
  if (input.dryRun) return report({});

  return ctx.db.transaction(async (tx) => {
    await createFileShop({ ...ctx, db: tx }, { shop: input.shop, currency: reading.currency ?? undefined });
    if (reading.currency) await setCurrency(tx, input.shop, reading.currency);
    const id = randomUUID();
    await startImport(tx, input.shop, { id, kind, source: source.name, startedAt });
    const result = report(await reading.store(tx, (done, fraction) => {
      stopIfAborted(input.signal);
      input.onProgress?.({ stage: 'store', done, fraction });
    }));
    await finishImport(tx, input.shop, id, { status: 'done', report: { ...result }, finishedAt: ctx.clock() });
    return result;
  });
}

function stopIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new VitrineError('cancelled', 'Import stopped. Nothing of this file was stored.');
}

function isJson(source: Source): boolean {
  const first = source.head.trimStart()[0];
  if (first === '[') throw new VitrineError('bad_input', `${source.name}: a JSON array. Write one JSON object a line (JSONL).`);
  return first === '{';
}

function kindOf(source: Source, header: CsvHeader | undefined, input: ImportFileInput): FileKind {
  if (!header) {
    if (input.kind && input.kind !== 'events') throw new VitrineError('bad_input', `${source.name} is JSONL, which only events are read from; ${input.kind} must be CSV.`);
    return 'events';
  }
  return input.kind ?? detectKind(source.name, header, input.map ?? new Map());
}

async function read(
  ctx: Context, input: ImportFileInput, source: Source, header: CsvHeader | undefined, kind: FileKind,
  shared: { readonly drops: DropCounter; readonly shopCurrency: string | undefined },
): Promise<Reading> {
  const options = {
    map: input.map ?? new Map<string, string>(),
    currency: input.currency,
    times: new TimeReader(source.name, input.dates),
    ...shared,
    now: ctx.clock(),
    onProgress: (rows: number) => {
      stopIfAborted(input.signal);
      input.onProgress?.({ stage: 'read', done: rows, fraction: source.bytesRead() / source.size });
    },
  };
  if (kind === 'events' || !header) return readEventFile(ctx, input, source, header, options);
  if (kind === 'products') return readProductFile(input, source, header, options);
  return readOrderFile(ctx, input, source, header, kind, options);
}

type ReadOptions = ReadOrdersOptions & { readonly now: number; readonly shopCurrency: string | undefined };

async function readOrderFile(
  ctx: Context, input: ImportFileInput, source: Source, header: CsvHeader, kind: FileKind, options: ReadOptions,
): Promise<Reading> {
  const { table, rowsRead } = await (kind === 'orders' ? readShopifyOrders : readOrderLines)(source, header, options);
  const settled = settleOrders(table, options.times, options);
  return {
    rowsRead,
    rowsKept: settled.rows,
    currency: settled.currency,
    report: {
      nonProducts: table.nonProducts(),
      customers: settled.customers,
      ...(settled.from !== null && settled.to !== null ? { from: new Date(settled.from).toISOString(), to: new Date(settled.to).toISOString() } : {}),
    },
    async store(tx, progress) {
      const idOf = new Map<string, string>();
      // Only Shopify's export lacks product ids. Elsewhere an id is an id, whatever its title.
      if (kind === 'orders') {
        const names = await readCatalogueNames(tx, input.shop);
        for (const product of settled.products()) {
          const id = matchCatalogue(names, product);
          if (id !== undefined) idOf.set(product.id, id);
        }
      }
      const products = await ensureProducts(tx, input.shop, settled.mentionedProducts(idOf));
      let orders = NOTHING;
      const key = identityKey(ctx.config, await requireShop({ db: tx }, input.shop));
      const keyOf = (customer: string): string => customerKey(key, input.shop, customer);
      for (const batch of settled.batches(idOf, keyOf)) {
        orders = addCounts(orders, await upsertOrders(tx, input.shop, batch));
        const done = orders.inserted + orders.updated + orders.unchanged;
        progress(done, done / Math.max(1, settled.orders));
        await new Promise(setImmediate); // lets a signal be heard
      }
      return { orders, products };
    },
  };
}

async function readProductFile(input: ImportFileInput, source: Source, header: CsvHeader, options: ReadOptions): Promise<Reading> {
  const { products, variants, currencies, rowsRead } = await readProducts(source, header, options);
  if (currencies.size > 1) {
    throw new VitrineError('bad_input', `${source.name}: prices in more than one currency: ${[...currencies].join(', ')}. Split the file; a shop has one currency.`);
  }
  return {
    rowsRead,
    rowsKept: rowsRead - options.drops.rows,
    currency: [...currencies][0] ?? input.currency ?? null,
    report: {},
    async store(tx, progress) {
      // A catalogue that came with ids of its own (an installed shop's) keeps them; the file knows handles only.
      const before = await readCatalogueNames(tx, input.shop);
      const idOf = (product: FileProduct): string => (product.handle === product.id ? before.byHandle.get(product.id) ?? product.id : product.id);
      const ids = new Map(products.map((product) => [product.id, idOf(product)]));
      const stored = new Map((await findProducts(tx, input.shop, [...ids.values()])).map((row) => [row.id, row]));
      const counts = await upsertProducts(tx, input.shop, products.map((product) => complete(product, ids.get(product.id)!, stored)));
      progress(products.length, 0.5);
      await upsertVariants(tx, input.shop, variants.map((variant) => ({ ...variant, productId: ids.get(variant.productId)! })));
      const names = await readCatalogueNames(tx, input.shop);
      const joined = new Map<string, string>();
      for (const mentioned of await listMentionedProducts(tx, input.shop)) {
        const id = ids.has(mentioned.id) ? undefined : matchCatalogue(names, mentioned);
        if (id !== undefined) joined.set(mentioned.id, id);
      }
      await joinProducts(tx, input.shop, joined);
      progress(products.length, 1);
      return { products: counts };
    },
  };
}

/** Fills what the file does not say from what is stored, or with the defaults of a new product. */
function complete(product: FileProduct, id: string, stored: ReadonlyMap<string, ProductRow>): ProductRow {
  const blank = {
    handle: null, productType: '', vendor: '', tags: [], price: null, imageUrl: null, status: 'active', published: true, available: true, createdAt: null,
  } as const;
  return { ...blank, ...stored.get(id), ...product, id };
}

async function readEventFile(ctx: Context, input: ImportFileInput, source: Source, header: CsvHeader | undefined, options: ReadOptions): Promise<Reading> {
  const { events, rowsRead, firstProblem } = await readEvents(source, header, options);
  const times = events.map((event) => event.at);
  const range = times.reduce<[number, number]>(([from, to], at) => [Math.min(from, at), Math.max(to, at)], [Infinity, -Infinity]);
  return {
    rowsRead,
    rowsKept: events.length,
    currency: input.currency ?? null,
    problem: firstProblem,
    report: events.length > 0 ? { from: new Date(range[0]).toISOString(), to: new Date(range[1]).toISOString() } : {},
    async store(tx, progress) {
      const receivedAt = ctx.clock();
      let inserted = 0;
      for (let start = 0; start < events.length; start += 5_000) {
        const rows = events.slice(start, start + 5_000).map((event) => toEventRow(event, receivedAt));
        inserted += await insertEvents(tx, input.shop, rows);
        progress(start + rows.length, (start + rows.length) / events.length);
        await new Promise(setImmediate);
      }
      return { events: { inserted, updated: 0, unchanged: events.length - inserted } };
    },
  };
}

/** A file of which nothing can be used is not what it says. */
function judge(name: string, reading: Reading, drops: DropCounter): void {
  if (reading.rowsRead === 0) throw new VitrineError('bad_input', `${name}: there is a header but no rows.`);
  if (reading.rowsKept > 0) return;
  const [worst] = drops.list();
  const why = worst ? `: ${worst.text} (${worst.rows}, e.g. line ${worst.lines[0]})` : '';
  throw new VitrineError('bad_input', `${name}: none of its ${reading.rowsRead} rows can be used${why}${reading.problem ? `; ${reading.problem}` : ''}.`);
}
