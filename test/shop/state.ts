import { collectionHandle } from './generator/products.ts';
import type { Random } from './generator/random.ts';
import type { Customer, GeneratedShop, Order, Product, Variant } from './generator/types.ts';
import type { Faults } from './faults.ts';

/** An app in this shop: what its partner account says about it, and what it holds while installed. */
export interface InstalledApp {
  readonly appUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scopes: readonly string[];
  readonly installedAt: number;
}

/** What the storefront's pages carry of an app. */
export interface Embed {
  readonly appUrl: string;
  /** The app's publishable key. */
  readonly key: string;
  /** The app's web pixel, as one script; the pixel then reports the pages, and the app's own script its lists. */
  readonly pixel?: string;
  /** Where the app's script finds its server; the app itself by default, "/apps/vitrine" goes through the app proxy. */
  readonly server?: string;
}

export interface Subscription {
  readonly id: string;
  /** As the schema names it: ORDERS_CREATE. */
  readonly topic: string;
  uri: string;
  format: string;
  includeFields: readonly string[];
  filter: string | null;
  readonly createdAt: number;
  updatedAt: number;
}

/** Everything that changes while the shop runs, with the look-ups that its pages and its API share. */
export interface ShopState {
  readonly domain: string;
  /** Where the shop listens; set by `listen`. */
  origin: string;
  readonly data: GeneratedShop;
  readonly clock: () => number;
  readonly random: Random;
  readonly faults: Faults;
  app: InstalledApp | null;
  embed: Embed | null;
  readonly subscriptions: Subscription[];
  readonly productById: Map<string, Product>;
  readonly productByHandle: Map<string, Product>;
  readonly variantById: Map<string, { readonly product: Product; readonly variant: Variant }>;
  readonly customerById: Map<string, Customer>;
  readonly orderById: Map<string, Order>;
  readonly orderByToken: Map<string, Order>;
  readonly typeByHandle: Map<string, string>;
  /** Pieces sold so far, for "bestsellers" and the order of search results. */
  readonly sold: Map<string, number>;
}

export function createState(input: { domain: string; data: GeneratedShop; clock: () => number; random: Random; faults: Faults }): ShopState {
  const { data } = input;
  const state: ShopState = {
    ...input, origin: '', app: null, embed: null, subscriptions: [],
    productById: new Map(data.products.map((product) => [product.id, product])),
    productByHandle: new Map(data.products.map((product) => [product.handle, product])),
    variantById: new Map(data.products.flatMap((product) => product.variants.map((variant) => [variant.id, { product, variant }] as const))),
    customerById: new Map(data.customers.map((customer) => [customer.id, customer])),
    orderById: new Map(), orderByToken: new Map(),
    typeByHandle: new Map([...new Set(data.products.map((product) => product.type))].map((type) => [collectionHandle(type), type])),
    sold: new Map(),
  };
  for (const order of data.orders) indexOrder(state, order);
  return state;
}

/** Makes an order known to every look-up (not to `data.orders`). */
export function indexOrder(state: ShopState, order: Order): void {
  state.orderById.set(order.id, order);
  state.orderByToken.set(order.token, order);
  for (const line of order.lines) if (line.productId !== null) state.sold.set(line.productId, (state.sold.get(line.productId) ?? 0) + line.quantity);
}

/** On show in the storefront: active and published, whether in stock or not. */
export function isVisible(product: Product): boolean {
  return product.status === 'active' && product.publishedAt !== null;
}

export function isAvailable(product: Product): boolean {
  return product.variants.some((variant) => !variant.tracked || variant.quantity > 0);
}
