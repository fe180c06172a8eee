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

interface Kept {
  readonly until: number;
  readonly values: Map<string, Promise<unknown>>;
}

/**
 * What the public routes read of each shop, kept for a second. A value that was being read when its shop was written to
 * is not kept: it lands in the map that the write has taken away. A failure is kept like a value: whoever asks for a
 * shop that does not exist asks the database once a second.
 */
class ShopCache {
  readonly #shops = new Map<string, Kept>();
  readonly #now: () => number;

  constructor(db: Database, now: () => number = () => performance.now()) {
    this.#now = now;
    db.onWrite?.(({ tables, shop }) => {
      if (![...tables].some((table) => !UNREAD.test(table))) return;
      if (shop === undefined) this.#shops.clear();
      else this.#shops.delete(shop);
    });
  }

  /** The value under a shop's `key`, read at most once a second. */
  read<T>(shop: string, key: string, read: () => Promise<T>): Promise<T> {
    const { values } = this.#of(shop);
    let value = values.get(key);
    if (!value) {
      if (values.size >= VALUES) values.clear();
      values.set(key, (value = read()));
      value.catch(() => {}); // whoever awaits it is told
    }
    return value as Promise<T>;
  }

  #of(shop: string): Kept {
    const now = this.#now();
    let kept = this.#shops.get(shop);
    if (!kept || kept.until <= now) {
      // Moved to the end: the first is the one read longest ago.
      this.#shops.delete(shop);
      this.#shops.set(shop, (kept = { until: now + FRESH, values: new Map() }));
      if (this.#shops.size > SHOPS) this.#shops.delete(this.#shops.keys().next().value!);
    }
    return kept;
  }
}

const caches = new WeakMap<Database, ShopCache>();

/** What is kept of the shops of this context's database. */
export function shopCache({ db }: Pick<Context, 'db'>): ShopCache {
  let cache = caches.get(db);
  if (!cache) caches.set(db, (cache = new ShopCache(db)));
  return cache;
}
