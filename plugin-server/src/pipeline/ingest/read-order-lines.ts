import { resolveColumns } from './columns.ts';
import { currencyCode } from './currency-code.ts';
import type { DropCounter } from './drops.ts';
import { isAdjustment } from './non-product.ts';
import type { Source } from './open-source.ts';
import { MAX_UNITS, OrderTable } from './order-table.ts';
import { readCsv } from './read-csv.ts';
import type { CsvHeader } from './read-csv.ts';
import { readNumber } from './read-number.ts';
import type { TimeReader } from './read-time.ts';
import { RecordSet } from './row-hash.ts';

export interface ReadOrdersOptions {
  /** Role → column, from `--map`. */
  readonly map: ReadonlyMap<string, string>;
  /** Keep rows in this currency only. */
  readonly currency?: string;
  readonly times: TimeReader;
  readonly drops: DropCounter;
  /** Called after each chunk with the rows read so far; may throw to stop. */
  readonly onProgress?: (rows: number) => void;
}

/** An invoice number of the form C536379 whose quantity is not positive is a cancellation. */
const CANCELLATION = /^C\d/i;
/** A status column that says so. */
const CANCELLED = /^(cancel|void|storn|annul)/i;
const RETURNED = /^(return|refund)/i;

/**
 * Reads a plain CSV of order lines: one row a product in an order.
 *
 * @throws VitrineError `bad_input`
 */
export async function readOrderLines(source: Source, header: CsvHeader, options: ReadOrdersOptions): Promise<{ table: OrderTable; rowsRead: number }> {
  const { drops, times } = options;
  const column = resolveColumns(source.name, header.columns, 'order-lines', options.map);
  const at = (role: Parameters<typeof column.get>[0]): number => column.get(role) ?? -1;
  const [order, line, product, title, quantity, price, time, customer, currency, status] = (
    ['order', 'line', 'product', 'title', 'quantity', 'price', 'time', 'customer', 'currency', 'status'] as const).map(at);
  const table = new OrderTable(source.name);
  const seen = new RecordSet();
  let rowsRead = 0;

  await readCsv(source, header, (fields, lineNumber) => {
    rowsRead++;
    const get = (index: number): string => (index < 0 ? '' : fields[index].trim());
    const orderId = get(order);
    const productId = get(product);
    const name = get(title).replace(/\s+/g, ' ');
    const unitsText = get(quantity);
    const exact = quantity < 0 ? 1 : readNumber(unitsText);
    if (fields.every((field) => field.trim() === '')) return drops.add('empty', lineNumber);
    if (exact <= 0) {
      table.addReturn(productId, -exact);
      return drops.add(CANCELLATION.test(orderId) ? 'cancelled' : 'returned', lineNumber);
    }
    if (CANCELLED.test(get(status))) return drops.add('cancelled', lineNumber);
    if (RETURNED.test(get(status))) return drops.add('returned', lineNumber);
    if (!seen.add(fields)) return drops.add('duplicate', lineNumber);
    if (orderId === '') return drops.add('missing_order', lineNumber);
    if (productId === '') return drops.add('missing_product', lineNumber);
    if (get(time) === '') return drops.add('missing_time', lineNumber);
    if (isAdjustment(name)) return drops.add('adjustment', lineNumber);
    if (table.rejectsProduct(productId, name)) return drops.add('not_a_product', lineNumber);
    // What is sold by weight counts as at least one.
    const units = Math.max(1, Math.round(exact));
    if (!(units <= MAX_UNITS)) return drops.add('bad_quantity', lineNumber);
    const paid = get(price) === '' ? null : readNumber(get(price));
    if (paid !== null && !(paid > 0 && paid < 1e9)) return drops.add('bad_price', lineNumber);
    const when = times.read(get(time), lineNumber);
    if (!when) return drops.add('bad_time', lineNumber);
    const money = currency < 0 ? '' : currencyCode(get(currency), source.name, lineNumber);
    if (options.currency && money !== '' && money !== options.currency) return drops.add('other_currency', lineNumber);
    table.addFacts(orderId, lineNumber, { time: when, customer: customerId(get(customer)), currency: money });
    table.addLine({ line: lineNumber, order: orderId, product: productId, title: name, quantity: units, price: paid, lineId: get(line) });
  }, { onChunk: () => options.onProgress?.(rowsRead) });
  return { table, rowsRead };
}

/** Spreadsheets write the customer 17850 as "17850.0" when some customers are unknown. */
function customerId(text: string): string {
  return /^\d+\.0+$/.test(text) ? text.slice(0, text.indexOf('.')) : text;
}
