import { VitrineError } from '@vitrine/sdk/core';
import { indexColumns } from './columns.ts';
import { currencyCode } from './currency-code.ts';
import type { Source } from './open-source.ts';
import { MAX_UNITS, OrderTable } from './order-table.ts';
import { readCsv } from './read-csv.ts';
import type { CsvHeader } from './read-csv.ts';
import { readNumber } from './read-number.ts';
import type { ReadOrdersOptions } from './read-order-lines.ts';
import type { ReadTime } from './read-time.ts';
import { RecordSet } from './row-hash.ts';

const REQUIRED = ['Name', 'Created at', 'Lineitem name', 'Lineitem quantity'];

/**
 * Reads Shopify's order export. An order takes as many rows as it has line items; only its first row carries the
 * order's own fields. The order's id is the column `Id` where the export has one (it is the id the Admin API uses), else
 * its name (#1001). A line has no product id: it goes by its SKU, else by its name, until the catalogue says better.
 *
 * @throws VitrineError `bad_input`
 */
export async function readShopifyOrders(source: Source, header: CsvHeader, options: ReadOrdersOptions): Promise<{ table: OrderTable; rowsRead: number }> {
  const { drops, times } = options;
  const index = indexColumns(header.columns);
  const missing = REQUIRED.filter((name) => !index.has(name.toLowerCase().replaceAll(' ', '')));
  if (missing.length > 0) {
    throw new VitrineError('bad_input', `${source.name}: a Shopify order export needs the column ${missing.join(', ')}. Columns: ${header.columns.join(', ')}.`);
  }
  const column = (name: string): number => index.get(name) ?? -1;
  const [name, id, created, email, currency, total, status, paid, fulfilled, cancelled, itemName, itemSku, itemQuantity, itemPrice] = [
    'name', 'id', 'createdat', 'email', 'currency', 'total', 'financialstatus', 'paidat', 'fulfilledat', 'cancelledat',
    'lineitemname', 'lineitemsku', 'lineitemquantity', 'lineitemprice',
  ].map(column);
  const table = new OrderTable(source.name);
  const seen = new RecordSet();
  let rowsRead = 0;

  await readCsv(source, header, (fields, line) => {
    rowsRead++;
    const get = (at: number): string => (at < 0 ? '' : fields[at].trim());
    const orderName = get(name);
    if (fields.every((field) => field.trim() === '')) return drops.add('empty', line);
    if (!seen.add(fields)) return drops.add('duplicate', line);
    if (orderName === '') return drops.add('missing_order', line);

    const time = get(created) === '' ? undefined : times.read(get(created), line);
    if (get(created) !== '' && !time) return drops.add('bad_time', line);
    const cancelledAt = get(cancelled) === '' ? undefined : times.read(get(cancelled), line);
    const amount = get(total) === '' ? Number.NaN : readNumber(get(total));
    const payment = get(status).toLowerCase();
    table.addFacts(orderName, line, {
      id: get(id),
      time,
      updated: latest([time, get(paid), get(fulfilled)].map((value) => (typeof value === 'string' ? (value === '' ? undefined : times.read(value, line)) : value))),
      customer: get(email).toLowerCase(),
      currency: currencyCode(get(currency), source.name, line),
      total: Number.isNaN(amount) ? undefined : amount,
      withdrawn: cancelledAt || payment === 'voided' ? 'cancelled' : payment === 'refunded' ? 'returned' : undefined,
      withdrawnAt: cancelledAt,
    });

    const title = get(itemName).replace(/\s+/g, ' ');
    const product = get(itemSku) || title;
    if (product === '') return drops.add('missing_product', line);
    if (table.rejectsProduct(product, title)) return drops.add('not_a_product', line);
    const quantity = readNumber(get(itemQuantity));
    if (quantity <= 0) return drops.add('returned', line);
    if (!(quantity <= MAX_UNITS)) return drops.add('bad_quantity', line);
    const price = get(itemPrice) === '' ? null : readNumber(get(itemPrice));
    if (price !== null && !(price > 0 && price < 1e9)) return drops.add('bad_price', line);
    table.addLine({ line, order: orderName, product, title, quantity: Math.max(1, Math.round(quantity)), price, lineId: '' });
  }, { onChunk: () => options.onProgress?.(rowsRead) });
  return { table, rowsRead };
}

function latest(times: readonly (ReadTime | undefined)[]): ReadTime | undefined {
  return times.reduce((best, time) => (time && !(best && best.dmy >= time.dmy) ? time : best), undefined);
}
