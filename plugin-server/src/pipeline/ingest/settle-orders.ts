import type { OrderLineRow, OrderRow } from '../../store/orders.ts';
import type { MentionedProduct } from '../../store/mentioned-products.ts';
import type { DropCounter, DropReason } from './drops.ts';
import { MAX_UNITS } from './order-table.ts';
import type { OrderTable, TableOrder } from './order-table.ts';
import type { DayOrder, TimeReader } from './read-time.ts';
import { hexHash } from './row-hash.ts';

/** Nobody sold online before; earlier times are defaults of spreadsheets (1900, 1970). */
export const EARLIEST = Date.UTC(1995, 0, 1);
/** How far ahead of ours a shop's clock may run. */
export const AHEAD = 86_400_000;

export interface SettleOptions {
  /** ms since 1970. */
  readonly now: number;
  /** Keep these orders only (ISO 4217). */
  readonly currency?: string;
  /** The currency of orders that name none: the shop's. */
  readonly shopCurrency?: string;
  readonly drops: DropCounter;
}

/** Orders ready to store, each with its lines. */
export interface OrderBatch {
  readonly orders: OrderRow[];
  readonly lines: OrderLineRow[];
}

/** File id → catalogue id, for products that the file names otherwise. */
export type IdOf = ReadonlyMap<string, string>;

/** A file's orders, settled. */
export interface SettledOrders {
  /** Rows kept. */
  readonly rows: number;
  /** Orders to store, the withdrawn ones too. */
  readonly orders: number;
  /** Customers of orders that were not withdrawn. */
  readonly customers: number;
  readonly currency: string | null;
  /** First and last order, ms since 1970; null without orders. */
  readonly from: number | null;
  readonly to: number | null;
  /** What the orders are about. The title is the most frequent one. */
  products(): { readonly id: string; readonly title: string }[];
  mentionedProducts(idOf: IdOf): MentionedProduct[];
  /** Orders by time, whole, `size` at once. Withdrawn orders are among them, with `cancelledAt`. */
  batches(idOf: IdOf, keyOf: (customer: string) => string, size?: number): Generator<OrderBatch>;
}

/**
 * Settles everything that needs the whole file: the reading of its dates, its one currency, slips, titles and totals.
 * What comes out depends on the rows alone, not on their order in the file.
 *
 * @throws VitrineError `bad_input` when the dates or the currency cannot be settled
 */
export function settleOrders(table: OrderTable, times: TimeReader, options: SettleOptions): SettledOrders {
  const reading = times.dayOrder();
  const { drops } = options;
  const kept = table.orders.flatMap((order, at) => {
    const reason = refuse(order, reading, options);
    if (reason && order.rows > 0) drops.add(reason, order.firstLine, order.rows);
    return reason ? [] : [at];
  });
  const currency = table.currency(kept) ?? options.currency ?? options.shopCurrency ?? null;
  const { first, rows: sorted } = rowsByOrder(table, new Set(kept), drops);
  let rows = 0;
  for (const row of sorted) {
    const { withdrawn } = table.orders[table.order[row]];
    if (withdrawn) drops.add(withdrawn, table.fileLine[row]);
    else rows++;
  }
  const orders = kept.filter((at) => first[at + 1] > first[at]).sort((a, b) =>
    table.orders[a][reading] - table.orders[b][reading] || (table.orders[a].id < table.orders[b].id ? -1 : 1));
  const rowsOf = (at: number): Int32Array => sorted.subarray(first[at], first[at + 1]);
  const timeOf = (at: number): number => table.orders[at][reading];
  const last = lastSales(table, orders, rowsOf, timeOf);

  return {
    rows,
    orders: orders.length,
    customers: new Set(orders.flatMap((at) => (table.orders[at].withdrawn ? [] : table.orders[at].customer || []))).size,
    currency,
    from: orders.length > 0 ? timeOf(orders[0]) : null,
    to: orders.length > 0 ? timeOf(orders[orders.length - 1]) : null,
    products: () => last.map(({ id, title }) => ({ id, title })),
    mentionedProducts(idOf) {
      const byId = new Map<string, MentionedProduct>();
      for (const sale of last) {
        const id = idOf.get(sale.id) ?? sale.id;
        const known = byId.get(id);
        if (!known || known.updatedAt < sale.updatedAt) byId.set(id, { ...sale, id });
      }
      return [...byId.values()];
    },
    *batches(idOf, keyOf, size = 500) {
      for (let start = 0; start < orders.length; start += size) {
        const batch: OrderBatch = { orders: [], lines: [] };
        for (const at of orders.slice(start, start + size)) {
          const lines = linesOf(table, at, rowsOf(at), idOf);
          batch.orders.push(orderRow(table.orders[at], reading, lines, currency, keyOf));
          batch.lines.push(...lines);
        }
        yield batch;
      }
    },
  };
}

