import { GOALS, KINDS, REPEAT_LENGTH } from './config.ts';
import { encodeSession, type KnownSession } from './encode-session.ts';
import type { RecommendationModel } from './load.ts';
import type { RankedItem, RankRequest, Scorer, SessionItem } from './types.ts';

/**
 * Ranks the catalogue for a session: encode, scan with the given backend, add the repeat bonus, leave out what is
 * excluded, keep the best. Equal scores go to the more popular item (the lower row), so the order is total and every
 * backend returns the same list.
 *
 * A session that holds nothing the model knows gets the popular items, marked `popular`.
 *
 * @example
 * const items = await rank(model, createJsScorer(model), { session: [{ id: '42', kind: 'view' }], goal: 'view', limit: 8 });
 */
export async function rank(model: RecommendationModel, scorer: Scorer, request: RankRequest): Promise<RankedItem[]> {
  const session = knownSession(model, request.session);
  if (session.rows.length === 0) return popular(model, request);
  const { query, unit, bonus } = encodeSession(model, session, GOALS.indexOf(request.goal));
  const dots = await scorer.score(query);
  const best = selectTop(dots, unit, model.params.get('item_bias')!, bonus, excludedRows(model, request), request.limit);
  return best.map(({ row, score }) => ({ id: model.itemIds[row], score, source: 'model' }));
}

/** The most popular items that are not excluded. */
export function popular(model: RecommendationModel, request: Pick<RankRequest, 'exclude' | 'limit'>): RankedItem[] {
  const items: RankedItem[] = [];
  for (let row = 0; row < model.itemIds.length && items.length < request.limit; row++) {
    const id = model.itemIds[row];
    if (!request.exclude?.has(id)) items.push({ id, score: -row, source: 'popular' });
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

interface Scored {
  readonly row: number;
  readonly score: number;
}

/**
 * The `limit` best rows by score (dot × unit + bias + bonus), then by row. One pass; a sorted list of at most
 * `limit` stands in for a heap.
 */
export function selectTop(
  dots: ArrayLike<number>, unit: number, bias: Float32Array | undefined, bonus: ReadonlyMap<number, number>, excluded: ReadonlySet<number>, limit: number,
): Scored[] {
  const best: Scored[] = [];
  if (limit <= 0) return best;
  let threshold = -Infinity;
  for (let row = 0; row < dots.length; row++) {
    let score = dots[row] * unit;
    if (bias) score += bias[row];
    if (bonus.size > 0) score += bonus.get(row) ?? 0;
    if (best.length === limit && score <= threshold) continue;
    if (excluded.has(row)) continue;
    let place = best.length;
    while (place > 0 && best[place - 1].score < score) place--;
    best.splice(place, 0, { row, score });
    if (best.length > limit) best.pop();
    if (best.length === limit) threshold = best[limit - 1].score;
  }
  return best;
}
