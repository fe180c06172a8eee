import type { Goal, Kind } from './config.ts';
import type { ItemFilter } from './filter.ts';

/** One touch of an item in a session, oldest first in a list. `id` is the shop's product id, always a string. */
export interface SessionItem {
  readonly id: string;
  readonly kind: Kind;
}

export interface RankRequest {
  /** What happened so far, oldest first; unknown ids are ignored. */
  readonly session: readonly SessionItem[];
  readonly goal: Goal;
  /** Never returned: the product looked at, the cart's content, sold-out and hidden products. */
  readonly exclude?: ReadonlySet<string>;
  /** Only items with these attributes. */
  readonly filter?: ItemFilter;
  /** How many items to return, at most. */
  readonly limit: number;
}

export interface RankedItem {
  readonly id: string;
  /** Model score (scale × cosine, plus the repeat bonus); for `popular`, the popularity rank negated. */
  readonly score: number;
  /** `model`: ranked by the session; `popular`: the session held nothing the model knows. */
  readonly source: 'model' | 'popular';
}

/** Rows of a block, the unit in which backends report. */
export const BLOCK = 16;

/** For each block of BLOCK rows, in order, the largest dot × unit + bias. */
export interface BlockMaxima {
  /** [⌈items / BLOCK⌉]; the caller may overwrite it. */
  readonly maxima: Float32Array | Float64Array;
  /** No entry is further than this from the largest value in double precision. 0: equal to it. */
  readonly slack: number;
}

/** Scans the whole catalogue for one query. What each backend does its own way; `topRows` makes the same ranking of all. */
export interface BlockScan {
  readonly name: BackendName;
  /**
   * @param query [dim] int8, no entry below -127; the dot products are whole numbers below 2^24
   * @throws Error when the backend cannot answer, e.g. a lost GPU
   */
  scan(query: Int8Array, unit: number): BlockMaxima;
  dispose(): void;
}

export type BackendName = 'webgl' | 'wasm' | 'js';

/** A set of catalogue rows. */
export interface RowSet {
  readonly size: number;
  has(row: number): boolean;
}