function refuse(order: TableOrder, reading: DayOrder, { now, currency }: SettleOptions): DropReason | undefined {
  const time = order[reading];
  if (time === Infinity) return 'missing_time';
  if (time < EARLIEST || time > now + AHEAD) return 'bad_time';
  if (currency && order.currency !== '' && order.currency !== currency) return 'other_currency';
  return undefined;
}

/** The rows of kept orders without slips, order by order (a counting sort): those of order i from `first[i]` to `first[i + 1]`. */
function rowsByOrder(table: OrderTable, kept: ReadonlySet<number>, drops: DropCounter): { first: Int32Array; rows: Int32Array } {
  const slips = table.slips();
  const first = new Int32Array(table.orders.length + 1);
  const wanted = (row: number): boolean => kept.has(table.order[row]) && !slips.has(row);
  for (let row = 0; row < table.order.length; row++) if (wanted(row)) first[table.order[row] + 1]++;
  for (let at = 0; at < table.orders.length; at++) first[at + 1] += first[at];
  const rows = new Int32Array(first[table.orders.length]);
  const next = first.slice();
  for (let row = 0; row < table.order.length; row++) if (wanted(row)) rows[next[table.order[row]]++] = row;
  for (const row of slips) if (kept.has(table.order[row])) drops.add('reversed', table.fileLine[row]);
  return { first, rows };
}

/** Each product with its most frequent title and its price when it was last sold; at the same time, the highest. */
function lastSales(
  table: OrderTable, orders: readonly number[], rowsOf: (at: number) => Int32Array, timeOf: (at: number) => number,
): MentionedProduct[] {
  const last = new Map<number, { time: number; price: number }>();
  for (const at of orders) { // by time
    const time = timeOf(at);
    for (const row of rowsOf(at)) {
      const price = table.price[row];
      const known = last.get(table.product[row]);
      if (known?.time === time && !(price > known.price || Number.isNaN(known.price))) continue;
      last.set(table.product[row], { time, price });
    }
  }
  return [...last].map(([product, { time, price }]) => {
    const { id, titles } = table.products[product];
    return { id, title: mostFrequent(titles) ?? id, price: Number.isNaN(price) ? null : price, updatedAt: time };
  });
}

/** Of equally frequent texts, the first by code points. */
function mostFrequent(counts: ReadonlyMap<string, number>): string | undefined {
  let best: string | undefined;
  let most = 0;
  for (const [text, count] of counts) {
    if (count > most || (count === most && text < best!)) { best = text; most = count; }
  }
  return best;
}

function orderRow(
  order: TableOrder, reading: DayOrder, lines: readonly OrderLineRow[], currency: string | null, keyOf: (customer: string) => string,
): OrderRow {
  const orderedAt = order[reading];
  const updatedAt = Math.max(orderedAt, order.updated?.[reading] ?? 0, order.withdrawnAt?.[reading] ?? 0);
  return {
    id: order.id, customerKey: order.customer === '' ? null : keyOf(order.customer), orderedAt, currency: order.currency || currency,
    total: order.total ?? sum(lines), cancelledAt: order.withdrawn ? order.withdrawnAt?.[reading] ?? updatedAt : null, updatedAt,
  };
}

/**
 * An order's lines, sorted by id. A line without an id of its own gets one from product and price; rows that agree in
 * both are one line of their joint quantity.
 */
function linesOf(table: OrderTable, at: number, rows: Int32Array, idOf: IdOf): OrderLineRow[] {
  const byId = new Map<string, OrderLineRow>();
  for (const row of rows) {
    const { id } = table.products[table.product[row]];
    const unitPrice = Number.isNaN(table.price[row]) ? null : table.price[row];
    const lineId = table.lineIds.get(row) ?? hexHash([id, String(unitPrice)]);
    const quantity = Math.min(table.quantity[row] + (byId.get(lineId)?.quantity ?? 0), MAX_UNITS);
    byId.set(lineId, { orderId: table.orders[at].id, lineId, productId: idOf.get(id) ?? id, quantity, unitPrice });
  }
  return [...byId.values()].sort((a, b) => (a.lineId < b.lineId ? -1 : 1));
}

/** Sum of the lines in the currency's hundredths; null when a price is unknown. */
function sum(lines: readonly OrderLineRow[]): number | null {
  let cents = 0;
  for (const line of lines) {
    if (line.unitPrice === null) return null;
    cents += line.unitPrice * line.quantity * 100;
  }
  return Math.round(cents) / 100;
}
