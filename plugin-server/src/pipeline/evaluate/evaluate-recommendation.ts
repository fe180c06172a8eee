import type { RecommendationModel } from '@vitrine/sdk/core';
import { buildCases, type Case, type Task, TASK_GOAL, TASKS } from '../dataset/cases.ts';
import type { Dataset } from '../dataset/build-dataset.ts';
import type { Cooccurrence } from '../dataset/cooccurrence.ts';
import { createRandom } from '../dataset/random.ts';
import type { Sequences } from '../dataset/sequences.ts';
import type { Evaluation, EvaluationRow } from '../types.ts';
import { RankingMetrics } from './metrics.ts';
import { coPurchaseRecommender, type CoPurchaseOptions, popularityRecommender, type Recommender, shippedRecommender } from './recommenders.ts';

const K = 20;

/** Cases per task: the standard error of a hit rate of 0.5 is then 0.011. */
const TEST_CASES = 2000;
const TUNING_CASES = 300;

const QUESTIONS: Record<Task, string> = {
  'next-basket': 'history of the customer → items of the order; all items ranked, repeats allowed',
  'rest-of-basket': 'random half of an order → the other half; all items but the given half ranked',
  'next-view': 'visit so far → the next item looked at; all items ranked, repeats allowed',
};

export interface EvaluateOptions {
  readonly dataset: string;
  readonly seed?: number;
  /** The model live now. */
  readonly live?: RecommendationModel;
  /** What is held out, in words. */
  readonly split?: string;
  /** Where the baselines' settings are chosen; by default the dataset itself. */
  readonly choosing?: Dataset;
  /** Cases per task at most. */
  readonly limit?: number;
  /** More to compare with, by name. */
  readonly others?: (task: Task) => Iterable<readonly [string, () => Recommender]>;
}

/**
 * Evaluates the shipped values on the test groups, with popularity and co-purchase beside them; one evaluation a task.
 * A task without cases is left out.
 */
export function evaluateRecommendation(known: Dataset, shipped: RecommendationModel, options: EvaluateOptions): Evaluation[] {
  const { dataset, seed = 1, live, split = 'newest tenth of orders and visits', limit = TEST_CASES, choosing = known } = options;
  const { sequences, counts } = known;
  return TASKS.flatMap((task) => {
    const cases = buildCases(sequences, task, sequences.validation, sequences.previous.length, createRandom(seed), limit);
    if (cases.length === 0) return [];
    const recommenders: Array<[string, () => Recommender]> = [
      ['shipped', () => shippedRecommender(shipped, sequences.itemIds)],
      ['popularity', () => popularityRecommender(sequences.itemIds.length)],
      ['co-purchase', () => coPurchaseRecommender(counts, tuneCoPurchase(choosing.sequences, choosing.counts, task, seed))],
    ];
    if (live) recommenders.push(['live', () => shippedRecommender(live, sequences.itemIds)]);
    for (const [name, make] of options.others?.(task) ?? []) recommenders.push([name, make]);
    const rows = recommenders.map(([model, make]) => evaluateOne(model, make, cases, sequences.itemIds.length));
    return [{ dataset, protocol: `${task}: ${split}; ${QUESTIONS[task]}`, goal: TASK_GOAL[task], seed, cases: cases.length, rows }];
  });
}

function evaluateOne(model: string, make: () => Recommender, cases: readonly Case[], items: number): EvaluationRow {
  const started = performance.now();
  const recommend = make();
  const metrics = new RankingMetrics(K, items);
  for (const question of cases) metrics.add(recommend(question, K), question.targets);
  return { model, metrics: metrics.result(), seconds: (performance.now() - started) / 1000 };
}

/** The baseline gets its best settings too: chosen on the validation groups by NDCG@20. */
export function tuneCoPurchase(sequences: Sequences, counts: Cooccurrence, task: Task, seed: number): CoPurchaseOptions {
  const cases = buildCases(sequences, task, sequences.train, sequences.validation, createRandom(seed), TUNING_CASES);
  let best: CoPurchaseOptions = { damping: 0.25, reminder: 2, decay: 0.97 };
  let bestScore = -1;
  for (const damping of [0, 0.25, 0.5]) {
    for (const reminder of task === 'rest-of-basket' ? [0] : [0, 2]) {
      for (const decay of [0.9, 0.97]) {
        const settings = { damping, reminder, decay };
        const score = evaluateOne('co-purchase', () => coPurchaseRecommender(counts, settings), cases, counts.items).metrics[`NDCG@${K}`];
        if (score > bestScore) {
          bestScore = score;
          best = settings;
        }
      }
    }
  }
  return best;
}
