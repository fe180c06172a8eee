import * as tf from '@tensorflow/tfjs-core';
import { bonusIndex, GOALS, mixIndex, PLAIN_SUM, positionBucket, REPEAT_LENGTH, sumCompanions } from '@vitrine/sdk/core';
import { encode, normaliseRows, type Params, score } from '@vitrine/sdk/core/models/recommendation/model';
import { VIEW } from '../../dataset/cases.ts';
import type { Checkpoint } from '../../types.ts';
import { K } from './rank-metrics.ts';
import type { Ranker } from './score-predictions.ts';

/** Predictions scored at once: [BATCH × items] scores in memory. */
const BATCH = 64;
const GOAL = GOALS.indexOf('view');

/**
 * The trained float32 values, ranked by the reference in tfjs ops: what the model could do before it was compressed.
 * tfjs must be ready.
 * @param itemIds product ids of the predictions' rows, which the checkpoint may number otherwise
 */
export function floatRanker(checkpoint: Checkpoint, itemIds: readonly string[], withoutSeen: boolean): { rank: Ranker; dispose: () => void } {
  const params = Object.fromEntries([...checkpoint.params].map(([name, { shape, data }]) => [name, tf.tensor(data, [...shape], 'float32')])) as Params;
  const table = tf.tidy(() => normaliseRows(params.item_table as tf.Tensor2D));
  const placeOf = new Map(checkpoint.itemIds.map((id, place) => [id, place]));
  const toModel = Int32Array.from(itemIds, (id) => placeOf.get(id)!);
  const fromModel = new Int32Array(toModel.length);
  toModel.forEach((place, row) => { fromModel[place] = row; });
  return {
    rank({ item, from, to }, first, last, rows) {
      for (let start = first; start < last; start += BATCH) {
        const sessions = Array.from({ length: Math.min(BATCH, last - start) }, (_, i) => item.subarray(from[start + i], to[start + i]).subarray(-REPEAT_LENGTH).map((row) => toModel[row]));
        const scores = scoreSessions(params, table, sessions, checkpoint.config.maxLength);
        sessions.forEach((session, i) => {
          const own = scores.subarray(i * itemIds.length, (i + 1) * itemIds.length);
          const out = rows.subarray((start + i - first) * K, (start + i - first + 1) * K);
          if (session.length === 0) out.forEach((_, place) => { out[place] = place < itemIds.length ? place : -1; });
          else {
            addCompanions(own, session, checkpoint);
            if (withoutSeen) for (const place of session) own[place] = -Infinity;
            topRows(own, out);
            out.forEach((place, at) => { if (place >= 0) out[at] = fromModel[place]; });
          }
        });
      }
    },
    dispose() {
      table.dispose();
      Object.values(params).forEach((tensor) => tensor.dispose());
    },
  };
}

/** Scores of all items for each session, companions left out: [sessions × items]. */
function scoreSessions(params: Params, table: tf.Tensor2D, sessions: readonly Int32Array[], maxLength: number): Float32Array {
  const b = sessions.length;
  const t = Math.max(1, ...sessions.map((session) => Math.min(maxLength, session.length)));
  const items = table.shape[0];
  const item = new Int32Array(b * t);
  const position = new Int32Array(b * t);
  const mask = new Float32Array(b * t);
  const cells: number[] = [];
  const bonuses: number[] = [];
  const distinct = new Map<number, number>();
  sessions.forEach((session, row) => session.forEach((place, i) => {
    const distance = session.length - 1 - i;
    if (distance < t) {
      const at = row * t + (t - 1 - distance);
      item[at] = place;
      position[at] = positionBucket(distance);
      mask[at] = 1;
    }
    cells.push(row * items + place);
    bonuses.push(bonusIndex(GOAL, VIEW, distance));
    distinct.set(row * items + place, place);
  }));
  const scores = tf.tidy(() => {
    const queries = encode(params, table, {
      items: tf.tensor2d(item, [b, t], 'int32'), kinds: tf.fill([b, t], VIEW, 'int32') as tf.Tensor2D, positions: tf.tensor2d(position, [b, t], 'int32'),
      mask: tf.tensor3d(mask, [b, t, 1]), goals: tf.fill([b], GOAL, 'int32') as tf.Tensor1D,
    });
    return score(params, queries, table, params.item_bias as tf.Tensor1D).dataSync() as Float32Array;
  });
  // Repeats are a few cells of the matrix: the reference adds a dense matrix of zeros around them.
  const bonus = params.bonus.dataSync();
  const own = params.repeat_bias.dataSync();
  cells.forEach((cell, i) => { scores[cell] += bonus[bonuses[i]]; });
  for (const [cell, place] of distinct) scores[cell] += own[place];
  return scores;
}

/** The companions' part of the scores, as in the model's README. */
function addCompanions(scores: Float32Array, session: Int32Array, { neighbours, config }: Checkpoint): void {
  const at = mixIndex(GOAL, VIEW);
  const strength = neighbours.mix[at];
  if (neighbours.count === 0 || strength === 0) return;
  const { decay, root } = neighbours.sums?.[at] ?? PLAIN_SUM;
  const rows = Array.from(session);
  for (const [row, sum] of sumCompanions(neighbours, { rows, kinds: rows.map(() => VIEW) }, VIEW, decay, config.maxLength)) {
    scores[row] += strength * (root ? Math.sqrt(sum) : sum);
  }
}

/** The best rows of dense scores, best first; of equals the lower row. Rows at -Infinity are left out. */
function topRows(scores: Float32Array, out: Int32Array): void {
  out.fill(-1);
  let found = 0;
  let least = -Infinity;
  for (let row = 0; row < scores.length; row++) {
    const own = scores[row];
    if (!(own > least)) continue;
    let place = found < out.length ? found++ : out.length - 1;
    for (; place > 0 && scores[out[place - 1]] < own; place--) out[place] = out[place - 1];
    out[place] = row;
    if (found === out.length) least = scores[out[out.length - 1]];
  }
}
