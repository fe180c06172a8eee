import { shuffle } from '../../dataset/random.ts';
import type { Baseline, Fitted } from '../baselines/baseline.ts';
import type { Predictions } from './problem.ts';
import { rankWith } from './rank-with.ts';
import { scorePredictions, type ScoreOptions } from './score-predictions.ts';

/** Settings are compared by this. */
const METRIC = 'NDCG@20';
/** Predictions a comparison looks at, of whole sessions drawn at random. */
const LIMIT = 4000;

/**
 * Chooses a baseline's settings on validation predictions, one setting after the other, round after round until a round
 * changes nothing; the first of equals is kept. At most as many rounds as settings.
 */
export async function chooseSettings<Settings extends object>(
  baseline: Baseline<Settings>, prepared: (settings: Settings) => Fitted, validation: Predictions, items: number,
  options: ScoreOptions & { readonly withoutSeen: boolean; readonly deadline?: () => boolean },
): Promise<Settings> {
  const { choices } = baseline;
  const names = Object.keys(choices) as (keyof Settings)[];
  let best = Object.fromEntries(names.map((name) => [name, choices[name][0]])) as Settings;
  if (names.length === 0 || validation.target.length === 0) return best;
  const tried = new Map<string, number>();
  const score = async (settings: Settings): Promise<number> => {
    const key = JSON.stringify(settings);
    let value = tried.get(key);
    if (value === undefined) {
      const { metrics } = await scorePredictions(rankWith(prepared(settings).score, items, options.withoutSeen), validation, items, { signal: options.signal });
      tried.set(key, (value = metrics[METRIC]));
    }
    return value;
  };
  let reached = await score(best);
  for (let round = 0; round < names.length; round++) {
    const before = best;
    for (const name of names) {
      for (const value of choices[name]) {
        if (options.deadline?.()) return best;
        const settings = { ...best, [name]: value };
        const got = await score(settings);
        if (got > reached) [best, reached] = [settings, got];
      }
    }
    if (best === before) break;
  }
  return best;
}

/** Whole clusters drawn at random until there are at least `limit` predictions; all where there are fewer. */
export function samplePredictions(predictions: Predictions, random: () => number, limit = LIMIT): Predictions {
  const count = predictions.target.length;
  if (count <= limit) return predictions;
  const clusters = shuffle([...new Set(predictions.cluster)], random);
  const size = new Map<number, number>();
  for (const cluster of predictions.cluster) size.set(cluster, (size.get(cluster) ?? 0) + 1);
  const chosen = new Set<number>();
  for (let i = 0, taken = 0; taken < limit; i++) {
    chosen.add(clusters[i]);
    taken += size.get(clusters[i])!;
  }
  const keep = Array.from(predictions.cluster.keys()).filter((p) => chosen.has(predictions.cluster[p]));
  const pick = (column: Int32Array) => Int32Array.from(keep, (p) => column[p]);
  const { item, from, to, target, cluster } = predictions;
  return { item, from: pick(from), to: pick(to), target: pick(target), cluster: pick(cluster) };
}
