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
  /** Items in the vocabulary, N. */
  readonly items: number;
  /** Width of the item vectors, d. */
  readonly dim: number;
  /** Longest session the encoder reads, T; older items are dropped. */
  readonly maxLength: number;
  /** Multiplies the cosine between session and item (1 / temperature). */
  readonly scale: number;
}

/** The defaults every shop starts from; `items` comes from the shop. */
export const DEFAULTS = { dim: 64, maxLength: 50, scale: 12 } as const;
