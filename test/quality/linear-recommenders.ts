import { selectTop } from '@vitrine/sdk/core';
import { buildCases, type Case, groupItems, PURCHASE, type Task } from '../../plugin-server/src/pipeline/dataset/cases.ts';
import { createRandom } from '../../plugin-server/src/pipeline/dataset/random.ts';
import type { Sequences } from '../../plugin-server/src/pipeline/dataset/sequences.ts';
import { RankingMetrics } from '../../plugin-server/src/pipeline/evaluate/metrics.ts';
import type { Recommender } from '../../plugin-server/src/pipeline/evaluate/recommenders.ts';
import type { QualityOptions } from './run.ts';
import { invertSymmetric } from './symmetric-inverse.ts';

const NOTHING: ReadonlySet<number> = new Set();
/** Tried on validation cases; reminders only where items may come again. */
const RIDGES = [50, 200, 800];
const SHRINKAGES = [0, 10, 50, 200];
const REMINDERS = [0, 0.25, 0.5, 1, 2, 4, 8];
const TUNING_CASES = 600;

/** Weights [items × items], row i what an item i in the basket or history speaks for, and what it adds to itself. */
interface Linear {
  readonly weight: Float64Array;
  readonly reminder: number;
}

/**
 * EASE (Steck, 2019): B = I − P diag(P)⁻¹ with P = (XᵀX + λI)⁻¹, the best linear model in closed form, beside item-kNN:
 * cosines of the columns of X. X holds what each customer bought before (for the next basket) or what each order holds
 * (for the rest of a basket). Ridge, shrinkage and reminder are chosen on the validation orders by NDCG@20.
 * @param known learned from in the end, rows numbered its way; by default what they are chosen with
 */
export function linearRecommenders(sequences: Sequences, task: Task, { seed, smoke, note }: QualityOptions, known = sequences): Map<string, () => Recommender> {
  const items = sequences.itemIds.length;
  const orders = task === 'rest-of-basket';
  const gram = gramMatrix(sequences, orders);
  const cases = buildCases(sequences, task, sequences.train, sequences.validation, createRandom(seed), TUNING_CASES);
  const reminders = task === 'rest-of-basket' ? [0] : REMINDERS;
  const choose = (name: string, candidates: readonly number[], make: (gram: Float64Array, value: number) => Float64Array): Recommender => {
    let best: { score: number; value: number; linear: Linear } | undefined;
    for (const value of candidates) {
      const weight = make(gram, value);
      for (const reminder of reminders) {
        const score = meanNdcg(linearRecommender({ weight, reminder }, items), cases, items);
        if (!best || score > best.score) best = { score, value, linear: { weight, reminder } };
      }
    }
    const { value, linear, score } = best!;
    note(`${task}: ${name} with ${value}, reminder ${linear.reminder} (NDCG@20 on validation ${score.toFixed(4)})`);
    return linearRecommender(known === sequences ? linear : { ...linear, weight: make(gramMatrix(known, orders), value) }, items);
  };
  return new Map([
    ['item-kNN', () => choose('item-kNN, shrinkage', SHRINKAGES, (gram, shrinkage) => cosines(gram, items, shrinkage))],
    ['EASE', () => choose('EASE, ridge', smoke ? RIDGES.slice(1, 2) : RIDGES, (gram, ridge) => easeWeights(gram, items, ridge))],
  ]);
}

/** XᵀX, rows of X being orders, or customers with all they bought in training; orders without a customer are rows too. */
export function gramMatrix(sequences: Sequences, orders: boolean): Float64Array {
  const n = sequences.itemIds.length;
  const gram = new Float64Array(n * n);
  const rows: Set<number>[] = [];
  const rowOf = new Int32Array(sequences.train).fill(-1);
  for (let group = 0; group < sequences.train; group++) {
    const { items, kinds } = groupItems(sequences, group);
    const earlier = sequences.previous[group];
    if (orders || earlier < 0) rows.push(new Set());
    rowOf[group] = orders || earlier < 0 ? rows.length - 1 : rowOf[earlier];
    items.forEach((item, i) => { if (kinds[i] === PURCHASE) rows[rowOf[group]].add(item); });
  }
  for (const row of rows) for (const i of row) for (const j of row) gram[i * n + j]++;
  return gram;
}

export function easeWeights(gram: Float64Array, n: number, ridge: number): Float64Array {
  const weights = gram.slice();
  for (let i = 0; i < n; i++) weights[i * n + i] += ridge;
  invertSymmetric(weights, n);
  const diagonal = Float64Array.from({ length: n }, (_, i) => weights[i * n + i]);
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) weights[i * n + j] = i === j ? 0 : -weights[i * n + j] / diagonal[j];
  return weights;
}

function cosines(gram: Float64Array, n: number, shrinkage: number): Float64Array {
  const weights = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      const together = gram[i * n + j];
      if (i !== j && together > 0) weights[i * n + j] = together / (Math.sqrt(gram[i * n + i] * gram[j * n + j]) + shrinkage);
    }
  }
  return weights;
}

function linearRecommender({ weight, reminder }: Linear, items: number): Recommender {
  const scores = new Float64Array(items);
  return ({ items: seen, withoutSeen }: Case, k) => {
    scores.fill(0);
    const distinct = new Set(seen);
    for (const item of distinct) {
      for (let j = 0, at = item * items; j < items; j++, at++) scores[j] += weight[at];
      scores[item] += reminder;
    }
    return selectTop(scores, k, withoutSeen ? distinct : NOTHING).map(({ row }) => row);
  };
}

function meanNdcg(recommend: Recommender, cases: readonly Case[], items: number): number {
  const metrics = new RankingMetrics(20, items);
  for (const question of cases) metrics.add(recommend(question, 20), question.targets);
  return metrics.result()['NDCG@20'];
}
