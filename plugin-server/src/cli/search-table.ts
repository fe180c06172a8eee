import type { SearchTrial } from '../pipeline/types.ts';
import { duration, formatTable } from './table.ts';

/** What a search tried, as a person reads it: the trainings that went furthest first, the better ones first among them. */
export function formatSearch(trials: readonly SearchTrial[]): string {
  const names = Object.keys(trials[0].settings);
  const sorted = trials.toSorted((a, b) => b.share - a.share || b.score - a.score);
  return formatTable(
    [...names.map((heading) => ({ heading, align: 'right' as const })), { heading: 'Epochs', align: 'right' }, { heading: 'NDCG@20', align: 'right' }, { heading: 'Time', align: 'right' }],
    sorted.map(({ settings, share, score, seconds }) =>
      [...names.map((name) => String(settings[name])), `${Math.round(share * 100)} %`, score.toFixed(4), duration(seconds)]));
}
