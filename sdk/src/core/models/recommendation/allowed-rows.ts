import { compileFilter, type ItemFilter } from './filter.ts';
import type { RecommendationModel } from './load.ts';
import type { RowSet } from './types.ts';

/** A widget asks with the same filter again and again: the last one of each model is kept. */
const last = new WeakMap<RecommendationModel, { readonly key: string; readonly rows: RowSet }>();

/**
 * The rows a filter lets through.
 * @throws VitrineError `bad_input` as `compileFilter` does
 */
export function allowedRows(model: RecommendationModel, filter: ItemFilter): RowSet {
  const key = JSON.stringify(filter);
  const known = last.get(model);
  if (known?.key === key) return known.rows;
  const passes = compileFilter(model, filter);
  const mask = Uint8Array.from({ length: model.config.items }, (_, row) => Number(passes(row)));
  const rows = { size: mask.reduce((sum, bit) => sum + bit, 0), has: (row: number) => mask[row] === 1 };
  last.set(model, { key, rows });
  return rows;
}
