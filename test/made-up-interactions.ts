import { createRandom } from '../plugin-server/src/pipeline/dataset/random.ts';
import type { Interactions } from '../plugin-server/src/pipeline/types.ts';

/**
 * Interactions of a made-up shop, for tests and for the growth bench. Popularity falls like Zipf's law (∝ 1 / rank^0.8).
 * A visit begins at a popular item and stays near it: three steps in four go at most 12 items away, the others anywhere.
 * Visits have 2 to 10 views, 5.5 in the mean; one in four ends in an order of its last items. A shopper comes back four
 * times in the mean. Times rise by one minute a visit.
 *
 * @param events interactions to make, about
 */
export function madeUpInteractions({ events, items, seed = 1 }: { readonly events: number; readonly items: number; readonly seed?: number }): Interactions {
  const random = createRandom(seed);
  const exponent = 1 / (1 - 0.8);
  const popular = () => Math.floor(random() ** exponent * items);
  const shoppers = Math.max(1, Math.round(events / 6 / 4));
  const item = new Int32Array(events);
  const kind = new Uint8Array(events);
  const group = new Int32Array(events);
  const actor = new Int32Array(events);
  const time = new Float64Array(events);
  let size = 0;
  const add = (wanted: number, how: number, visit: number, shopper: number) => {
    if (size === events) return;
    item[size] = wanted;
    kind[size] = how;
    group[size] = visit;
    actor[size] = shopper;
    time[size++] = 1_600_000_000 + visit * 60;
  };
  let visit = 0;
  for (; size < events; visit++) {
    const shopper = Math.floor(random() * shoppers);
    const views = 2 + Math.floor(random() * 8);
    const seen: number[] = [];
    for (let at = popular(), i = 0; i < views; i++) {
      add(at, 0, visit, shopper);
      seen.push(at);
      at = random() < 0.75 ? (at + Math.floor(random() * 25) - 12 + items) % items : popular();
    }
    // An order is a group of its own, as the store gives it.
    if (random() < 0.25 && size < events) {
      visit++;
      for (const bought of new Set(seen.slice(-3))) add(bought, 2, visit, shopper);
    }
  }
  return { itemIds: Array.from({ length: items }, (_, row) => `p${row}`), item, kind, group, actor, time };
}
