import type { Goal, Kind } from './config.ts';

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

/**
 * Computes the dot product of an int8 query with every catalogue row. All values are whole numbers below 2^24, so a
 * float32 implementation is exact and every backend returns the same numbers.
 */
export interface Scorer {
  readonly name: 'js' | 'webgl';
  /** query: [dim] int8 → dots: [items], whole numbers. */
  score(query: Int8Array): Int32Array | Float32Array | Promise<Int32Array | Float32Array>;
  dispose(): void;
}
