import { setImmediate, setTimeout } from 'node:timers/promises';
import { VitrineError } from '@vitrine/sdk/core';

export interface GroupCommitOptions<Item> {
  /** What an item counts against the two bounds, e.g. its bytes; 1 each by default. */
  readonly sizeOf?: (item: Item) => number;
  /** Written by one call, unless a single item is larger. */
  readonly largest: number;
  /** Waiting at most: what comes beyond is refused. */
  readonly most: number;
  /** Milliseconds that the first of a group waits for others; 0 by default: as long as the write before it takes. */
  readonly linger?: number;
}

interface Waiting<Item, Result> { readonly item: Item; readonly size: number; resolve(result: Result): void; reject(reason: unknown): void }

/**
 * Writes what arrives while a write is under way by the next one, all at once. A write costs nearly the same for one row
 * as for a hundred, so the more arrive, the cheaper each becomes.
 *
 * @example
 * const commit = new GroupCommit((rows: Row[]) => insertRows(db, rows), { largest: 1_000, most: 50_000 });
 * const stored = await commit.add(row); // durable
 */
export class GroupCommit<Item, Result> {
  readonly #write: (items: readonly Item[]) => Promise<readonly Result[]>;
  readonly #options: Required<GroupCommitOptions<Item>>;
  #queue: Waiting<Item, Result>[] = [];
  #size = 0;
  #running = false;

  /** @param write stores all items or none, and answers with a result for each, in the same order */
  constructor(write: (items: readonly Item[]) => Promise<readonly Result[]>, options: GroupCommitOptions<Item>) {
    this.#write = write;
    this.#options = { sizeOf: () => 1, linger: 0, ...options };
  }

  /**
   * Resolves when the item is stored.
   *
   * @throws VitrineError `rate_limited` when too much is waiting already: memory stays bounded, and the sender tries again.
   */
  add(item: Item): Promise<Result> {
    const size = this.#options.sizeOf(item);
    if (this.#size > 0 && this.#size + size > this.#options.most) return Promise.reject(new VitrineError('rate_limited', 'The server is busy. Try again in a moment.'));
    this.#size += size;
    return new Promise((resolve, reject) => {
      this.#queue.push({ item, size, resolve, reject });
      if (!this.#running) {
        this.#running = true;
        void this.#run();
      }
    });
  }

  async #run(): Promise<void> {
    const { linger } = this.#options;
    while (this.#queue.length > 0) {
      await (linger > 0 ? setTimeout(linger) : setImmediate()); // what has arrived at the same moment comes along in any case
      await this.#writeGroup(this.#next());
    }
    this.#running = false;
  }

  #next(): Waiting<Item, Result>[] {
    let count = 0;
    for (let size = 0; count < this.#queue.length; count++) {
      size += this.#queue[count].size;
      if (count > 0 && size > this.#options.largest) break;
    }
    return this.#queue.splice(0, count);
  }

  async #writeGroup(group: readonly Waiting<Item, Result>[]): Promise<void> {
    const settle = (end: (one: Waiting<Item, Result>, index: number) => void) => group.forEach((one, index) => {
      this.#size -= one.size;
      end(one, index);
    });
    try {
      const results = await this.#write(group.map(({ item }) => item));
      settle(({ resolve }, index) => resolve(results[index]));
    } catch (error) {
      // A value that the database refuses must not take its neighbours with it.
      if (group.length > 1 && isRefusedValue(error)) for (const one of group) await this.#writeGroup([one]);
      else settle(({ reject }) => reject(error));
    }
  }
}

/** SQLSTATE classes 22 (data exception) and 23 (integrity violation). */
function isRefusedValue(error: unknown): boolean {
  return /^2[23]/.test(String((error as { code?: unknown }).code));
}
