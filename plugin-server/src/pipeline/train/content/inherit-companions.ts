import type { Alike } from './nearest-content.ts';

/** Companions of each item, [items × count] row by row; an entry of weight 0 stands for none. */
export interface Lists {
  readonly count: number;
  readonly row: Int32Array;
  readonly weight: Float32Array;
}

/** Items whose companions a new item takes over, and how much faster than its cosine the say of one falls. */
const MODELS = 10;
const SHARPNESS = 4;
/** New items that an item's list gets at most, beside its own companions. */
export const MOST_NEW = 2;

/**
 * What new items have in place of companions: what the items most alike by content have. Nobody has bought a new item with
 * anything, but where a bag goes with a box, the same bag in another colour most likely does, too. Every weight is a mean of
 * weights that may leave the server.
 *
 *     w(i, new) = Σ_n s_n w(i, n)      w(new, i) = Σ_n s_n w(n, i)      s_n ∝ cosine(new, n)^4 , Σ s_n = cosine of the nearest
 *
 * @param alike rows most like each of the new ones, best first
 * @param fresh rows of the new items, rising
 * @returns for all rows, the lists of the new items alone: in the lists of others, and their own
 */
export function inheritCompanions({ count, row, weight }: Lists, items: number, fresh: Int32Array, alike: readonly (readonly Alike[])[]): { readonly incoming: Lists; readonly outgoing: ReadonlyMap<number, ReadonlyMap<number, number>> } {
  const isFresh = new Set(fresh);
  const listedBy = new Map<number, [from: number, weight: number][]>();
  for (let from = 0; from < items; from++) {
    if (isFresh.has(from)) continue;
    for (let at = from * count; at < (from + 1) * count; at++) {
      if (!(weight[at] > 0)) continue;
      const list = listedBy.get(row[at]) ?? [];
      list.push([from, weight[at]]);
      listedBy.set(row[at], list);
    }
  }
  const outgoing = new Map<number, Map<number, number>>();
  const offers = new Map<number, [fresh: number, weight: number][]>();
  fresh.forEach((own, i) => {
    const models = alike[i].slice(0, MODELS);
    const total = models.reduce((sum, { cosine }) => sum + cosine ** SHARPNESS, 0);
    const to = new Map<number, number>();
    const from = new Map<number, number>();
    for (const { row: like, cosine } of models) {
      const share = (cosine ** SHARPNESS / total) * models[0].cosine;
      for (const [other, value] of listedBy.get(like) ?? []) from.set(other, (from.get(other) ?? 0) + share * value);
      for (let at = like * count; at < (like + 1) * count; at++) {
        if (weight[at] > 0 && !isFresh.has(row[at])) to.set(row[at], (to.get(row[at]) ?? 0) + share * weight[at]);
      }
    }
    outgoing.set(own, to);
    for (const [other, value] of from) {
      const list = offers.get(other) ?? [];
      list.push([own, value]);
      offers.set(other, list);
    }
  });
  const incoming = { count: MOST_NEW, row: new Int32Array(items * MOST_NEW), weight: new Float32Array(items * MOST_NEW) };
  for (const [other, list] of offers) {
    list.sort((a, b) => b[1] - a[1] || a[0] - b[0]).slice(0, MOST_NEW).forEach(([own, value], k) => {
      incoming.row[other * MOST_NEW + k] = own;
      incoming.weight[other * MOST_NEW + k] = value;
    });
  }
  return { incoming, outgoing };
}

/**
 * Lists with the new items in them: of each row the `kept` strongest of its own and all of `incoming`; of a new row the
 * strongest of what it takes over.
 * @param strength what the weights taken over are multiplied by
 */
export function joinLists(own: Lists, { incoming, outgoing }: ReturnType<typeof inheritCompanions>, items: number, { kept, strength }: { readonly kept: number; readonly strength: number }): Lists {
  const count = kept + incoming.count;
  const joined = { count, row: new Int32Array(items * count), weight: new Float32Array(items * count) };
  for (let at = 0; at < items; at++) {
    const taken = outgoing.get(at);
    const entries = taken
      ? [...taken].map(([row, weight]): [number, number] => [row, strength * weight])
      : Array.from({ length: own.count }, (_, k): [number, number] => [own.row[at * own.count + k], own.weight[at * own.count + k]]);
    const best = entries.filter(([row, weight]) => weight > 0 && !outgoing.has(row)).sort((a, b) => b[1] - a[1] || a[0] - b[0]).slice(0, kept);
    for (let k = 0; k < incoming.count; k++) {
      const weight = strength * incoming.weight[at * incoming.count + k];
      if (weight > 0) best.push([incoming.row[at * incoming.count + k], weight]);
    }
    best.forEach(([row, weight], k) => {
      joined.row[at * count + k] = row;
      joined.weight[at * count + k] = weight;
    });
  }
  return joined;
}
