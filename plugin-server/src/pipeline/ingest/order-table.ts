import { VitrineError } from '@vitrine/sdk/core';
import type { OrderLineRow, OrderRow } from '../../store/orders.ts';
import type { MentionedProduct } from '../../store/products.ts';
import type { DropCounter, DropReason } from './drops.ts';
import { isNonProduct } from './non-product.ts';
import type { ReadTime, TimeReader } from './read-time.ts';
import { hexHash } from './row-hash.ts';

/** Nobody sold online before; earlier times are defaults of spreadsheets (1900, 1970). */
const EARLIEST = Date.UTC(1995, 0, 1);
const DAY = 86_400_000;
/** A line of so many units that is taken back in full was a slip at the keyboard. */
const SLIP_UNITS = 10_000;
/** More of one product than any shop sells at once. */
export const MAX_UNITS = 100_000;
const CODES_REPORTED = 20;

/** One row of an order file that may be kept. */
export interface TableLine {
  readonly line: number;
  readonly order: string;
  /** Product id as the file has it. */
  readonly product: string;
  readonly title: string;
  readonly quantity: number;
  readonly price: number | null;
  /** The file's own id of the line, or ''. */
  readonly lineId: string;
}

/** What rows say about their order. An order's rows may come in any order, and each may know a part. */
export interface OrderFacts {
  readonly time?: ReadTime;
  readonly updated?: ReadTime;
  readonly customer?: string;
  readonly currency?: string;
  readonly total?: number;
  readonly withdrawn?: 'cancelled' | 'returned';
  readonly withdrawnAt?: ReadTime;
}

interface TableOrder {
  firstLine: number;
  rows: number;
  dmy: number;
  mdy: number;
  updated: ReadTime | undefined;
  customer: string;
  currency: string;
  total: number | undefined;
  withdrawn: 'cancelled' | 'returned' | undefined;
  withdrawnAt: ReadTime | undefined;
}

interface TableProduct {
  readonly id: string;
  readonly titles: Map<string, number>;
}

/** Products as the table found them, with what is known about each. */
export interface FoundProduct {
  readonly id: string;
  /** The most frequent title; of equally frequent ones the first by code points. */
  readonly title: string;
}

export interface FinishOptions {
  readonly now: number;
  /** Keep these orders only (ISO 4217). */
  readonly currency?: string;
  /** The currency of orders that name none: the shop's. */
  readonly shopCurrency?: string;
  readonly drops: DropCounter;
}

/** Orders ready to store, in batches, and what they are about. */
export interface OrderBatch {
  readonly orders: OrderRow[];
  readonly lines: OrderLineRow[];
}

/**
 * All orders of a file, held as columns (about 40 bytes a line) until the whole file is known to be good: only then can
 * the day order, the currency, the titles and the slips be told, and nothing is stored of a file that turns out bad.
 *
 * What comes out depends on the rows alone, not on their order in the file.
 */
export class OrderTable {
  readonly #file: string;
  readonly #orderAt = new Map<string, number>();
  readonly #orders: TableOrder[] = [];
  readonly #orderIds: string[] = [];
  readonly #productAt = new Map<string, number>();
  readonly #products: TableProduct[] = [];
  // One entry a kept row.
  readonly #order: number[] = [];
  readonly #product: number[] = [];
  readonly #quantity: number[] = [];
  readonly #price: number[] = []; // NaN unknown
  readonly #fileLine: number[] = [];
  readonly #lineIds = new Map<number, string>();
  /** "product, units" of large returns, how often. */
  readonly #slips = new Map<string, number>();
  readonly #nonProducts = new Map<string, { code: string; title: string; rows: number }>();

  constructor(file: string) {
    this.#file = file;
  }

  /** Rows kept so far. */
  get rows(): number {
    return this.#order.length;
  }

