export interface Scored {
  readonly row: number;
  readonly score: number;
}

/** The best of what was offered so far, at most `limit`: by score, equal scores by the lower row. Offers may come in any order. */
export class TopList {
  readonly best: Scored[] = [];
  /** The last place's score once the list is full: what lies below cannot enter. */
  bar = -Infinity;
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
    if (!(limit > 0)) this.bar = Infinity;
  }

  offer(row: number, score: number): void {
    const { best } = this;
    let place = best.length;
    while (place > 0 && (best[place - 1].score < score || (best[place - 1].score === score && best[place - 1].row > row))) place--;
    if (place >= this.#limit) return;
    best.splice(place, 0, { row, score });
    if (best.length > this.#limit) best.pop();
    if (best.length === this.#limit) this.bar = best[best.length - 1].score;
  }
}

/**
 * Positions of the `limit` largest scores, largest first, equal scores by position.
 *
 * @example
 * selectTop([0.5, 2, 0.5, 1], 3); // rows 1, 3, 0
 */
export function selectTop(scores: ArrayLike<number>, limit: number, excluded?: ReadonlySet<number>): Scored[] {
  const top = new TopList(limit);
  for (let row = 0; row < scores.length; row++) {
    if (scores[row] >= top.bar && !excluded?.has(row)) top.offer(row, scores[row]);
  }
  return top.best;
}
