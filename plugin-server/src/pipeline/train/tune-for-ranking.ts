import { GOALS, KINDS, MIX_SIZE, mixIndex, POSITION_BUCKETS } from '@vitrine/sdk/core';
import { compressRecommendation, previewModel } from '../compress/compress-recommendation.ts';
import { CART, type Case, PURCHASE, type Task, VIEW } from '../dataset/cases.ts';
import { RankingMetrics } from '../evaluate/metrics.ts';
import { shippedRecommender } from '../evaluate/recommenders.ts';
import type { Checkpoint } from '../types.ts';

/** Weights of the companions that are tried, in units of the model's score. */
const WEIGHTS = [0, 0.3, 1, 3, 10, 30, 100];
/** Additions to the repeat bonus that are tried. */
const SHIFTS = [0, 0.5, 1, 2, 4];

/** Entries (goal, kind) that each task decides. Product pages know views only, so views follow the cart's weight. */
const DECIDES: Record<Task, readonly number[]> = {
  'rest-of-basket': [mixIndex(GOALS.indexOf('purchase'), CART), mixIndex(GOALS.indexOf('purchase'), VIEW)],
  'next-basket': [mixIndex(GOALS.indexOf('purchase'), PURCHASE)],
  'next-view': KINDS.map((_, kind) => mixIndex(GOALS.indexOf('view'), kind)),
};

/**
 * Two settings that the training loss cannot choose, because it counts every probability and a widget only shows the
 * top: how much companions count beside the session's direction, and how readily items of the session come again. For
 * each goal and kind, the values with the best NDCG@20 of the int8 model on the validation cases of the task that uses them.
 */
export function tuneForRanking(checkpoint: Checkpoint, cases: ReadonlyMap<Task, readonly Case[]>): Checkpoint {
  const mix = new Float32Array(MIX_SIZE);
  const learned = checkpoint.params.get('bonus')!;
  const bonus = learned.data.slice();
  const tuned: Checkpoint = {
    ...checkpoint, neighbours: { ...checkpoint.neighbours, mix },
    params: new Map([...checkpoint.params, ['bonus', { ...learned, data: bonus }]]),
  };
  for (const [task, questions] of cases) {
    if (questions.length === 0) continue;
    const score = () => {
      const recommend = shippedRecommender(previewModel(compressRecommendation(tuned)));
      const metrics = new RankingMetrics(20, checkpoint.itemIds.length);
      for (const question of questions) metrics.add(recommend(question, 20), question.targets);
      return metrics.result()['NDCG@20'];
    };
    if (checkpoint.neighbours.count > 0) {
      choose(WEIGHTS, (weight) => { for (const entry of DECIDES[task]) mix[entry] = weight; }, score);
    }
    if (questions.some((question) => !question.withoutSeen)) {
      choose(SHIFTS, (shift) => {
        // `bonusIndex` lays out [goal, kind, position]: the entries of one (goal, kind) are contiguous.
        for (const entry of DECIDES[task]) {
          for (let at = entry * POSITION_BUCKETS; at < (entry + 1) * POSITION_BUCKETS; at++) bonus[at] = learned.data[at] + shift;
        }
      }, score);
    }
  }
  return tuned;
}

/** Sets the value with the best score; the first of equals. */
function choose(values: readonly number[], set: (value: number) => void, score: () => number): void {
  let best = { value: values[0], score: -1 };
  for (const value of values) {
    set(value);
    const reached = score();
    if (reached > best.score) best = { value, score: reached };
  }
  set(best.value);
}
