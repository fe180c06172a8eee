import type { Shape } from './apply-rules.ts';
import { FACET } from './attributes.ts';
import { TOGETHER } from './config.ts';
import { dot } from './dot.ts';
import type { KnownSession } from './encode-session.ts';
import type { Explainer } from './explain.ts';
import { NO_LISTS, type RecommendationModel } from './load.ts';
import { TopList } from './select-top.ts';
import type { ListOrigin, RankedItem, RankRequest, RowSet, Touch } from './types.ts';

// Lists whose items do not come from the model's ranking. A page that has none of them never fetches this code.

/** What may be returned, and what helps to say it. */
export interface OriginInput {
  readonly limit: number;
  readonly exclude: ReadonlySet<string>;
  readonly only?: ReadonlySet<string>;
  readonly shape?: Shape;
  readonly explainer?: Explainer;
  /** The model's own ranking, of some rows. */
  readonly modelItems: (wanted: { limit: number; exclude: ReadonlySet<string>; only?: ReadonlySet<string> }, among: RowSet) => RankedItem[];
}

/** The items of a request's origin, best first. */
export function originItems(model: RecommendationModel, session: KnownSession, request: RankRequest, input: OriginInput): RankedItem[] {
  const origin = request.origin!;
  switch (origin.type) {
    case 'together': return together(model, session, input);
    case 'trending': return byId(input, trending(model, origin.now, input.shape));
    case 'viewed': return byId(input, origin.ids.map((id, at) => ({ id, score: -at, reason: { source: 'viewed' } })));
    case 'bought': return byId(input, due(model, origin.touches, origin.now));
    default: return similar(model, origin, input);
  }
}

/** Of these, in this order, those that may be shown. */
function byId({ limit, exclude, only, shape }: OriginInput, items: readonly RankedItem[]): RankedItem[] {
  return items.filter(({ id }) => !exclude.has(id) && (only?.has(id) ?? true) && (shape?.mayStand(id) ?? true)).slice(0, limit);
}

/** What orders held together with the session's items, in the model's order. */
function together(model: RecommendationModel, session: KnownSession, { explainer, modelItems, ...wanted }: OriginInput): RankedItem[] {
  const { together: marks, count, row } = model.neighbours;
  const found = new Set<number>();
  for (const from of marks ? session.rows : []) {
    for (let at = from * count; at < (from + 1) * count; at++) if (marks![at] === TOGETHER.bought) found.add(row[at]);
  }
  if (found.size === 0) return [];
  return modelItems(wanted, found).map((item) => ({ ...item, reason: explainer!.companion(model.rowOf.get(item.id)!, true) ?? item.reason }));
}

/** Products that rise, the fastest first; none once the time the list was made for is over. */
function trending({ lists = NO_LISTS, rowOf }: RecommendationModel, now: number, shape?: Shape): RankedItem[] {
  if (!(now <= lists.trendingUntil)) return [];
  const factor = (id: string) => shape?.factor.get(rowOf.get(id) ?? -1) ?? 1;
  const items = lists.trending.map((id, at): RankedItem => ({ id, score: lists.growth[at] * factor(id), reason: { source: 'trending' } }));
  return items.sort((a, b) => b.score - a.score);
}

const DAY = 86_400_000;
/** Of an item's interval, what must have passed before it can be due. */
const EARLIEST = 0.5;

/**
 * What was bought, by how near the time since then is to the item's usual interval between two purchases: r and 1/r are as near. What was bought
 * less than half an interval ago is not due.
 */
function due({ lists = NO_LISTS, rowOf }: RecommendationModel, touches: readonly Touch[], now: number): RankedItem[] {
  const latest = new Map<string, number>();
  for (const { id, at } of touches) latest.set(id, Math.max(at, latest.get(id) ?? 0));
  const items = [...latest].flatMap(([id, at]): RankedItem[] => {
    const row = rowOf.get(id);
    const days = (row === undefined ? 0 : lists.repurchaseDays?.[row]) || lists.usualDays;
    const passed = days > 0 ? (now - at) / DAY / days : 0;
    return passed >= EARLIEST ? [{ id, score: passed < 1 ? passed : 1 / passed, reason: { source: 'bought', kind: 'purchase' } }] : [];
  });
  return items.sort((a, b) => b.score - a.score || latest.get(b.id)! - latest.get(a.id)!);
}

/** Products of the same type (of any, where that one's is not known) whose vectors point its way, on one side of its price. */
function similar(model: RecommendationModel, { type: side, product, margin }: ListOrigin & { type: 'cheaper' | 'dearer' }, { limit, exclude, only, shape }: OriginInput): RankedItem[] {
  const { table, rowOf, attributes, itemIds, config: { items, dim, scale } } = model;
  const own = rowOf.get(product);
  if (own === undefined || !attributes) return [];
  const { facets, start, facet } = attributes;
  const facetOf = (row: number, letter: string): number => {
    for (let at = start[row]; at < start[row + 1]; at++) if (facets[facet[at]][0] === letter) return facet[at];
    return -1;
  };
  const prices = Float64Array.from(facets, (text) => (text[0] === FACET.price ? Number(text.slice(1)) : NaN));
  const price = prices[facetOf(own, FACET.price)];
  const kind = facetOf(own, FACET.type);
  const isOnSide = (other: number) => (side === 'cheaper' ? other <= price * (1 - margin) : other >= price * (1 + margin));

  const query = table.subarray(own * dim, (own + 1) * dim);
  const length = (row: number) => Math.sqrt(dot(table.subarray(row * dim, (row + 1) * dim), table, row * dim));
  const ownLength = length(own);
  const top = new TopList(limit);
  for (let row = 0; row < items; row++) {
    if (row === own || !isOnSide(prices[facetOf(row, FACET.price)]) || (kind >= 0 && facetOf(row, FACET.type) !== kind)) continue;
    if (exclude.has(itemIds[row]) || (only && !only.has(itemIds[row])) || (shape?.allowed && !shape.allowed.has(row))) continue;
    const likeness = dot(query, table, row * dim) / (ownLength * length(row) || 1);
    top.offer(row, scale * likeness + (shape?.added.get(row) ?? 0));
  }
  return top.best.map(({ row, score }) => ({ id: itemIds[row], score, reason: { source: side, item: product, kind: 'view' } }));
}
