/**
 * Why rows are left out, in the order in which the reasons are tried: a row is counted under the first that fits.
 * The text is what the report says.
 */
export const DROP_REASONS = {
  empty: 'empty rows',
  cancelled: 'cancellations',
  returned: 'returns (quantity of zero or less, or refunded)',
  duplicate: 'exact duplicates',
  missing_order: 'no order number',
  missing_product: 'no product',
  missing_time: 'no time',
  adjustment: 'bookkeeping adjustments',
  not_a_product: 'not products (postage, fees, gift vouchers …)',
  bad_quantity: 'impossible quantities',
  bad_price: 'impossible prices (zero or less)',
  bad_time: 'impossible times (unreadable, before 1995 or in the future)',
  other_currency: 'other currencies than the one asked for',
  reversed: 'keying errors (10,000 units or more, ordered and taken back)',
  invalid: 'not valid events',
} as const;

export type DropReason = keyof typeof DROP_REASONS;

/** Rows left out for one reason; `lines` are up to three of them, counted from 1 in the file. */
export interface Drop {
  readonly reason: DropReason;
  readonly text: string;
  readonly rows: number;
  readonly lines: readonly number[];
}

const EXAMPLES = 3;

/** Counts the rows left out. */
export class DropCounter {
  readonly #drops = new Map<DropReason, { rows: number; lines: number[] }>();

  add(reason: DropReason, line: number, rows = 1): void {
    const drop = this.#drops.get(reason);
    if (!drop) {
      this.#drops.set(reason, { rows, lines: [line] });
      return;
    }
    drop.rows += rows;
    if (drop.lines.length < EXAMPLES) drop.lines.push(line);
  }

  /** All rows left out. */
  get rows(): number {
    let sum = 0;
    for (const drop of this.#drops.values()) sum += drop.rows;
    return sum;
  }

  /** What was left out and why, the most frequent first. */
  list(): Drop[] {
    return [...this.#drops]
      .map(([reason, { rows, lines }]) => ({ reason, text: DROP_REASONS[reason], rows, lines: lines.toSorted((a, b) => a - b) }))
      .sort((a, b) => b.rows - a.rows || (a.reason < b.reason ? -1 : 1));
  }
}
