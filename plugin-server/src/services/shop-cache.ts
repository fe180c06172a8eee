import type { Context } from '../context.ts';
import type { Database } from '../store/database.ts';

/**
 * Milliseconds for which what was read may be answered again. Writes of this process end it at once; those of others
 * ("vitrine work" on another machine) are seen when it is over.
 */
const FRESH = 1_000;
/** Shops kept, and values of each. */
const SHOPS = 1_000;
const VALUES = 5_000;

/** Tables that nothing public is read from, and that are written all the time. */
const UNREAD = /^(events|webhook_deliveries|training_runs|imports|credentials|orders|order_lines|migrations|queue\..*)$/;

/** What is being read or was read. `value` is there once it is, so that no answer waits for a promise's turn. */
interface Slot { readonly reading: Promise<unknown>; value?: unknown }

interface Kept {
  readonly until: number;
  readonly slots: Map<string, Slot>;
}

/**
 * What the public routes read of each shop, kept for a second. A value that was being read when its shop was written to
 * is not kept: it lands in the map that the write has taken away. A failure is kept like a value: whoever asks for a
 * shop that does not exist asks the database once a second.
 */
class ShopCache {
  readonly #shops = new Map<string, Kept>();

  constructor(db: Database) {
    db.onWrite?.(({ tables, shop }) => {
      if (![...tables].some((table) => !UNREAD.test(table))) return;
      if (shop === undefined) this.#shops.clear();
      else this.#shops.delete(shop);
    });
  }

  /** The value under a shop's `key`, read at most once a second. */
  read<T>(shop: string, key: string, read: () => Promise<T>): T | Promise<T> {
    const { slots } = this.#of(shop);
    const slot = slots.get(key) ?? keep(slots, key, read());
    return 'value' in slot ? slot.value as T : slot.reading as Promise<T>;
  }

  /**
   * A value for each of `ids` under the same `kind`, those that are missing read together.
   * @param read the values by id; an id without one has none
   */
  readEach<T>(shop: string, kind: string, ids: readonly string[], read: (ids: readonly string[]) => Promise<ReadonlyMap<string, T>>): (T | undefined)[] | Promise<(T | undefined)[]> {
    const { slots } = this.#of(shop);
    const known = ids.map((id) => slots.get(kind + id));
    const missing = ids.filter((_, index) => !known[index]);
    const reading = missing.length > 0 ? read(missing) : undefined;
    const found = known.map((slot, index) => slot ?? keep(slots, kind + ids[index], reading!.then((values) => values.get(ids[index]))));
    if (found.every((slot) => 'value' in slot)) return found.map(({ value }) => value as T | undefined);
    return Promise.all(found.map(({ reading }) => reading as Promise<T | undefined>));
  }

  #of(shop: string): Kept {
    const now = performance.now();
    let kept = this.#shops.get(shop);
    if (!kept || kept.until <= now) {
      // Moved to the end: the first is the one read longest ago.
      this.#shops.delete(shop);
      this.#shops.set(shop, (kept = { until: now + FRESH, slots: new Map() }));
      if (this.#shops.size > SHOPS) this.#shops.delete(this.#shops.keys().next().value!);
    }
    return kept;
  }
}

function keep(slots: Map<string, Slot>, key: string, reading: Promise<unknown>): Slot {
  if (slots.size >= VALUES) slots.delete(slots.keys().next().value!);
  const slot: Slot = { reading };
  reading.then((value) => { slot.value = value; }, () => {}); // who waits for it is told of a failure
  slots.set(key, slot);
  return slot;
}

const caches = new WeakMap<Database, ShopCache>();

/** What is kept of the shops of this context's database. */
export function shopCache({ db }: Pick<Context, 'db'>): ShopCache {
  let cache = caches.get(db);
  if (!cache) caches.set(db, (cache = new ShopCache(db)));
  return cache;
}
