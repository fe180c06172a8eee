/**
 * What the generator hands out. Ids are decimal strings as in a storefront (`gid://shopify/Product/<id>` in the Admin
 * API), money is whole cents, times are milliseconds since 1970.
 */
export interface GeneratorOptions {
  readonly seed?: number;
  readonly products?: number;
  /** Orders wanted; fewer come only where a tiny shop is sold out of everything. */
  readonly orders?: number;
  readonly customers?: number;
  /** Length of the shop's history. */
  readonly days?: number;
  /** End of the history; defaults to the last midnight (UTC). Pass it for a shop that is the same tomorrow. */
  readonly end?: Date;
}

export interface Variant {
  readonly id: string;
  readonly inventoryItemId: string;
  readonly title: string;
  readonly sku: string;
  /** Cents; changes as the shop reprices. */
  price: number;
  readonly tracked: boolean;
  /** Units in stock; changes as the shop sells. */
  quantity: number;
}

export interface Picture {
  readonly shape: string;
  readonly colour: string;
  readonly pattern: string;
}

export interface Product {
  readonly id: string;
  readonly handle: string;
  readonly title: string;
  readonly type: string;
  readonly vendor: string;
  readonly tags: readonly string[];
  readonly descriptionHtml: string;
  readonly option: string;
  readonly variants: readonly Variant[];
  readonly picture: Picture;
  readonly createdAt: number;
  updatedAt: number;
  status: 'active' | 'draft' | 'archived';
  publishedAt: number | null;
}

export interface Address {
  readonly address1: string;
  readonly city: string;
  readonly zip: string;
  readonly countryCode: string;
  readonly country: string;
}

export interface Customer {
  readonly id: string;
  readonly email: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly createdAt: number;
  readonly address: Address;
}

export interface OrderLine {
  readonly id: string;
  /** Null when the product was deleted since. */
  readonly productId: string | null;
  readonly variantId: string | null;
  readonly title: string;
  readonly variantTitle: string;
  readonly vendor: string;
  readonly sku: string;
  readonly quantity: number;
  /** Cents a piece. */
  readonly price: number;
  /** Units returned. */
  refunded: number;
}

export interface Payment {
  readonly company: string;
  /** First six and last four digits, as payment details show them. */
  readonly bin: string;
  readonly last4: string;
  /** Address and security code checks of the card network: Y, N or U (not checked). */
  readonly avs: 'Y' | 'N' | 'U';
  readonly cvv: 'M' | 'N' | 'U';
}

export type FraudKind = 'card-testing' | 'large-payments' | 'country-mismatch' | 'new-account-express' | 'shared-address';

export interface Order {
  readonly id: string;
  /** "#1001" and on. */
  readonly name: string;
  readonly number: number;
  readonly token: string;
  readonly customerId: string | null;
  readonly email: string | null;
  readonly createdAt: number;
  updatedAt: number;
  cancelledAt: number | null;
  cancelReason: 'CUSTOMER' | 'FRAUD' | 'INVENTORY' | null;
  readonly test: boolean;
  readonly lines: readonly OrderLine[];
  readonly shipping: { readonly title: string; readonly price: number };
  readonly billingAddress: Address | null;
  readonly shippingAddress: Address | null;
  readonly clientIp: string | null;
  readonly payment: Payment;
  /** Cents: lines plus shipping. */
  readonly total: number;
}

export type SessionEventType =
  | 'page_viewed' | 'collection_viewed' | 'search_submitted' | 'product_viewed' | 'product_added_to_cart' | 'cart_viewed'
  | 'checkout_started' | 'checkout_completed';

export interface SessionEvent {
  readonly type: SessionEventType;
  readonly at: number;
  readonly productId?: string;
  readonly quantity?: number;
  readonly query?: string;
  /** Product type of a collection. */
  readonly collection?: string;
}

/** One visit to the storefront before the app was installed. A real shop does not give these away through its API. */
export interface Session {
  readonly id: string;
  readonly customerId: string;
  readonly events: readonly SessionEvent[];
  readonly orderId: string | null;
}

/** What nobody outside the generator can know: the yardstick for evaluations. */
export interface Truth {
  /**
   * Units of a product that shoppers would buy on a day (0 is the first) if it were in stock: the mean over shoppers, by
   * the same choice probabilities that drew the sessions.
   */
  expectedDemand(productId: string, day: number): number;
  /** Days on which a product could not be bought: [from, to). */
  stockOuts(productId: string): readonly (readonly [number, number])[];
  /** Place of a product in the space of tastes (16 numbers). */
  productTaste(productId: string): readonly number[];
  /** Taste of a shopper in the same space: the higher the dot product, the likelier the choice. */
  customerTaste(customerId: string): readonly number[];
  /** Products that shoppers tend to add to a basket begun with this one, likeliest first. */
  complements(productId: string): readonly { readonly productId: string; readonly weight: number }[];
  /**
   * Probability that the visit ends in an order after each of its events, given the kinds of its events so far and the
   * shopper's own habit: the best any predictor could say.
   */
  purchaseProbability(sessionId: string): readonly number[];
  /** Null for an honest order. */
  fraudKind(orderId: string): FraudKind | null;
}

export interface GeneratedShop {
  readonly name: string;
  readonly currency: string;
  readonly timezone: string;
  /** First moment of day 0. */
  readonly start: number;
  readonly end: number;
  readonly days: number;
  readonly products: Product[];
  readonly customers: Customer[];
  /** By time. */
  readonly orders: Order[];
  readonly sessions: readonly Session[];
  readonly truth: Truth;
}
