import type { Source } from '../../events/types.ts';
import type { Goal, Kind } from './config.ts';
import type { ItemFilter } from './filter.ts';
import type { Rule } from './rules.ts';

/** One touch of an item in a session, oldest first in a list. `id` is the shop's product id, always a string. */
export interface SessionItem {
  readonly id: string;
  readonly kind: Kind;
}

/** A touch and when it was. */
export interface Touch extends SessionItem {
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** Where a list takes its items from before the model is asked; the model alone when there is none. */
export type ListOrigin =
  /** Companions of the session's items in past orders, in the model's order. The model fills the list. */
  | { readonly type: 'together' }
  /** The artifact's list of rising products, while it counts, and no others. */
  | { readonly type: 'trending'; readonly now: number }
  /** These products, in this order, and no others. */
  | { readonly type: 'viewed'; readonly ids: readonly string[] }
  /** What was bought, the most due first, and nothing else. */
  | { readonly type: 'bought'; readonly touches: readonly Touch[]; readonly now: number }
  /** Products like this one of the same type, at least `margin` (0.1: 10 %) below or above its price, and no others. */
  | { readonly type: 'cheaper' | 'dearer'; readonly product: string; readonly margin: number };

export interface RankRequest {
  /** What happened so far, oldest first; unknown ids are ignored. */
  readonly session: readonly SessionItem[];
  readonly goal: Goal;
  /** Never returned: the product looked at, the cart's content, sold-out and hidden products. */
  readonly exclude?: ReadonlySet<string>;
  /** Returned only where others do not fill the list. */
  readonly last?: ReadonlySet<string>;
  /** Only items with these attributes. */
  readonly filter?: ItemFilter;
  /** What the shop and the page want shown, moved or left out; all of them hold. */
  readonly rules?: readonly Rule[];
  readonly origin?: ListOrigin;
  /** How many items to return, at most; pinned ones come on top. */
  readonly limit: number;
}

/** Why an item is in a list; what it says is what moved the score (`explain.ts`). */
export interface Reason {
  readonly source: Source;
  /** The product that speaks for it, where it is one. */
  readonly item?: string;
  /** How that product (or for `again` the item itself) was touched last. */
  readonly kind?: Kind;
}

/** A reason as it is shown. */
export interface ItemReason extends Reason {
  /** Title of the product `item`, if it was asked for and may be shown. */
  readonly title?: string;
}

export interface RankedItem {
  readonly id: string;
  /** Orders items of one origin; those of the model by scale × cosine, with repeats, companions and rules. */
  readonly score: number;
  readonly reason: Reason;
  /** The place it is pinned to, 0 the first; such items stand before the others here (`arrange`). */
  readonly pinned?: number;
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
