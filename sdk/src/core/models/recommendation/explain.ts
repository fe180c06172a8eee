import { KINDS, mixIndex, PLAIN_SUM, TOGETHER } from './config.ts';
import { type EncodedSession, type KnownSession, repeatBonus } from './encode-session.ts';
import type { RecommendationModel } from './load.ts';
import type { Reason } from './types.ts';

/** Says why the model ranks a row where it does. */
export interface Explainer {
  of(row: number): Reason;
  /** The session's item that adds the most as a companion of this one; with `boughtOnly` of those that orders held with it. Undefined: none. */
  companion(row: number, boughtOnly?: boolean): Reason | undefined;
}

/**
 * Why an item is where it is. Its score (README.md) is a sum of parts, and the reason is the largest: how far the
 * session's direction puts it above the average item, its own bias above the average one, repeats, companions, and what
 * the shop's rules add. Within a part that is a sum over the session's items, the reason names the item with the largest term:
 *
 *     direction   a_t e_t W₂ · (e_i − ē), and x_{T−1} W₁ · (e_i − ē) for the newest, with [W₁; W₂] = W
 *     companions  M_k f(c_k) / c_k · δ^{T−1−t} w(i_t, i)
 *
 * The direction is scaled as a whole, so this is an exact split of it; what the goal's own vector gives belongs to no item.
 *
 * @param added what rules add to a row's score
 */
export function createExplainer(
  model: RecommendationModel, session: KnownSession, goal: number, { query, unit, attention }: EncodedSession, added: ReadonlyMap<number, number>,
): Explainer {
  const { config: { dim, maxLength }, params, table, tableScale, itemIds, neighbours } = model;
  const { rows, kinds } = session;
  const { meanRow, meanBias } = averages(model);
  const repeats = repeatBonus(model, session, goal);
  const nameOf = (row: number) => ({ item: itemIds[row], kind: KINDS[kinds[rows.lastIndexOf(row)]] });

  /** Companions: what each of the session's items adds to the score of `row`, and in all. */
  const companions = (row: number, boughtOnly: boolean) => {
    const terms = new Map<number, number>();
    let sum = 0;
    for (const kind of new Set(kinds)) {
      const at = mixIndex(goal, kind);
      const { decay, root } = neighbours.sums?.[at] ?? PLAIN_SUM;
      const found: [row: number, weight: number][] = [];
      let total = 0;
      for (let t = rows.length - 1, strength = 1; t >= Math.max(0, rows.length - maxLength); t--, strength *= decay) {
        if (kinds[t] !== kind) continue;
        const entry = entryOf(model, rows[t], row);
        if (entry < 0 || (boughtOnly && neighbours.together?.[entry] !== TOGETHER.bought)) continue;
        found.push([rows[t], strength * neighbours.weight[entry]]);
        total += strength * neighbours.weight[entry];
      }
      if (total === 0) continue;
      const value = neighbours.mix[at] * (root ? Math.sqrt(total) : total);
      sum += value;
      for (const [from, weight] of found) terms.set(from, (terms.get(from) ?? 0) + (value * weight) / total);
    }
    return { terms, sum };
  };

  /** Direction: what each of the session's items adds to the product with `row` above the average, and what belongs to none. */
  const direction = (row: number) => {
    const e = Float64Array.from({ length: dim }, (_, j) => table[row * dim + j] - meanRow[j]);
    const project = params.get('project')!;
    const along = (from: number) => Float64Array.from({ length: dim }, (_, i) => {
      let value = 0;
      for (let j = 0; j < dim; j++) value += project[(from + i) * dim + j] * e[j];
      return value;
    });
    const newest = along(0);
    const readout = along(dim);
    const terms = new Map<number, number>();
    const skipped = rows.length - attention.length;
    attention.forEach((weight, t) => {
      const from = rows[skipped + t];
      let term = 0;
      for (let j = 0; j < dim; j++) term += weight * table[from * dim + j] * tableScale * readout[j];
      if (t === attention.length - 1) {
        const position = params.get('position')!; // distance 0 is bucket 0
        const kind = params.get('kind')!;
        for (let j = 0; j < dim; j++) term += (table[from * dim + j] * tableScale + position[j] + kind[kinds[skipped + t] * dim + j]) * newest[j];
      }
      terms.set(from, (terms.get(from) ?? 0) + term);
    });
    let own = 0;
    for (let j = 0; j < dim; j++) own += params.get('goal')![goal * dim + j] * e[j];
    return { terms, own };
  };

  const companion = (row: number, boughtOnly = false): Reason | undefined => {
    const from = largest(companions(row, boughtOnly).terms);
    if (from === undefined) return undefined;
    const mark = neighbours.together?.[entryOf(model, from, row)];
    const isNew = model.lists?.fresh.has(itemIds[row]); // its companions are those of products like it
    const source = mark === TOGETHER.bought ? 'bought-with' : mark === TOGETHER.viewed ? 'viewed-with' : isNew ? 'new' : 'visit';
    return { source, ...nameOf(from) };
  };

  return {
    companion,
    of(row) {
      let above = 0;
      for (let j = 0; j < dim; j++) above += query[j] * (table[row * dim + j] - meanRow[j]);
      const parts = {
        visit: above * unit,
        popular: params.get('item_bias')![row] - meanBias,
        again: repeats.get(row) ?? -Infinity,
        companion: companions(row, false).sum || -Infinity,
        boosted: added.get(row) ?? -Infinity,
      };
      let part: keyof typeof parts = 'visit';
      for (const name of Object.keys(parts) as (keyof typeof parts)[]) if (parts[name] > parts[part]) part = name;

      if (part === 'companion') return companion(row)!;
      if (part === 'again') return { source: part, kind: nameOf(row).kind };
      if (part !== 'visit') return { source: part };
      const { terms, own } = direction(row);
      const from = largest(terms);
      if (from === row) return { source: 'again', kind: nameOf(row).kind };
      const source = model.lists?.fresh.has(itemIds[row]) ? 'new' : 'visit';
      return from === undefined || terms.get(from)! <= Math.max(0, own) ? { source } : { source, ...nameOf(from) };
    },
  };
}

/** Place of `row` among the companions of `from`; −1 where it is none. */
function entryOf({ neighbours: { count, row: companions, weight } }: RecommendationModel, from: number, row: number): number {
  for (let at = from * count; at < (from + 1) * count; at++) if (companions[at] === row && weight[at] > 0) return at;
  return -1;
}

/** The key with the largest value, the first of equals. */
function largest(terms: ReadonlyMap<number, number>): number | undefined {
  let best: number | undefined;
  for (const [row, term] of terms) if (best === undefined || term > terms.get(best)!) best = row;
  return best;
}

interface Averages { readonly meanRow: Float64Array; readonly meanBias: number }
const known = new WeakMap<RecommendationModel, Averages>();

/** The catalogue's average row and bias. */
function averages(model: RecommendationModel): Averages {
  const before = known.get(model);
  if (before) return before;
  const { table, params, config: { items, dim } } = model;
  const meanRow = new Float64Array(dim);
  table.forEach((value, at) => { meanRow[at % dim] += value; });
  for (let j = 0; j < dim; j++) meanRow[j] /= items;
  const found = { meanRow, meanBias: params.get('item_bias')!.reduce((sum, value) => sum + value, 0) / items };
  known.set(model, found);
  return found;
}
