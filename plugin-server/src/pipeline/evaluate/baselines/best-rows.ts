/**
 * Scores of a few rows of a large catalogue, and the best of them. Order: score, then the lower (more popular) row;
 * rows without a score follow by popularity. The order never depends on which row is right.
 */
export class BestRows {
  readonly #score: Float64Array;
  readonly #round: Int32Array;
  readonly #leftOut: Int32Array;
  readonly #touched: Int32Array;
  #count = 0;
  #now = 0;

  /** @param items size of the catalogue */
  constructor(items: number) {
    this.#score = new Float64Array(items);
    this.#round = new Int32Array(items).fill(-1);
    this.#leftOut = new Int32Array(items).fill(-1);
    this.#touched = new Int32Array(items);
  }

  /** Forgets all scores. */
  clear(): void {
    this.#now++;
    this.#count = 0;
  }

  add(row: number, value: number): void {
    if (this.#round[row] === this.#now) {
      this.#score[row] += value;
    } else {
      this.#round[row] = this.#now;
      this.#score[row] = value;
      this.#touched[this.#count++] = row;
    }
  }

  /** The row will not be among the best. */
  leaveOut(row: number): void {
    this.#leftOut[row] = this.#now;
  }

  /** The largest score so far, 0 when there is none. */
  largest(): number {
    let largest = 0;
    for (let i = 0; i < this.#count; i++) largest = Math.max(largest, this.#score[this.#touched[i]]);
    return largest;
  }

  /** Fills `rows` with the best, best first; -1 where the catalogue ends. */
  best(rows: Int32Array): void {
    const k = rows.length;
    const score = this.#score;
    let found = 0;
    for (let i = 0; i < this.#count; i++) {
      const row = this.#touched[i];
      if (this.#leftOut[row] === this.#now) continue;
      const own = score[row];
      if (found === k && !before(own, row, score[rows[k - 1]], rows[k - 1])) continue;
      let place = found < k ? found++ : k - 1;
      for (; place > 0 && before(own, row, score[rows[place - 1]], rows[place - 1]); place--) rows[place] = rows[place - 1];
      rows[place] = row;
    }
    for (let row = 0; found < k && row < score.length; row++) {
      if (this.#leftOut[row] !== this.#now && !rows.subarray(0, found).includes(row)) rows[found++] = row;
    }
    rows.fill(-1, found);
  }
}

const before = (a: number, rowA: number, b: number, rowB: number): boolean => a > b || (a === b && rowA < rowB);
