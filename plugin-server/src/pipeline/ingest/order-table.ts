import { VitrineError } from '@vitrine/sdk/core';
import { isNonProduct } from './non-product.ts';
import type { ReadTime } from './read-time.ts';

/** A line of so many units that is taken back in full was a slip at the keyboard. */
export const SLIP_UNITS = 10_000;
/** More of one product than any shop sells at once. */
export const MAX_UNITS = 100_000;
const CODES_REPORTED = 20;

/** One row of an order file that may be kept. */
export interface TableLine {
  /** Where it stands in the file, counted from 1. */
  readonly line: number;
  /** What the file calls the order. */
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
  /** The order's id, where it differs from what the file's rows call it. */
  readonly id?: string;
  readonly time?: ReadTime;
  readonly updated?: ReadTime;
  readonly customer?: string;
  readonly currency?: string;
  readonly total?: number;
  readonly withdrawn?: 'cancelled' | 'returned';
  readonly withdrawnAt?: ReadTime;
}

/** An order as its rows have described it so far. */
export interface TableOrder {
  id: string;
  readonly firstLine: number;
  /** Rows kept. */
  rows: number;
  /** Earliest time by either reading; Infinity without one. */
  dmy: number;
  mdy: number;
  updated: ReadTime | undefined;
  customer: string;
  currency: string;
  total: number | undefined;
  withdrawn: 'cancelled' | 'returned' | undefined;
  withdrawnAt: ReadTime | undefined;
}

export interface TableProduct {
  readonly id: string;
  /** How often the file gives it each title. */
  readonly titles: Map<string, number>;
}

/**
 * All orders of a file, held as columns (about 40 bytes a row) until the whole file is known to be good: only then can
 * the day order, the currency, the titles and the slips be told, and nothing is stored of a file that turns out bad.
 * `settleOrders` makes orders of it.
 */
export class OrderTable {
  readonly #file: string;
  readonly #orderAt = new Map<string, number>();
  readonly #productAt = new Map<string, number>();
  readonly #largeReturns = new Map<string, number>();
  readonly #nonProducts = new Map<string, { code: string; title: string; rows: number }>();

  readonly orders: TableOrder[] = [];
  readonly products: TableProduct[] = [];
  // One entry a kept row. `order` and `product` are positions in the lists above.
  readonly order: number[] = [];
  readonly product: number[] = [];
  readonly quantity: number[] = [];
  /** NaN: unknown. */
  readonly price: number[] = [];
  readonly fileLine: number[] = [];
  /** Row → the file's own line id, where it has one. */
  readonly lineIds = new Map<number, string>();

  constructor(file: string) {
    this.#file = file;
  }

  /** Adds what a row says about its order. Of several times the earliest counts, of several customers the first by code points. */
  addFacts(name: string, line: number, facts: OrderFacts): void {
    const order = this.orders[this.#orderAt.get(name) ?? this.#addOrder(name, line)];
    if (facts.id) order.id = facts.id;
    if (facts.time) {
      // NaN (no such day in this reading) compares false and stays out.
      if (facts.time.dmy < order.dmy) order.dmy = facts.time.dmy;
      if (facts.time.mdy < order.mdy) order.mdy = facts.time.mdy;
    }
    if (facts.customer && (order.customer === '' || facts.customer < order.customer)) order.customer = facts.customer;
    if (facts.currency) {
      if (order.currency !== '' && order.currency !== facts.currency) {
        throw new VitrineError('bad_input', `${this.#file}, line ${line}: order ${name} is in ${order.currency} and in ${facts.currency}. An order has one currency.`);
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

  #addOrder(name: string, line: number): number {
    this.#orderAt.set(name, this.orders.length);
    return this.orders.push({
      id: name, firstLine: line, rows: 0, dmy: Infinity, mdy: Infinity, updated: undefined, customer: '', currency: '', total: undefined,
      withdrawn: undefined, withdrawnAt: undefined,
    }) - 1;
  }

  /** Keeps a row; its order must have been named by {@link addFacts}. */
  addLine(row: TableLine): void {
    const order = this.#orderAt.get(row.order)!;
    let product = this.#productAt.get(row.product);
    if (product === undefined) {
      product = this.products.push({ id: row.product, titles: new Map() }) - 1;
      this.#productAt.set(row.product, product);
    }
    if (row.title !== '') {
      const { titles } = this.products[product];
      titles.set(row.title, (titles.get(row.title) ?? 0) + 1);
    }
    if (row.lineId !== '') this.lineIds.set(this.order.length, row.lineId);
    this.orders[order].rows++;
    this.order.push(order);
    this.product.push(product);
    this.quantity.push(row.quantity);
    this.price.push(row.price ?? Number.NaN);
    this.fileLine.push(row.line);
  }

  /** Notes a return, so that a slip can be told from an order. `units` is positive. */
  addReturn(product: string, units: number): void {
    if (units < SLIP_UNITS) return;
    const key = `${units} ${product}`;
    this.#largeReturns.set(key, (this.#largeReturns.get(key) ?? 0) + 1);
  }

  /** Rows of {@link SLIP_UNITS} and more that a return of the same size takes back, each return once. */
  slips(): Set<number> {
    const left = new Map(this.#largeReturns);
    const rows = new Set<number>();
    for (let row = 0; left.size > 0 && row < this.quantity.length; row++) {
      if (this.quantity[row] < SLIP_UNITS) continue;
      const key = `${this.quantity[row]} ${this.products[this.product[row]].id}`;
      const returns = left.get(key) ?? 0;
      if (returns === 0) continue;
      left.set(key, returns - 1);
      rows.add(row);
    }
    return rows;
  }

  /** Tells whether a row is not a product, and remembers which codes were taken so. */
  rejectsProduct(code: string, title: string): boolean {
    if (!isNonProduct(code, title)) return false;
    const known = this.#nonProducts.get(code);
    if (!known) this.#nonProducts.set(code, { code, title, rows: 1 });
    else {
      known.rows++;
      known.title ||= title;
    }
    return true;
  }

  /** Codes taken as no products, the most frequent first. */
  nonProducts(): { code: string; title: string; rows: number }[] {
    return [...this.#nonProducts.values()].sort((a, b) => b.rows - a.rows || (a.code < b.code ? -1 : 1)).slice(0, CODES_REPORTED);
  }

  /**
   * The one currency of the orders in `kept`; undefined where none names one.
   *
   * @throws VitrineError `bad_input` listing the currencies, when there are several
   */
  currency(kept: readonly number[]): string | undefined {
    const found = new Map<string, { rows: number; readonly line: number }>();
    for (const at of kept) {
      const { currency, rows, firstLine } = this.orders[at];
      if (currency === '' || rows === 0) continue;
      const known = found.get(currency);
      if (known) known.rows += rows;
      else found.set(currency, { rows, line: firstLine });
    }
    const named = [...found].sort((a, b) => b[1].rows - a[1].rows);
    if (named.length <= 1) return named[0]?.[0];
    const list = named.map(([code, { rows, line }]) => `${code} (${rows} rows, e.g. line ${line})`).join(', ');
    throw new VitrineError('bad_input', `${this.#file}: orders in more than one currency: ${list}. Say which to keep, e.g. --currency ${named[0][0]}.`);
  }
}
