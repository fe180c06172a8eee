import { createJsScan, createWasmScan, encodeSession, mixIndex, PLAIN_SUM, type RecommendationModel, REPEAT_LENGTH, sumCompanions, topRows } from '@vitrine/sdk/core';
import type { Case, Task } from '../../dataset/cases.ts';
import { scoreCase } from '../../evaluate/metrics.ts';
import type { Lists } from './inherit-companions.ts';

/** Ranks looked at. */
const K = 20;

interface Question {
  readonly task: Task;
  /** The session's direction, in units of the score. [dim] */
  readonly query: Float64Array;
  /** The best of the rows that are not held out, best first. */
  readonly best: readonly { readonly row: number; readonly score: number }[];
  readonly held: readonly number[];
  readonly others: readonly number[];
  /** Sums of the companions that held-out rows take over, and how they count. */
  readonly companions: readonly { readonly place: number; readonly sum: number; readonly mix: number; readonly root: boolean }[];
  /** Places in the list of held-out rows that may not be suggested. */
  readonly barred: ReadonlySet<number>;
}

/** What a placement of the held-out items reaches. Answers that were seen before count for neither: they are not discovered. */
export interface Placement {
  /** Recall@20 of the answers that are held-out items, for each task with enough of them. */
  readonly recall: ReadonlyMap<Task, number>;
  /** NDCG@20 of the other answers, over all tasks. */
  readonly others: number;
}

/** A task with fewer cases whose answers were held out is left out: chance would choose. */
const FEWEST_CASES = 20;

/**
 * Validation cases with some items held out, as if they had been added today: nothing of them in what was seen, and their
 * places given anew with every question to `score`. The catalogue is scanned once for each case.
 */
export class HeldOutQuestions {
  readonly #questions: Question[] = [];
  readonly #dim: number;
  readonly #size: number;
  #dots: { readonly vectors: Float32Array; readonly of: Float64Array[] } | undefined;

  /**
   * @param held rows of the model
   * @param incoming what they take over as companions, by row
   */
  constructor(model: RecommendationModel, cases: ReadonlyMap<Task, readonly Case[]>, held: Int32Array, incoming: Lists) {
    this.#held = held;
    this.#dim = model.config.dim;
    this.#size = held.length;
    const scan = createWasmScan(model) ?? createJsScan(model);
    const placeOf = new Map(Array.from(held, (row, place) => [row, place]));
    for (const [task, list] of cases) for (const { items, kinds, goal, targets, withoutSeen } of list) {
      const known = Array.from(items.keys()).filter((at) => !placeOf.has(items[at])).slice(-REPEAT_LENGTH);
      if (known.length === 0) continue;
      const rows = known.map((at) => items[at]);
      const session = { rows, kinds: known.map((at) => kinds[at]) };
      const encoded = encodeSession(model, session, goal);
      const seen = new Set(items);
      const answers = targets.filter((row) => !seen.has(row));
      this.#questions.push({
        task,
        query: Float64Array.from(encoded.query, (entry) => (entry * encoded.unit) / model.tableScale),
        best: topRows(model, scan, encoded, { limit: K, excluded: new Set([...held, ...(withoutSeen ? rows : [])]) }),
        held: answers.filter((row) => placeOf.has(row)), others: answers.filter((row) => !placeOf.has(row)),
        companions: [...new Set(session.kinds)].flatMap((kind) => {
          const at = mixIndex(goal, kind);
          const { decay, root } = model.neighbours.sums?.[at] ?? PLAIN_SUM;
          return [...sumCompanions(incoming, session, kind, decay, model.config.maxLength)].map(([row, sum]) => ({ place: placeOf.get(row)!, sum, root, mix: model.neighbours.mix[at] }));
        }),
        barred: new Set(withoutSeen ? items.flatMap((row) => placeOf.get(row) ?? []) : []),
      });
    }
    this.#tasks = [...cases.keys()].filter((task) => this.#questions.filter((one) => one.task === task && one.held.length > 0).length >= FEWEST_CASES);
  }

  readonly #held: Int32Array;
  readonly #tasks: readonly Task[];

  /** NDCG@20 of the other answers while the held-out items are nowhere. */
  get without(): number {
    return this.score(new Float32Array(this.#size * this.#dim), new Float32Array(this.#size), { length: 1, shift: -Infinity, strength: 0 }).others;
  }

  /**
   * @param vectors unit vectors of the held-out rows, [rows × dim]
   * @param bias their biases, to which `shift` is added
   * @param length what the vectors are multiplied by
   * @param strength what the companions taken over are multiplied by
   */
  score(vectors: Float32Array, bias: Float32Array, { length, shift, strength }: { readonly length: number; readonly shift: number; readonly strength: number }): Placement {
    const dots = this.#dotsOf(vectors);
    const recall = new Map(this.#tasks.map((task) => [task, { sum: 0, cases: 0 }]));
    const rest = { sum: 0, cases: 0 };
    const bonus = new Float64Array(this.#size);
    this.#questions.forEach(({ task, best, held, others, barred, companions }, number) => {
      bonus.fill(0);
      if (strength > 0) for (const { place, sum, mix, root } of companions) bonus[place] += mix * (root ? Math.sqrt(strength * sum) : strength * sum);
      const bar = best.length < K ? -Infinity : best[K - 1].score;
      const risen: { row: number; score: number }[] = [];
      for (let place = 0; place < this.#size; place++) {
        const score = length * dots[number][place] + bias[place] + shift + bonus[place];
        if (score > bar && !barred.has(place)) risen.push({ row: this.#held[place], score });
      }
      const list = risen.length === 0 ? best : [...best, ...risen].sort((a, b) => b.score - a.score || a.row - b.row);
      const ranked = list.slice(0, K).map(({ row }) => row);
      const asked = held.length > 0 ? recall.get(task) : undefined;
      if (asked) {
        asked.cases++;
        asked.sum += scoreCase(ranked, held, K).recall;
      }
      if (others.length > 0) {
        rest.cases++;
        rest.sum += scoreCase(ranked, others, K).ndcg;
      }
    });
    return { recall: new Map([...recall].map(([task, { sum, cases }]) => [task, sum / cases])), others: rest.sum / Math.max(1, rest.cases) };
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
