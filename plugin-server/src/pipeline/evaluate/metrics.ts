/** Ranking metrics at k for one case, and their means. All are fractions of one. */
export interface CaseScore {
  /** 1 when any target is among the first k. */
  readonly hit: number;
  /** 1 / rank of the first target; 0 beyond k. */
  readonly reciprocalRank: number;
  /** Discounted gain over the best possible for this number of targets. */
  readonly ndcg: number;
  /** Share of the targets found. */
  readonly recall: number;
}

/**
 * Scores one ranking.
 * @param ranked best first, without repetition
 */
export function scoreCase(ranked: ArrayLike<number>, targets: readonly number[], k: number): CaseScore {
  const wanted = new Set(targets);
  let first = 0;
  let gain = 0;
  let found = 0;
  for (let i = 0; i < Math.min(k, ranked.length); i++) {
    if (!wanted.has(ranked[i])) continue;
    found++;
    gain += 1 / Math.log2(i + 2);
    if (first === 0) first = i + 1;
  }
  let ideal = 0;
  for (let i = 0; i < Math.min(k, wanted.size); i++) ideal += 1 / Math.log2(i + 2);
  return { hit: found > 0 ? 1 : 0, reciprocalRank: first > 0 ? 1 / first : 0, ndcg: gain / ideal, recall: found / wanted.size };
}

/** Accumulates cases to the table's columns. */
export class RankingMetrics {
  #cases = 0;
  #sums = { hit: 0, reciprocalRank: 0, ndcg: 0, recall: 0 };
  readonly #shown = new Set<number>();
  readonly #k: number;
  readonly #items: number;

  /** @param items size of the catalogue, for coverage */
  constructor(k: number, items: number) {
    this.#k = k;
    this.#items = items;
  }

  add(ranked: ArrayLike<number>, targets: readonly number[]): void {
    const score = scoreCase(ranked, targets, this.#k);
    this.#cases++;
    this.#sums.hit += score.hit;
    this.#sums.reciprocalRank += score.reciprocalRank;
    this.#sums.ndcg += score.ndcg;
    this.#sums.recall += score.recall;
    for (let i = 0; i < Math.min(this.#k, ranked.length); i++) this.#shown.add(ranked[i]);
  }

  /** HR@k, MRR@k, NDCG@k, recall@k, and coverage: the share of the catalogue that appeared in any list. */
  result(): Record<string, number> {
    const n = Math.max(1, this.#cases);
    const k = this.#k;
    return {
      [`HR@${k}`]: this.#sums.hit / n,
      [`MRR@${k}`]: this.#sums.reciprocalRank / n,
      [`NDCG@${k}`]: this.#sums.ndcg / n,
      [`recall@${k}`]: this.#sums.recall / n,
      coverage: this.#shown.size / this.#items,
    };
  }
}
