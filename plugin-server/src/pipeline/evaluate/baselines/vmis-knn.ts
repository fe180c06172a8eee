import { listAt, listCount, type Lists } from '../files/lists.ts';
import type { Baseline, Fitted } from './baseline.ts';
import { reminders, REMINDER_CHOICES, type ReminderSettings } from './reminders.ts';

export interface VmisKnnSettings extends ReminderSettings {
  /** m: the most recent lists that hold an item of the session are compared. */
  readonly recent: number;
  /** k: the most similar of them are the neighbours. */
  readonly neighbours: number;
  /** Scores are weighed by log(lists / lists with the item)^rarity. */
  readonly rarity: number;
  /** A neighbour counts 1 - d / matchReach, d the distance of its newest common item from the session's end. */
  readonly matchReach: number;
}

/** Items of the session that are looked at, the newest. */
const NEWEST = 20;

/**
 * Nearest sessions (VMIS-kNN: Kersbergen, Sprangers and Schelter, 2022; its form of VS-kNN: Ludewig and Jannach, 2018).
 * Similarity of a past list: Σ over the common items of their place in the session, a whole number, so that equal lists are
 * equal. Score of a row: Σ over the
 * neighbours that hold it of similarity × match weight, times the row's rarity. With reminders as in `reminders.ts`.
 * The order of the lists is their order in time.
 */
export const vmisKnn: Baseline<VmisKnnSettings> = {
  name: 'VMIS-kNN',
  choices: {
    recent: [1000, 500, 2500, 5000], neighbours: [200, 100, 500, 1000], rarity: [1, 0, 0.5], matchReach: [10, 3, 5, 20],
    ...REMINDER_CHOICES,
  },
  prepare(lists, items) {
    const index = indexLists(lists, items);
    const sessions = listCount(lists);
    const similarity = new Int32Array(sessions);
    const match = new Int32Array(sessions); // distance of the newest common item
    const round = new Int32Array(sessions);
    const candidates = new Int32Array(Math.max(1, sessions));
    let now = 0;
    return (settings): Fitted => {
      const rarity = Float64Array.from({ length: items }, (_, row) => Math.log(sessions / Math.max(1, index.start[row + 1] - index.start[row])) ** settings.rarity);
      const remind = reminders(settings);
      return {
        bytes: index.start.byteLength + index.list.byteLength + index.distinct.start.byteLength + index.distinct.item.byteLength,
        score(seen, best) {
          now++;
          let count = 0;
          const length = Math.min(seen.length, NEWEST);
          for (let d = 0; d < length; d++) {
            const row = seen[seen.length - 1 - d];
            if (seen.lastIndexOf(row) !== seen.length - 1 - d) continue;
            const weight = length - d;
            const to = Math.min(index.start[row + 1], index.start[row] + settings.recent);
            for (let at = index.start[row]; at < to; at++) {
              const list = index.list[at];
              if (round[list] !== now) {
                round[list] = now;
                similarity[list] = 0;
                match[list] = d;
                candidates[count++] = list;
              }
              similarity[list] += weight;
            }
          }
          let chosen = candidates.subarray(0, count);
          if (count > settings.recent) chosen = chosen.sort().subarray(count - settings.recent);
          for (const list of mostSimilar(chosen, similarity, settings.neighbours)) {
            const weight = similarity[list] * Math.max(0, 1 - match[list] / settings.matchReach);
            if (weight === 0) continue;
            for (let at = index.distinct.start[list]; at < index.distinct.start[list + 1]; at++) {
              const row = index.distinct.item[at];
              best.add(row, weight * rarity[row]);
            }
          }
          remind(seen, best);
        },
      };
    };
  },
};

/** Lists of each row, the most recent first, and each list's distinct rows. */
function indexLists(lists: Lists, items: number): { start: Int32Array; list: Int32Array; distinct: Lists } {
  const sessions = listCount(lists);
  const distinctStart = new Int32Array(sessions + 1);
  const distinctItem = new Int32Array(lists.item.length);
  const start = new Int32Array(items + 1);
  let kept = 0;
  for (let list = 0; list < sessions; list++) {
    for (const row of new Set(listAt(lists, list))) {
      distinctItem[kept++] = row;
      start[row + 1]++;
    }
    distinctStart[list + 1] = kept;
  }
  for (let row = 0; row < items; row++) start[row + 1] += start[row];
  const next = start.slice();
  const list = new Int32Array(kept);
  for (let session = sessions - 1; session >= 0; session--) {
    for (let at = distinctStart[session]; at < distinctStart[session + 1]; at++) list[next[distinctItem[at]]++] = session;
  }
  return { start, list, distinct: { start: distinctStart, item: distinctItem.slice(0, kept) } };
}

/** The k most similar lists; among equally similar ones the most recent. */
function mostSimilar(candidates: Int32Array, similarity: Int32Array, k: number): Int32Array {
  if (candidates.length <= k) return candidates;
  const values = candidates.map((list) => similarity[list]).sort();
  const least = values[values.length - k];
  const above = candidates.filter((list) => similarity[list] > least);
  const equal = candidates.filter((list) => similarity[list] === least).sort();
  const chosen = new Int32Array(k);
  chosen.set(above);
  chosen.set(equal.subarray(equal.length - (k - above.length)), above.length);
  return chosen;
}
