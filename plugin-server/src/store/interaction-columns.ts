import type { Interactions } from '../pipeline/types.ts';
import { KeyNumbers } from './key-numbers.ts';

/** What links a shopper to a product, as the store has it. */
export interface Touch {
  readonly product: string;
  readonly group: string;
  readonly actor: string | null;
  /** Seconds since 1970. */
  readonly seconds: number;
  /** Position in KINDS. */
  readonly kind: number;
  /** Bucket of addresses and day that it came from. */
  readonly origin?: string | null;
}

/** Interactions as they arrive; text keys become numbers at once. */
export class InteractionColumns {
  readonly #item = new Column((length) => new Int32Array(length));
  readonly #kind = new Column((length) => new Uint8Array(length));
  readonly #group = new Column((length) => new Int32Array(length));
  readonly #actor = new Column((length) => new Int32Array(length));
  readonly #time = new Column((length) => new Float64Array(length));
  readonly #origin = new Column((length) => new Int32Array(length));
  readonly #sold: ReadonlySet<string>;
  readonly #items = new Map<string, number>();
  readonly #groups = new KeyNumbers();
  readonly #actors = new KeyNumbers();
  readonly #origins = new KeyNumbers();

  /** @param sold products that count; others are left out */
  constructor(sold: ReadonlySet<string>) {
    this.#sold = sold;
  }

  add({ product, group, actor, seconds, kind, origin = null }: Touch): void {
    let item = this.#items.get(product);
    if (item === undefined) {
      if (!this.#sold.has(product)) return;
      this.#items.set(product, (item = this.#items.size));
    }
    this.#item.push(item);
    this.#kind.push(kind);
    this.#group.push(this.#groups.numberOf(group));
    this.#actor.push(actor === null ? -1 : this.#actors.numberOf(actor));
    this.#time.push(seconds);
    this.#origin.push(origin === null ? -1 : this.#origins.numberOf(origin));
  }

  /** Products, groups and actors are numbered by first appearance. To be called once. */
  taken(): Interactions {
    return {
      itemIds: [...this.#items.keys()],
      item: this.#item.taken(), kind: this.#kind.taken(), group: this.#group.taken(), actor: this.#actor.taken(), time: this.#time.taken(), origin: this.#origin.taken(),
    };
  }
}

const PIECE = 65_536;

/** Numbers in pieces: an array that doubles would be there one and a half times at the moment it grows. */
class Column<List extends Int32Array | Uint8Array | Float64Array> {
  readonly #make: (length: number) => List;
  #pieces: List[] = [];
  #last: List;
  #used = 0;

  constructor(make: (length: number) => List) {
    this.#make = make;
    this.#last = make(PIECE);
  }

  push(value: number): void {
    if (this.#used === PIECE) {
      this.#pieces.push(this.#last);
      this.#last = this.#make(PIECE);
      this.#used = 0;
    }
    this.#last[this.#used++] = value;
  }

  taken(): List {
    const whole = this.#make(this.#pieces.length * PIECE + this.#used);
    this.#pieces.forEach((piece, at) => whole.set(piece, at * PIECE));
    whole.set(this.#last.subarray(0, this.#used), this.#pieces.length * PIECE);
    this.#pieces = [];
    return whole;
  }
}
