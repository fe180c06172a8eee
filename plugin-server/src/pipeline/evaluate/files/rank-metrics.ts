/** How many rows are ranked for a prediction, and looked at by the metrics. */
export const K = 20;
/** Second, shorter list. */
const SHORT = 10;

const NAMES = ['P@20', 'MRR@20', 'HR@10', 'NDCG@10', 'NDCG@20'] as const;

/**
 * Metrics of predictions with one right item each, as the papers on session recommendation define them:
 * - P@20: the right item is among the first 20. The same number is called HR@20 and recall@20 elsewhere.
 * - MRR@20: 1 / rank, 0 beyond 20. HR@10 and NDCG@10, NDCG@20: hit, and 1 / log2(rank + 1), 0 beyond.
 * - coverage: share of the catalogue that appeared in any list of 20.
 * - popularity bias: mean place of what was recommended among all items by popularity, 1 the most popular, 0 the least;
 *   recommending at random gives 0.5; what shoppers chose themselves stands in the table's heading.
 *
 * Ties are not the metric's business: every model must hand over a total order that does not know the right item. Ours
 * put the more popular row first.
 *
 * Standard errors take a session's (user's) predictions as one cluster: of the ratio Σ score / Σ predictions over sessions.
 */
export class RankMetrics {
  readonly #items: number;
  readonly #shown: Uint8Array;
  #shownRows = 0;
  #rowSum = 0;
  #cases = 0;
  #clusters = 0;
  #cluster = -1;
  #own = 0; // predictions of the cluster under way
  #squaresOwn = 0; // Σ n², n predictions of a cluster
  readonly #sums = new Float64Array(NAMES.length);
  readonly #part = new Float64Array(NAMES.length); // S, a cluster's sum
  readonly #squares = new Float64Array(NAMES.length); // Σ S²
  readonly #products = new Float64Array(NAMES.length); // Σ S n

  /** @param items size of the catalogue */
  constructor(items: number) {
    this.#items = items;
    this.#shown = new Uint8Array(items);
  }

  /**
   * @param rows best first, -1 after the last; at most K are looked at
   * @param target the right row, -1 for an item outside the catalogue
   * @param cluster predictions of one cluster follow each other
   */
  add(rows: Int32Array, target: number, cluster: number): void {
    if (cluster !== this.#cluster) this.#endCluster();
    this.#cluster = cluster;
    let rank = 0;
    for (let i = 0; i < Math.min(K, rows.length) && rows[i] >= 0; i++) {
      const row = rows[i];
      if (row === target) rank = i + 1;
      this.#shown[row] = 1;
      this.#rowSum += row;
      this.#shownRows++;
    }
    this.#cases++;
    this.#own++;
    if (rank === 0) return;
    const gain = 1 / Math.log2(rank + 1);
    const part = this.#part;
    part[0] += 1;
    part[1] += 1 / rank;
    part[2] += rank <= SHORT ? 1 : 0;
    part[3] += rank <= SHORT ? gain : 0;
    part[4] += gain;
  }

  #endCluster(): void {
    if (this.#own === 0) return;
    this.#part.forEach((sum, i) => {
      this.#sums[i] += sum;
      this.#squares[i] += sum * sum;
      this.#products[i] += sum * this.#own;
    });
    this.#squaresOwn += this.#own ** 2;
    this.#part.fill(0);
    this.#own = 0;
    this.#clusters++;
  }

  /** Metrics and their standard errors by name, fractions of one. */
  result(): { metrics: Record<string, number>; errors: Record<string, number> } {
    this.#endCluster();
    const n = Math.max(1, this.#cases);
    const metrics: Record<string, number> = {};
    const errors: Record<string, number> = {};
    NAMES.forEach((name, i) => {
      const mean = this.#sums[i] / n;
      const spread = Math.max(0, this.#squares[i] - 2 * mean * this.#products[i] + mean * mean * this.#squaresOwn);
      metrics[name] = mean;
      errors[name] = this.#clusters > 1 ? Math.sqrt((spread * this.#clusters) / (this.#clusters - 1)) / n : 0;
    });
    metrics.coverage = this.#shown.reduce((sum, shown) => sum + shown, 0) / this.#items;
    metrics['popularity bias'] = this.#shownRows > 0 && this.#items > 1 ? 1 - this.#rowSum / this.#shownRows / (this.#items - 1) : 0;
    return { metrics, errors };
  }
}
