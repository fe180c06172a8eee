import { dot } from './dot.ts';
import type { EncodedSession } from './encode-session.ts';
import type { RecommendationModel } from './load.ts';
import { type Scored, selectTop, TopList } from './select-top.ts';
import { BLOCK, type BlockScan, type RowSet } from './types.ts';

export interface TopRowsOptions {
  readonly limit: number;
  /** Rows that may not be returned. */
  readonly excluded?: ReadonlySet<number>;
  /** The only rows that may be returned; null or absent: all. */
  readonly allowed?: RowSet | null;
}

/** Below one allowed row in so many, scoring those alone costs less than a scan of the catalogue. */
const FEW = 8;

/**
 * The `limit` best rows, exactly those of the definition (README.md): score every row as dot × unit + bias + bonus in
 * double precision, leave out what is excluded, sort by score, then by row.
 *
 * A backend says for every block of rows how good its best row is. Rows with a bonus are scored first, then the `limit`
 * most promising blocks, which sets a bar; then every other block that still reaches the bar. A block below it
 * holds nothing that could enter the list, so the result does not depend on which rows are excluded or tied, nor on the
 * order of the blocks.
 *
 * @throws Error when a block's best row is not what the backend said: its numbers are wrong
 *
 * @example
 * const best = topRows(model, createJsScan(model), encodeSession(model, session, goal), { limit: 20 });
 */
export function topRows(model: RecommendationModel, scan: BlockScan, { query, unit, bonus }: Pick<EncodedSession, 'query' | 'unit' | 'bonus'>, options: TopRowsOptions): Scored[] {
  const { table, config: { items, dim } } = model;
  const { limit, excluded, allowed } = options;
  const bias = model.params.get('item_bias')!;
  const top = new TopList(limit);
  const mayStand = (row: number) => !excluded?.has(row) && (!allowed || allowed.has(row));

  /** dot × unit + bias, as the definition has it. */
  const scoreOf = (row: number) => dot(query, table, row * dim) * unit + bias[row];

  if (allowed && allowed.size * FEW <= items) {
    for (let row = 0; row < items; row++) if (mayStand(row)) top.offer(row, scoreOf(row) + (bonus.get(row) ?? 0));
    return top.best;
  }

  for (const [row, extra] of bonus) if (mayStand(row)) top.offer(row, scoreOf(row) + extra);

  const { maxima, slack } = scan.scan(query, unit);
  const visited = new Uint8Array(maxima.length);
  const visit = (block: number) => {
    visited[block] = 1;
    let most = -Infinity;
    for (let row = block * BLOCK, end = Math.min(row + BLOCK, items); row < end; row++) {
      const score = scoreOf(row);
      if (score > most) most = score;
      if (score >= top.bar && !bonus.has(row) && mayStand(row)) top.offer(row, score);
    }
    // Written so that NaN fails too.
    if (!(Math.abs(maxima[block] - most) <= slack)) throw new Error(`${scan.name} computes wrong numbers on this device`);
  };
  for (const { row: block } of selectTop(maxima, limit)) visit(block);
  for (let block = 0; block < maxima.length; block++) {
    const most = maxima[block] + slack;
    // A block that can only tie must hold a row above the list's last one.
    if (visited[block] || most < top.bar || (most === top.bar && block * BLOCK > top.best[top.best.length - 1].row)) continue;
    visit(block);
  }
  return top.best;
}
