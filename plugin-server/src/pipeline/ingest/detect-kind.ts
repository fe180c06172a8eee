import { VitrineError } from '@vitrine/sdk/core';
import { indexColumns, resolveColumns } from './columns.ts';
import type { CsvHeader } from './read-csv.ts';

/** What `vitrine import --kind` accepts. */
export const FILE_KINDS = ['orders', 'order-lines', 'products', 'events'] as const;
export type FileKind = (typeof FILE_KINDS)[number];

/**
 * Tells what a CSV holds by its columns: Shopify's order export (`orders`), plain order lines, products (Shopify's
 * export or plain), or events.
 *
 * @throws VitrineError `bad_input` when the columns fit none, with the columns found
 */
export function detectKind(file: string, header: CsvHeader, map: ReadonlyMap<string, string>): FileKind {
  const has = indexColumns(header.columns);
  if (has.has('name') && has.has('lineitemname') && has.has('lineitemquantity')) return 'orders';
  if (has.has('sessionid') && (has.has('type') || has.has('event') || has.has('eventtype'))) return 'events';
  if (has.has('handle') && has.has('title')) return 'products';
  let orderLines: unknown;
  try {
    resolveColumns(file, header.columns, 'order-lines', map);
    return 'order-lines';
  } catch (error) {
    orderLines = error;
  }
  // Something that speaks of orders is a broken order file, not a product list.
  const mentionsOrders = map.has('order') || map.has('time') || header.columns.some((name) => /order|invoice|basket/i.test(name));
  if (!mentionsOrders) {
    try {
      resolveColumns(file, header.columns, 'products', map);
      return 'products';
    } catch (error) {
      if (error instanceof VitrineError && error.code === 'bad_usage' && map.size > 0) throw error;
    }
  }
  throw orderLines;
}
