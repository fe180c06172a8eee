/** How an item was touched. The position in this list is the number stored in data sets and artifacts. */
export const KINDS = ['view', 'cart', 'purchase'] as const;
export type Kind = (typeof KINDS)[number];

/**
 * What the ranking is for. `view`: the next item this visit looks at ("you may also like"). `purchase`: an item bought
 * together with, or after, these ("often bought together").
 */
export const GOALS = ['view', 'purchase'] as const;
export type Goal = (typeof GOALS)[number];

/** Shape of the recommendation model. It travels in the artifact's manifest. */
export interface RecommendationConfig {
  /** Items in the vocabulary, N. Row 0 is the most popular item, row N-1 the least. */
  readonly items: number;
  /** Width of the item vectors, d. */
  readonly dim: number;
  /** Items the encoder reads, T, the newest ones; the repeat bonus looks back REPEAT_LENGTH. */
  readonly maxLength: number;
  /** Multiplies the cosine between session and item (1 / temperature). Learned. */
  readonly scale: number;
  /** Bit g is set when goal g had training data: 1 view, 2 purchase, 3 both. */
  readonly goals: number;
  /** Neighbours kept per item, K; 0 when the shop has no pair bought often enough. */
  readonly neighbours: number;
  /** Seconds since 1970 until which the list of rising products counts. */
  readonly trendingUntil?: number;
  /** Usual days between two purchases of the same item by the same customer. */
  readonly repurchaseDays?: number;
}

/** How the companions of a session's items of one kind become one number for each companion. */
export interface CompanionSum {
  /** A companion's weight falls by this factor for each item after the one it belongs to. */
  readonly decay: number;
  /** The square root of the sum counts instead of the sum: more for a companion that little speaks for. */
  readonly root: boolean;
}

/** Where every shop starts; the data may change them. */
export const DEFAULTS = { dim: 64, maxLength: 50, scale: 12 } as const;

/** Items of a session that can earn the repeat bonus, the newest ones; older items are dropped. */
export const REPEAT_LENGTH = 200;

/** First distance (items before the end of the session) of each bucket: exact near the end, coarser further back. */
const BUCKET_STARTS = [0, 1, 2, 3, 4, 5, 7, 10, 14, 20, 28, 40, 56, 80, 112, 160] as const;
export const POSITION_BUCKETS = BUCKET_STARTS.length;

/**
 * Bucket of a reversed position.
 * @param distance items between this one and the end of the session; 0 is the last item
 */
export function positionBucket(distance: number): number {
  let bucket = BUCKET_STARTS.length - 1;
  while (BUCKET_STARTS[bucket] > distance) bucket--;
  return bucket;
}

/** Row of the repeat-bonus table for an item of the session. */
export function bonusIndex(goal: number, kind: number, distance: number): number {
  return (goal * KINDS.length + kind) * POSITION_BUCKETS + positionBucket(distance);
}

export const BONUS_SIZE = GOALS.length * KINDS.length * POSITION_BUCKETS;

/** How companions are summed up where nothing else was chosen. */
export const PLAIN_SUM: CompanionSum = { decay: 0.97, root: false };

/** Entry of the neighbour-mix table for an item of the session. */
export function mixIndex(goal: number, kind: number): number {
  return goal * KINDS.length + kind;
}

export const MIX_SIZE = GOALS.length * KINDS.length;

/** What held an item and its companion together, as artifacts number it. */
export const TOGETHER = { bought: 1, viewed: 2 } as const;

/** Distinct weights a companion may have: what an int4 tensor can number. */
export const LEVELS = 16;

/** Bytes that hold a row number of a catalogue of this size. */
export function rowBytes(items: number): number {
  return items <= 0x100 ? 1 : items <= 0x1_0000 ? 2 : items <= 0x100_0000 ? 3 : 4;
}

/** The shapes of all trainable tensors for a configuration, by name. The one list that init, encoding and loading follow. */
export function paramShapes(config: Pick<RecommendationConfig, 'items' | 'dim'>): ReadonlyMap<string, readonly number[]> {
  const { items: n, dim: d } = config;
  return new Map<string, readonly number[]>([
    ['item_table', [n, d]],
    ['item_bias', [n]],
    ['repeat_bias', [n]],
    ['position', [POSITION_BUCKETS, d]],
    ['kind', [KINDS.length, d]],
    ['goal', [GOALS.length, d]],
    ['attention_item', [d, d]],
    ['attention_last', [d, d]],
    ['attention_mean', [d, d]],
    ['attention_bias', [d]],
    ['attention_out', [d]],
    ['project', [2 * d, d]],
    ['bonus', [BONUS_SIZE]],
  ]);
}
