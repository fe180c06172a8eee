import { shuffle, createRandom } from '../../plugin-server/src/pipeline/dataset/random.ts';
import type { Case } from '../../plugin-server/src/pipeline/dataset/cases.ts';
import type { Interactions } from '../../plugin-server/src/pipeline/types.ts';

/**
 * Hides items from the past: as if they had been added to the shop at `from`. Nothing that happened to them before is left;
 * orders and visits that held nothing else are gone.
 *
 * @param share of the items that anyone touched before `from`
 * @param from seconds since 1970
 */
export function hideItems(interactions: Interactions, { share, from, seed }: { readonly share: number; readonly from: number; readonly seed: number }): { interactions: Interactions; hidden: ReadonlySet<string> } {
  const { itemIds, item, kind, group, actor, time } = interactions;
  const touched = new Set<number>();
  item.forEach((row, i) => { if (time[i] < from) touched.add(row); });
  const chosen = shuffle(Int32Array.from(touched).sort(), createRandom(seed)).subarray(0, Math.round(touched.size * share));
  const rows = new Set(chosen);
  const kept = Int32Array.from(Array.from(item.keys()).filter((i) => time[i] >= from || !rows.has(item[i])));
  const numbers = new Map<number, number>();
  for (const i of kept) if (!numbers.has(group[i])) numbers.set(group[i], numbers.size);
  return {
    interactions: {
      itemIds, item: Int32Array.from(kept, (i) => item[i]), kind: Uint8Array.from(kept, (i) => kind[i]),
      group: Int32Array.from(kept, (i) => numbers.get(group[i])!), actor: Int32Array.from(kept, (i) => actor[i]), time: Float64Array.from(kept, (i) => time[i]),
    },
    hidden: new Set(Array.from(chosen, (row) => itemIds[row])),
  };
}

/**
 * Questions about what was hidden: nothing hidden among what was seen, and of the answers only those wanted.
 * @param wanted which items count as right
 */
export function questionsAbout(cases: readonly Case[], hidden: ReadonlySet<number>, wanted: (row: number) => boolean): Case[] {
  return cases.flatMap((question) => {
    const places = Array.from(question.items.keys()).filter((at) => !hidden.has(question.items[at]));
    const items = places.map((at) => question.items[at]);
    const seen = new Set(items);
    // What has been seen already is not discovered: those answers are left out of this measurement.
    const targets = question.targets.filter((row) => wanted(row) && !seen.has(row));
    return items.length > 0 && targets.length > 0 ? [{ ...question, items, kinds: places.map((at) => question.kinds[at]), targets }] : [];
  });
}
