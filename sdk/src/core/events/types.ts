/**
 * What a shopper did, as the browser reports it. One type per event; `validate.ts` is the only judge of what is well
 * formed, for the SDK before sending and for the collector on receipt. Names follow Shopify's web pixel where it has one.
 *
 * No event carries a name, an address, a mail or an IP. `visitorId` is a random id that exists only with consent.
 */
interface Base {
  /** Random UUID; the collector stores an id once. */
  readonly id: string;
  /** Milliseconds since 1970 by the shopper's clock; the server adds its own time. */
  readonly at: number;
  /** Random id of this visit; ends after 30 minutes without an event. */
  readonly sessionId: string;
  readonly visitorId?: string;
}

export interface ProductRef {
  readonly productId: string;
  readonly quantity: number;
}

export interface ShownItem {
  readonly productId: string;
  /** 0 is the first. */
  readonly position: number;
  readonly source: Source;
}

export interface PageViewed extends Base { readonly type: 'page_viewed'; readonly path: string }
export interface ProductViewed extends Base { readonly type: 'product_viewed'; readonly productId: string }
export interface CollectionViewed extends Base { readonly type: 'collection_viewed'; readonly collectionId: string }
export interface SearchSubmitted extends Base { readonly type: 'search_submitted'; readonly query: string }
export interface AddedToCart extends Base { readonly type: 'product_added_to_cart'; readonly productId: string; readonly quantity: number }
export interface RemovedFromCart extends Base { readonly type: 'product_removed_from_cart'; readonly productId: string; readonly quantity: number }
export interface CartViewed extends Base { readonly type: 'cart_viewed'; readonly items: readonly ProductRef[] }
export interface CheckoutStarted extends Base { readonly type: 'checkout_started'; readonly items: readonly ProductRef[]; readonly checkoutToken?: string }
/** A browser's claim; an order counts only when its webhook arrives. */
export interface CheckoutCompleted extends Base { readonly type: 'checkout_completed'; readonly orderId: string; readonly checkoutToken?: string }
/** A widget was seen (at least half of it for a second) with these items. */
export interface Impression extends Base {
  readonly type: 'impression';
  readonly widget: Widget;
  /** Version of the artifact that ranked them; absent when the popular list of an unversioned fallback was shown. */
  readonly artifact?: string;
  readonly items: readonly ShownItem[];
}
export interface RecommendationClicked extends Base {
  readonly type: 'recommendation_clicked';
  readonly widget: Widget;
  readonly artifact?: string;
  readonly productId: string;
  readonly position: number;
}

/** Kinds of lists. */
export const WIDGETS = ['related', 'bought-together', 'for-you', 'trending', 'recently-viewed', 'buy-again', 'similar-cheaper', 'similar-dearer'] as const;
export type Widget = (typeof WIDGETS)[number];

/**
 * What put an item into a list.
 *
 * | source | |
 * |---|---|
 * | `visit` | the model: it fits what was looked at, put in the cart or bought |
 * | `bought-with`, `viewed-with` | orders, or visits, held it together with a product of this visit |
 * | `again` | products are often looked at or bought again, and this one was |
 * | `popular` | the shop sells it often |
 * | `trending` | it rises faster than the shop |
 * | `new` | nobody has bought it yet; by its description it fits the visit |
 * | `viewed`, `bought` | this shopper looked at it; bought it |
 * | `cheaper`, `dearer` | it is like the product looked at, at another price |
 * | `pinned`, `boosted` | the shop, or the page, wanted it there |
 */
export const SOURCES = [
  'visit', 'bought-with', 'viewed-with', 'again', 'popular', 'trending', 'new', 'viewed', 'bought', 'cheaper', 'dearer', 'pinned', 'boosted',
] as const;
export type Source = (typeof SOURCES)[number];

export type VitrineEvent =
  | PageViewed | ProductViewed | CollectionViewed | SearchSubmitted | AddedToCart | RemovedFromCart | CartViewed
  | CheckoutStarted | CheckoutCompleted | Impression | RecommendationClicked;

export type EventType = VitrineEvent['type'];

/** Body of a collector request. */
export interface EventBatch {
  /** The shop's publishable key (`pk_…`). */
  readonly key: string;
  /** The shopper allowed analytics; without it the collector stores nothing. */
  readonly consent: true;
  readonly events: readonly VitrineEvent[];
}

/** Limits the SDK keeps and the collector enforces. */
export const LIMITS = { batchEvents: 50, batchBytes: 16_384, text: 256, items: 100, quantity: 100_000 } as const;
