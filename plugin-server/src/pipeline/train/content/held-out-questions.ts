import { createJsScan, createWasmScan, encodeSession, type RecommendationModel, REPEAT_LENGTH, topRows } from '@vitrine/sdk/core';
import type { Case } from '../../dataset/cases.ts';
import { scoreCase } from '../../evaluate/metrics.ts';

/** Ranks looked at. */
const K = 20;

interface Question {
  /** The session's direction, in units of the score. [dim] */
  readonly query: Float64Array;
  /** The best of the rows that are not held out, best first. */
  readonly best: readonly { readonly row: number; readonly score: number }[];
  readonly held: readonly number[];
  readonly others: readonly number[];
  /** Places in the list of held-out rows that may not be suggested. */
  readonly barred: ReadonlySet<number>;
}

/** What a placement of the held-out items reaches. */
export interface Placement {
  /** Recall@20 of the answers that are held-out items. */
  readonly recall: number;
  /** NDCG@20 of the other answers. */
  readonly others: number;
}

/**
 * Validation cases with some items held out, as if they had been added today: nothing of them in what was seen, and their
 * places given anew with every question to `score`. The catalogue is scanned once for each case.
 */
export class HeldOutQuestions {
  readonly #questions: Question[] = [];
  readonly #dim: number;
  readonly #size: number;
  #dots: { readonly vectors: Float32Array; readonly of: Float64Array[] } | undefined;

  /** @param held rows of the model */
  constructor(model: RecommendationModel, cases: readonly Case[], held: Int32Array) {
    this.#dim = model.config.dim;
    this.#size = held.length;
    const scan = createWasmScan(model) ?? createJsScan(model);
    const placeOf = new Map(Array.from(held, (row, place) => [row, place]));
    for (const { items, kinds, goal, targets, withoutSeen } of cases) {
      const known = Array.from(items.keys()).filter((at) => !placeOf.has(items[at])).slice(-REPEAT_LENGTH);
      if (known.length === 0) continue;
      const rows = known.map((at) => items[at]);
      const encoded = encodeSession(model, { rows, kinds: known.map((at) => kinds[at]) }, goal);
      const seen = new Set(items);
      this.#questions.push({
        query: Float64Array.from(encoded.query, (entry) => (entry * encoded.unit) / model.tableScale),
        best: topRows(model, scan, encoded, { limit: K, excluded: new Set([...held, ...(withoutSeen ? rows : [])]) }),
        held: targets.filter((row) => placeOf.has(row) && !seen.has(row)), others: targets.filter((row) => !placeOf.has(row)),
        barred: new Set(withoutSeen ? items.flatMap((row) => placeOf.get(row) ?? []) : []),
      });
    }
    this.#held = held;
  }

  readonly #held: Int32Array;

  /** Cases with an answer among the held-out items. */
  get count(): number {
    return this.#questions.filter(({ held }) => held.length > 0).length;
  }

  /** NDCG@20 of the other answers while the held-out items are nowhere. */
  get without(): number {
    return this.score(new Float32Array(this.#size * this.#dim), new Float32Array(this.#size), 1, -Infinity).others;
  }

  /**
   * @param vectors unit vectors of the held-out rows, [rows × dim]
   * @param bias their biases, to which `shift` is added
   * @param length what the vectors are multiplied by
   */
  score(vectors: Float32Array, bias: Float32Array, length: number, shift: number): Placement {
    const dots = this.#dotsOf(vectors);
    const sum = { recall: 0, held: 0, others: 0, asked: 0 };
    this.#questions.forEach(({ best, held, others, barred }, number) => {
      const bar = best.length < K ? -Infinity : best[K - 1].score;
      const risen: { row: number; score: number }[] = [];
      for (let place = 0; place < this.#size; place++) {
        const score = length * dots[number][place] + bias[place] + shift;
        if (score > bar && !barred.has(place)) risen.push({ row: this.#held[place], score });
      }
      const list = risen.length === 0 ? best : [...best, ...risen].sort((a, b) => b.score - a.score || a.row - b.row);
      const ranked = list.slice(0, K).map(({ row }) => row);
      if (held.length > 0) {
        sum.held++;
        sum.recall += scoreCase(ranked, held, K).recall;
      }
      if (others.length > 0) {
        sum.asked++;
        sum.others += scoreCase(ranked, others, K).ndcg;
      }
    });
    return { recall: sum.recall / Math.max(1, sum.held), others: sum.others / Math.max(1, sum.asked) };
  }

  /** Products of every session's direction with every vector: those of the last vectors asked for are kept. */
  #dotsOf(vectors: Float32Array): Float64Array[] {
    if (this.#dots?.vectors === vectors) return this.#dots.of;
    const dim = this.#dim;
    const of = this.#questions.map(({ query }) => Float64Array.from({ length: this.#size }, (_, place) => {
      let sum = 0;
      for (let k = 0, at = place * dim; k < dim; k++, at++) sum += query[k] * vectors[at];
      return sum;
    }));
    this.#dots = { vectors, of };
    return of;
  }
}