  /** Adds what a row says about its order. The earliest time and the first customer by code points count. */
  addFacts(orderId: string, line: number, facts: OrderFacts): void {
    let at = this.#orderAt.get(orderId);
    if (at === undefined) {
      at = this.#orders.length;
      this.#orderAt.set(orderId, at);
      this.#orderIds.push(orderId);
      this.#orders.push({
        firstLine: line, rows: 0, dmy: Infinity, mdy: Infinity, updated: undefined, customer: '', currency: '', total: undefined,
        withdrawn: undefined, withdrawnAt: undefined,
      });
    }
    const order = this.#orders[at];
    if (facts.time) {
      // NaN (no such day in this reading) compares false and stays out.
      if (facts.time.dmy < order.dmy) order.dmy = facts.time.dmy;
      if (facts.time.mdy < order.mdy) order.mdy = facts.time.mdy;
    }
    if (facts.customer && (order.customer === '' || facts.customer < order.customer)) order.customer = facts.customer;
    if (facts.currency) {
      if (order.currency !== '' && order.currency !== facts.currency) {
        throw new VitrineError('bad_input', `${this.#file}, line ${line}: order ${orderId} is in ${order.currency} and in ${facts.currency}. An order has one currency.`);
      }
      order.currency = facts.currency;
    }
    if (facts.total !== undefined) order.total = facts.total;
    if (facts.updated && !(order.updated && order.updated.dmy >= facts.updated.dmy)) order.updated = facts.updated;
    if (facts.withdrawn) {
      order.withdrawn = facts.withdrawn;
      order.withdrawnAt = facts.withdrawnAt ?? order.withdrawnAt;
    }
  }

  /** Keeps a row; its order must have been named by {@link addFacts}. */
  addLine(row: TableLine): void {
    const order = this.#orderAt.get(row.order)!;
    let product = this.#productAt.get(row.product);
    if (product === undefined) {
      product = this.#products.length;
      this.#productAt.set(row.product, product);
      this.#products.push({ id: row.product, titles: new Map() });
    }
    if (row.title !== '') {
      const { titles } = this.#products[product];
      titles.set(row.title, (titles.get(row.title) ?? 0) + 1);
    }
    if (row.lineId !== '') this.#lineIds.set(this.#order.length, row.lineId);
    this.#orders[order].rows++;
    this.#order.push(order);
    this.#product.push(product);
    this.#quantity.push(row.quantity);
    this.#price.push(row.price ?? Number.NaN);
    this.#fileLine.push(row.line);
  }

  /** Notes a return, so that a slip can be told from an order. `units` is positive. */
  addReturn(product: string, units: number): void {
    if (units < SLIP_UNITS) return;
    const key = `${units} ${product}`;
    this.#slips.set(key, (this.#slips.get(key) ?? 0) + 1);
  }

  /** Tells whether a row is not a product, and remembers which codes were taken so. */
  rejectsProduct(code: string, title: string): boolean {
    if (!isNonProduct(code, title)) return false;
    const known = this.#nonProducts.get(code);
    if (!known) this.#nonProducts.set(code, { code, title, rows: 1 });
    else {
      known.rows++;
      if (known.title === '') known.title = title;
    }
    return true;
  }

  /** Codes taken as no products, the most frequent first. */
  nonProducts(): { code: string; title: string; rows: number }[] {
    return [...this.#nonProducts.values()].sort((a, b) => b.rows - a.rows || (a.code < b.code ? -1 : 1)).slice(0, CODES_REPORTED);
  }

  /** Settles everything that needs the whole file. */
  finish(times: TimeReader, options: FinishOptions): FinishedOrders {
    const reading = times.dayOrder();
    const { drops } = options;
    const count = this.#orders.length;
    const time = new Float64Array(count);
    const keep = new Uint8Array(count);
    const currencies = new Map<string, { rows: number; line: number }>();
    this.#orders.forEach((order, at) => {
      time[at] = order[reading];
      const reason = this.#refuse(order, time[at], options);
      if (reason) {
        if (order.rows > 0) drops.add(reason, order.firstLine, order.rows);
        return;
      }
      keep[at] = 1;
      if (order.rows === 0) return;
      const known = currencies.get(order.currency);
      if (known) known.rows += order.rows;
      else currencies.set(order.currency, { rows: order.rows, line: order.firstLine });
    });
    const currency = this.#oneCurrency(currencies) ?? options.currency ?? options.shopCurrency ?? null;

    // Rows by order (a counting sort), without slips and refused orders.
    const kept = new Uint8Array(this.rows);
    const first = new Int32Array(count + 1);
    let rows = 0;
    for (let row = 0; row < this.rows; row++) {
      if (keep[this.#order[row]] === 0) continue;
      if (this.#isSlip(row)) {
        drops.add('reversed', this.#fileLine[row]);
        continue;
      }
      const order = this.#orders[this.#order[row]];
      if (order.withdrawn) drops.add(order.withdrawn, this.#fileLine[row]);
      else rows++;
      kept[row] = 1;
      first[this.#order[row] + 1]++;
    }
    for (let at = 0; at < count; at++) first[at + 1] += first[at];
    const rowsByOrder = new Int32Array(first[count]);
    const next = first.slice();
    for (let row = 0; row < this.rows; row++) if (kept[row]) rowsByOrder[next[this.#order[row]]++] = row;

    const orders = [...this.#orders.keys()].filter((at) => first[at + 1] > first[at])
      .sort((a, b) => time[a] - time[b] || (this.#orderIds[a] < this.#orderIds[b] ? -1 : 1));
    return this.#finished(orders, time, reading, first, rowsByOrder, currency, rows);
  }

  #refuse(order: TableOrder, time: number, options: FinishOptions): DropReason | undefined {
    if (time === Infinity) return 'missing_time';
    if (time < EARLIEST || time > options.now + DAY) return 'bad_time';
    if (options.currency && order.currency !== '' && order.currency !== options.currency) return 'other_currency';
    return undefined;
  }

  #isSlip(row: number): boolean {
    if (this.#quantity[row] < SLIP_UNITS || this.#slips.size === 0) return false;
    const key = `${this.#quantity[row]} ${this.#products[this.#product[row]].id}`;
    const left = this.#slips.get(key) ?? 0;
    if (left > 0) this.#slips.set(key, left - 1);
    return left > 0;
  }

  #oneCurrency(currencies: ReadonlyMap<string, { readonly rows: number; readonly line: number }>): string | null {
    const named = [...currencies].filter(([code]) => code !== '').sort((a, b) => b[1].rows - a[1].rows);
    if (named.length > 1) {
      const list = named.map(([code, { rows, line }]) => `${code} (${rows} rows, e.g. line ${line})`).join(', ');
      throw new VitrineError('bad_input', `${this.#file}: orders in more than one currency: ${list}. Say which to keep, e.g. --currency ${named[0][0]}.`);
    }
    return named.length === 1 ? named[0][0] : null;
  }

  #finished(
    orders: readonly number[], time: Float64Array, reading: 'dmy' | 'mdy', first: Int32Array, rowsByOrder: Int32Array,
    currency: string | null, rows: number,
  ): FinishedOrders {
    const productTime = new Float64Array(this.#products.length).fill(-Infinity);
    const productPrice = new Float64Array(this.#products.length).fill(Number.NaN);
    const customers = new Set<string>();
    for (const at of orders) {
      if (this.#orders[at].customer !== '' && !this.#orders[at].withdrawn) customers.add(this.#orders[at].customer);
      for (let place = first[at]; place < first[at + 1]; place++) {
        const row = rowsByOrder[place];
        const product = this.#product[row];
        const price = this.#price[row];
        // The last price paid; within the same minute the highest, so that the file's order does not matter.
        if (time[at] > productTime[product]) { productTime[product] = time[at]; productPrice[product] = price; }
        else if (time[at] === productTime[product] && !(price <= productPrice[product])) productPrice[product] = price;
      }
    }
    const used = [...this.#products.keys()].filter((at) => productTime[at] > -Infinity);
    const titleOf = (at: number): string => mostFrequent(this.#products[at].titles) ?? this.#products[at].id;
    const table = this;
    return {
      rows,
      currency,
      customers: customers.size,
      stored: orders.length,
      orders: orders.filter((at) => !this.#orders[at].withdrawn).length,
      from: orders.length > 0 ? time[orders[0]] : null,
      to: orders.length > 0 ? time[orders[orders.length - 1]] : null,
      foundProducts: () => used.map((at) => ({ id: this.#products[at].id, title: titleOf(at) })),
      mentionedProducts(idOf) {
        const byId = new Map<string, MentionedProduct>();
        for (const at of used) {
          const id = idOf.get(table.#products[at].id) ?? table.#products[at].id;
          const known = byId.get(id);
          if (known && known.updatedAt >= productTime[at]) continue;
          const price = productPrice[at];
          byId.set(id, { id, title: titleOf(at), price: Number.isNaN(price) ? null : price, updatedAt: productTime[at] });
        }
        return [...byId.values()];
      },
      *batches(idOf, keyOf, size = 500) {
        const keys = new Map<string, string>();
        let batch: OrderBatch = { orders: [], lines: [] };
        for (const at of orders) {
          const order = table.#orders[at];
          const lines = table.#linesOf(at, rowsByOrder.subarray(first[at], first[at + 1]), idOf);
          let key: string | null = null;
          if (order.customer !== '') {
            key = keys.get(order.customer) ?? keyOf(order.customer);
            keys.set(order.customer, key);
          }
          const updatedAt = Math.max(time[at], order.updated?.[reading] ?? 0, order.withdrawnAt?.[reading] ?? 0);
          batch.orders.push({
            id: table.#orderIds[at], customerKey: key, orderedAt: time[at], currency: order.currency || currency,
            total: order.total ?? sum(lines), cancelledAt: order.withdrawn ? order.withdrawnAt?.[reading] ?? updatedAt : null, updatedAt,
          });
          batch.lines.push(...lines);
          if (batch.orders.length >= size) {
            yield batch;
            batch = { orders: [], lines: [] };
          }
        }
        if (batch.orders.length > 0) yield batch;
      },
    };
  }

  /** An order's lines, sorted by id. Rows of the same product at the same price are one line of their joint quantity. */
  #linesOf(at: number, rows: Int32Array, idOf: ReadonlyMap<string, string>): OrderLineRow[] {
    const byId = new Map<string, OrderLineRow>();
    for (const row of rows) {
      const raw = this.#products[this.#product[row]].id;
      const productId = idOf.get(raw) ?? raw;
      const unitPrice = Number.isNaN(this.#price[row]) ? null : this.#price[row];
      const lineId = this.#lineIds.get(row) ?? hexHash([raw, String(unitPrice)]);
      const known = byId.get(lineId);
      const quantity = Math.min(this.#quantity[row] + (known?.quantity ?? 0), MAX_UNITS);
      byId.set(lineId, { orderId: this.#orderIds[at], lineId, productId, quantity, unitPrice });
    }
    return [...byId.values()].sort((a, b) => (a.lineId < b.lineId ? -1 : 1));
  }
}

/** A file's orders, settled. */
export interface FinishedOrders {
  /** Rows kept. */
  readonly rows: number;
  /** Orders to store, the withdrawn ones too. */
  readonly stored: number;
  /** Orders that count: not cancelled, not refunded. */
  readonly orders: number;
  readonly customers: number;
  readonly currency: string | null;
  readonly from: number | null;
  readonly to: number | null;
  foundProducts(): FoundProduct[];
  /** @param idOf the catalogue's id for an id of the file, where it has another */
  mentionedProducts(idOf: ReadonlyMap<string, string>): MentionedProduct[];
  /** Orders by time, whole, `size` at once. Withdrawn orders are among them, with `cancelledAt`. */
  batches(idOf: ReadonlyMap<string, string>, keyOf: (customer: string) => string, size?: number): Generator<OrderBatch>;
}

function mostFrequent(counts: ReadonlyMap<string, number>): string | undefined {
  let best: string | undefined;
  let most = 0;
  for (const [text, count] of counts) {
    if (count > most || (count === most && text < best!)) { best = text; most = count; }
  }
  return best;
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
