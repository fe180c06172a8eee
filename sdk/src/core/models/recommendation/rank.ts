import { GOALS, KINDS, REPEAT_LENGTH } from './config.ts';
import { encodeSession, type KnownSession } from './encode-session.ts';
import type { RecommendationModel } from './load.ts';
import { topRows } from './top-rows.ts';
import type { BlockScan, RankedItem, RankRequest, RowSet, SessionItem } from './types.ts';

/**
 * Ranks the catalogue for a session: encode, scan with the given backend, keep the best of what may be shown. Equal
 * scores go to the more popular item (the lower row), so the order is total and every backend returns the same list.
 *
 * A session that holds nothing the model knows gets the popular items, marked `popular`.
 *
 * @throws VitrineError `bad_input` for a filter the model cannot answer; Error when the backend cannot
 *
 * @example
 * const items = await rank(model, createJsScan(model), { session: [{ id: '42', kind: 'view' }], goal: 'view', limit: 8 });
 */
export async function rank(model: RecommendationModel, scan: BlockScan, request: RankRequest): Promise<RankedItem[]> {
  // Most requests have no filter, so most pages never fetch this code.
  const allowed = request.filter ? (await import('./allowed-rows.ts')).allowedRows(model, request.filter) : null;
  const session = knownSession(model, request.session);
  if (session.rows.length === 0) return popular(model, request, allowed);
  const encoded = encodeSession(model, session, GOALS.indexOf(request.goal));
  const best = topRows(model, scan, encoded, { limit: request.limit, excluded: excludedRows(model, request), allowed });
  return best.map(({ row, score }) => ({ id: model.itemIds[row], score, source: 'model' }));
}

/** The most popular items that may be shown. */
export function popular(model: RecommendationModel, request: Pick<RankRequest, 'exclude' | 'limit'>, allowed?: RowSet | null): RankedItem[] {
  const items: RankedItem[] = [];
  for (let row = 0; row < model.itemIds.length && items.length < request.limit; row++) {
    const id = model.itemIds[row];
    if (!request.exclude?.has(id) && (!allowed || allowed.has(row))) items.push({ id, score: -row, source: 'popular' });
  }
  return items;
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

function excludedRows(model: RecommendationModel, request: RankRequest): Set<number> {
  const rows = new Set<number>();
  for (const id of request.exclude ?? []) {
    const row = model.rowOf.get(id);
    if (row !== undefined) rows.add(row);
  }
  return rows;
}
