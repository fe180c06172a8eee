import { GOALS, KINDS, REPEAT_LENGTH } from './config.ts';
import { encodeSession, type KnownSession } from './encode-session.ts';
import { createExplainer } from './explain.ts';
import type { RecommendationModel } from './load.ts';
import { topRows } from './top-rows.ts';
import type { BlockScan, RankedItem, RankRequest, RowSet, SessionItem } from './types.ts';

/** What one source of items may give. */
interface Wanted {
  readonly limit: number;
  readonly exclude: ReadonlySet<string>;
  /** Only these. */
  readonly only?: ReadonlySet<string>;
}

/**
 * Ranks the catalogue for a session: encode, scan with the given backend, keep the best of what may be shown. Equal
 * scores go to the more popular item (the lower row), so the order is total and every backend returns the same list.
 *
 * Where the request names an origin, its items come first; then the model's; a session that holds nothing the model
 * knows gets the popular items. What the request wants last comes when all of these are through. Pinned items stand before all
 * others, by their places, and do not count: `arrange` puts them in their places.
 *
 * @throws VitrineError `bad_input` for a filter or rule the model cannot answer; Error when the backend cannot
 *
 * @example
 * const items = await rank(model, createJsScan(model), { session: [{ id: '42', kind: 'view' }], goal: 'view', limit: 8 });
 */
export async function rank(model: RecommendationModel, scan: BlockScan, request: RankRequest): Promise<RankedItem[]> {
  const { filter, rules, origin, exclude, last, limit } = request;
  // Most requests have neither rules nor another origin, so most pages never fetch that code.
  const shape = filter !== undefined || rules?.length ? (await import('./apply-rules.ts')).applyRules(model, request) : undefined;
  const originItems = origin && (await import('./rank-origin.ts')).originItems;

  const session = knownSession(model, request.session);
  const goal = GOALS.indexOf(request.goal);
  const encoded = session.rows.length > 0 ? encodeSession(model, session, goal) : undefined;
  const added = shape?.added ?? new Map<number, number>();
  const explainer = encoded && createExplainer(model, session, goal, encoded, added);

  /** The best by the model, or where it knows nothing of the session, the popular ones. */
  const modelItems = ({ limit: most, exclude: without, only }: Wanted, among?: RowSet): RankedItem[] => {
    const allowed = both(both(shape?.allowed, among), only && rowsOf(model, only));
    if (!encoded) return popular(model, { limit: most, exclude: without }, allowed, shape?.factor);
    let { bonus } = encoded;
    if (added.size > 0) {
      const merged = new Map(bonus);
      for (const [row, score] of added) merged.set(row, (bonus.get(row) ?? 0) + score);
      bonus = merged;
    }
    return topRows(model, scan, { ...encoded, bonus }, { limit: most, excluded: rowsOf(model, without), allowed })
      .map(({ row, score }) => ({ id: model.itemIds[row], score, reason: explainer!.of(row) }));
  };
  const sources: ((wanted: Wanted) => RankedItem[])[] = [];
  if (originItems) sources.push((wanted) => originItems(model, session, request, { ...wanted, shape, explainer, modelItems }));
  if (!origin || origin.type === 'together') sources.push(modelItems);

  const taken = new Set(exclude);
  const pins = (shape?.pins ?? []).filter(({ id }) => !taken.has(id));
  const items: RankedItem[] = pins.map(({ id, position }) => ({ id, score: 0, pinned: position, reason: { source: 'pinned' } }));
  for (const { id } of pins) taken.add(id);
  const enough = limit + pins.length;
  const addFrom = (only?: ReadonlySet<string>) => {
    for (const source of sources) {
      if (items.length >= enough) return;
      const without = only ? taken : new Set([...taken, ...(last ?? [])]);
      for (const item of source({ limit: enough - items.length, exclude: without, only })) {
        items.push(item);
        taken.add(item.id);
      }
    }
  };
  addFrom();
  if (last?.size) addFrom(last);
  return items;
}

/** The most popular items that may be shown. An item with a factor stands where one so much more popular would, by its place. */
export function popular(
  model: RecommendationModel, { exclude, limit }: Pick<RankRequest, 'exclude' | 'limit'>, allowed?: RowSet | null, factor: ReadonlyMap<number, number> = new Map(),
): RankedItem[] {
  const items: RankedItem[] = [];
  const enough = factor.size > 0 ? Infinity : limit;
  for (let row = 0; row < model.itemIds.length && items.length < enough; row++) {
    const id = model.itemIds[row];
    if (exclude?.has(id) || (allowed && !allowed.has(row))) continue;
    const by = factor.get(row) ?? 1;
    items.push({ id, score: -(row + 1) / by, reason: { source: by > 1 ? 'boosted' : 'popular' } });
  }
  if (factor.size > 0) items.sort((a, b) => b.score - a.score); // stable: equal ones by row
  return items.slice(0, limit);
}

/** Drops unknown items and all but the last REPEAT_LENGTH. */
export function knownSession(model: RecommendationModel, session: readonly SessionItem[]): KnownSession {
  const rows: number[] = [];
  const kinds: number[] = [];
  for (let i = session.length - 1; i >= 0 && rows.length < REPEAT_LENGTH; i--) {
    const row = model.rowOf.get(session[i].id);
    if (row === undefined) continue;
    rows.push(row);
    kinds.push(KINDS.indexOf(session[i].kind));
  }
  return { rows: rows.reverse(), kinds: kinds.reverse() };
}

function rowsOf(model: RecommendationModel, ids: ReadonlySet<string>): Set<number> {
  const rows = new Set<number>();
  for (const id of ids) {
    const row = model.rowOf.get(id);
    if (row !== undefined) rows.add(row);
  }
  return rows;
}

function both(a: RowSet | null | undefined, b: RowSet | null | undefined): RowSet | null {
  if (!a || !b) return a ?? b ?? null;
  return { size: Math.min(a.size, b.size), has: (row) => a.has(row) && b.has(row) };
}
