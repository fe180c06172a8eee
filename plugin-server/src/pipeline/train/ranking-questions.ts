import { createJsScan, createWasmScan, dot, encodeSession, mixIndex, type RecommendationModel, REPEAT_LENGTH, type Scored, sumCompanions, topRows } from '@vitrine/sdk/core';
import type { Case } from '../dataset/cases.ts';
import { scoreCase } from '../evaluate/metrics.ts';
import type { NeighbourLists } from './neighbours.ts';

/** What is chosen after training, by `mixIndex`. */
export interface Mixture {
  readonly strength: Float32Array;
  readonly decay: Float32Array;
  readonly root: readonly boolean[];
  /** Added to every entry of the repeat bonus. */
  readonly shift: Float32Array;
}

/** Ranks looked at. */
const K = 20;

/** One validation case with what no mixture changes. */
interface Question {
  readonly targets: readonly number[];
  /** Rows that a mixture can move: the session's own, and companions of any list. */
  readonly rows: Int32Array;
  /** Their scores without companions. */
  readonly base: Float64Array;
  /** For each entry of the mixture and each of `rows`, how often the session holds it: what a shift is multiplied by. */
  readonly held: ReadonlyMap<number, Float64Array>;
  /** The best of all other rows, best first. */
  readonly others: readonly Scored[];
  readonly session: { readonly rows: readonly number[]; readonly kinds: readonly number[] };
  readonly goal: number;
  readonly placeOf: ReadonlyMap<number, number>;
}

/**
 * Validation cases, ranked under one mixture after another. A mixture moves few rows, those of the session and their
 * companions; the catalogue is scanned once for each case, and its other rows' best `K` stand still.
 */
export class RankingQuestions {
  readonly #questions: readonly Question[];
  readonly #maxLength: number;
  /** Sums of companions by case, for the list and the decay they were last asked for. */
  readonly #sums = new Map<string, ReadonlyArray<Float64Array | undefined>>();

  /**
   * @param model without companions
   * @param lists of companions that will be tried
   */
  constructor(model: RecommendationModel, cases: readonly Case[], lists: readonly NeighbourLists[]) {
    const scan = createWasmScan(model) ?? createJsScan(model);
    this.#maxLength = model.config.maxLength;
    this.#questions = cases.filter(({ items }) => items.length > 0).map((one) => prepare(model, scan, one, lists, this.#maxLength));
  }

  get count(): number {
    return this.#questions.length;
  }

  /** Mean NDCG@20 under a mixture of this list. */
  score(list: NeighbourLists, listNumber: number, mixture: Mixture): number {
    let total = 0;
    this.#questions.forEach((question, number) => {
      const { rows, base, others, goal, session } = question;
      const scores = base.slice();
      for (const kind of new Set(session.kinds)) {
        const at = mixIndex(goal, kind);
        const held = question.held.get(at);
        if (held && mixture.shift[at] !== 0) for (let i = 0; i < rows.length; i++) scores[i] += mixture.shift[at] * held[i];
        const strength = mixture.strength[at];
        if (strength === 0) continue;
        const sums = this.#sumsOf(list, `${listNumber}:${kind}:${mixture.decay[at]}`, kind, mixture.decay[at])[number]!;
        const root = mixture.root[at];
        for (let i = 0; i < rows.length; i++) if (sums[i] > 0) scores[i] += strength * (root ? Math.sqrt(sums[i]) : sums[i]);
      }
      total += scoreCase(best(rows, scores, others), question.targets, K).ndcg;
    });
    return this.#questions.length === 0 ? 0 : total / this.#questions.length;
  }

  #sumsOf(list: NeighbourLists, key: string, kind: number, decay: number): ReadonlyArray<Float64Array | undefined> {
    let sums = this.#sums.get(key);
    if (!sums) {
      sums = this.#questions.map(({ session, rows, placeOf }) => {
        if (!session.kinds.includes(kind)) return undefined;
        const values = new Float64Array(rows.length);
        for (const [row, sum] of sumCompanions(list, session, kind, decay, this.#maxLength)) {
          const place = placeOf.get(row);
          if (place !== undefined) values[place] = sum;
        }
        return values;
      });
      this.#sums.set(key, sums);
    }
    return sums;
  }
}

function prepare(model: RecommendationModel, scan: ReturnType<typeof createJsScan>, question: Case, lists: readonly NeighbourLists[], maxLength: number): Question {
  const { goal, targets, withoutSeen } = question;
  const session = { rows: question.items.slice(-REPEAT_LENGTH), kinds: question.kinds.slice(-REPEAT_LENGTH) };
  const own = new Set(session.rows);
  const movable = new Set(withoutSeen ? [] : own);
  for (const list of lists) {
    for (const row of session.rows.slice(-maxLength)) {
      for (let k = row * list.count; k < (row + 1) * list.count; k++) {
        if (list.weight[k] > 0 && !(withoutSeen && own.has(list.row[k]))) movable.add(list.row[k]);
      }
    }
  }
  const rows = Int32Array.from(movable).sort();
  const placeOf = new Map(Array.from(rows, (row, place) => [row, place]));
  const encoded = encodeSession(model, session, goal);
  const { query, unit, bonus } = encoded;
  const bias = model.params.get('item_bias')!;
  const base = Float64Array.from(rows, (row) => dot(query, model.table, row * model.config.dim) * unit + bias[row] + (bonus.get(row) ?? 0));
  const held = new Map<number, Float64Array>();
  session.rows.forEach((row, t) => {
    const place = placeOf.get(row);
    if (place === undefined) return;
    const at = mixIndex(goal, session.kinds[t]);
    const counts = held.get(at) ?? new Float64Array(rows.length);
    counts[place]++;
    held.set(at, counts);
  });
  const others = topRows(model, scan, { ...encoded, bonus: new Map() }, { limit: K, excluded: new Set([...movable, ...(withoutSeen ? own : [])]) });
  return { targets, rows, base, held, others, session, goal, placeOf };
}

/** The best K of both, best first, equal scores by the lower row; shorter where there are not so many. */
function best(rows: Int32Array, scores: Float64Array, others: readonly Scored[]): Int32Array {
  const list = new Int32Array(K);
  const value = new Float64Array(K);
  let length = others.length;
  others.forEach(({ row, score }, place) => {
    list[place] = row;
    value[place] = score;
  });
  const stands = (place: number, row: number, score: number) => value[place] > score || (value[place] === score && list[place] < row);
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i];
    const score = scores[i];
    if (length === K && stands(K - 1, row, score)) continue;
    if (length < K) length++;
    let place = length - 1;
    for (; place > 0 && !stands(place - 1, row, score); place--) {
      list[place] = list[place - 1];
      value[place] = value[place - 1];
    }
    list[place] = row;
    value[place] = score;
  }
  return list.subarray(0, length);
}
