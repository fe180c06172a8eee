import { reminders, REMINDER_CHOICES, type ReminderSettings } from './reminders.ts';
import type { Baseline, Fitted } from './baseline.ts';
import { countPairs, type PairCounts } from './pair-counts.ts';

export interface CoOccurrenceSettings extends ReminderSettings {
  /** A pair at distance d in a list counts d^-closeness. */
  readonly closeness: number;
  /** What a pair counts in the other direction, the neighbour standing before the item seen. */
  readonly backward: number;
  /** Weighs n_j^-damping: 0 a conditional probability, 0.5 as in a cosine. */
  readonly damping: number;
  /** The item seen counts by this factor less for each item after it. */
  readonly decay: number;
  /** Weighs n_i^-trust of the item seen. */
  readonly trust: number;
}

/** Pairs further apart do not count. */
const REACH = 20;
/** Items looked at, the newest. */
const NEWEST = 50;

/**
 * What stands near the items of the session in other lists, with reminders:
 * s(j) = Σ_t decay^(T-1-t) · n_t^-trust · (→c_tj + backward · ←c_tj) · n_j^-damping, then the session's own items.
 */
export const coOccurrence: Baseline<CoOccurrenceSettings> = {
  name: 'co-occurrence',
  choices: {
    decay: [0.7, 0.3, 0.5, 0.85, 0.95], trust: [1, 0.25, 0.5, 0.75], damping: [0.25, 0, 0.4, 0.5], closeness: [1, 0, 0.5, 1.5], backward: [0.5, 0.1, 0.25, 1],
    ...REMINDER_CHOICES,
  },
  prepare(lists, items) {
    const counted = new Map<number, PairCounts>();
    const countsFor = (closeness: number): PairCounts => {
      const counts = counted.get(closeness) ?? countPairs(lists, items, REACH, (distance) => distance ** -closeness);
      counted.set(closeness, counts);
      return counts;
    };
    return (settings): Fitted => {
      const { start, column, after, before, occurrences } = countsFor(settings.closeness);
      const weight = Float32Array.from(column, (row, at) => (after[at] + settings.backward * before[at]) * occurrences[row] ** -settings.damping);
      const trust = occurrences.map((n) => Math.max(1, n) ** -settings.trust);
      const remind = reminders(settings);
      return {
        bytes: start.byteLength + column.byteLength + weight.byteLength,
        score(seen, best) {
          let strength = 1;
          for (let t = seen.length - 1; t >= Math.max(0, seen.length - NEWEST); t--, strength *= settings.decay) {
            const row = seen[t];
            const own = strength * trust[row];
            for (let at = start[row]; at < start[row + 1]; at++) best.add(column[at], own * weight[at]);
          }
          remind(seen, best);
        },
      };
    };
  },
};
