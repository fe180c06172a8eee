/** Lists of items end to end: list l holds positions start[l] … start[l + 1] - 1 of `item`. */
export interface Lists {
  /** [lists + 1] */
  readonly start: Int32Array;
  readonly item: Int32Array;
}

/** Collects lists whose number and length are not known before. */
export class ListBuilder {
  #item = new Int32Array(1024);
  #start = new Int32Array(256);
  #items = 0;
  #lists = 0;

  push(item: number): void {
    if (this.#items === this.#item.length) this.#item = grown(this.#item);
    this.#item[this.#items++] = item;
  }

  /** Ends the list of what was pushed since the last end. */
  end(): void {
    if (this.#lists + 1 === this.#start.length) this.#start = grown(this.#start);
    this.#start[++this.#lists] = this.#items;
  }

  build(): Lists {
    return { start: this.#start.slice(0, this.#lists + 1), item: this.#item.slice(0, this.#items) };
  }
}

function grown(column: Int32Array): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(column.length * 2);
  larger.set(column);
  return larger;
}

export function listCount({ start }: Lists): number {
  return start.length - 1;
}

/** The items of one list; a view. */
export function listAt({ start, item }: Lists, list: number): Int32Array {
  return item.subarray(start[list], start[list + 1]);
}

/** Lists [from, to); the items are a view. */
export function listRange({ start, item }: Lists, from: number, to: number): Lists {
  return { start: Int32Array.from(start.subarray(from, to + 1), (at) => at - start[from]), item: item.subarray(start[from], start[to]) };
}
