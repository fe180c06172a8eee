import type { Checkout, PixelEvents, ProductVariant } from '@shopify/web-pixels-extension';
import { publicPath } from '@vitrine/sdk/core/events/public-path';
import { LIMITS, type ProductRef, type VitrineEvent } from '@vitrine/sdk/core/events/types';

type Stamped = 'id' | 'at' | 'sessionId' | 'visitorId';
type Unstamped<Event> = Event extends VitrineEvent ? Omit<Event, Stamped> : never;
/** What the shopper did, before anyone has said when, and in which visit. */
export type PixelReport = Unstamped<VitrineEvent>;

type Mapped = 'page_viewed' | 'product_viewed' | 'collection_viewed' | 'search_submitted' | 'product_added_to_cart' | 'product_removed_from_cart'
  | 'cart_viewed' | 'checkout_started' | 'checkout_completed';

/** The platform's standard events that ours have a counterpart for; addresses, contacts and payments have none. */
const MAPPINGS: { readonly [Name in Mapped]: (event: PixelEvents[Name]) => PixelReport | null } = {
  page_viewed: ({ context }) => ({ type: 'page_viewed', path: publicPath(context.document.location.pathname) }),
  product_viewed: ({ data }) => withProduct(data.productVariant, (productId) => ({ type: 'product_viewed', productId })),
  collection_viewed: ({ data }) => {
    const collectionId = idOf(data.collection.id);
    return collectionId ? { type: 'collection_viewed', collectionId } : null;
  },
  search_submitted: ({ data }) => {
    const query = data.searchResult.query.replace(/[\p{Cc}\p{Cs}]/gu, ' ').trim().slice(0, LIMITS.text).replace(/\p{Cs}$/u, '');
    return query ? { type: 'search_submitted', query } : null;
  },
  product_added_to_cart: ({ data: { cartLine } }) => withProduct(cartLine?.merchandise, (productId) => ({ type: 'product_added_to_cart', productId, quantity: cartLine!.quantity })),
  product_removed_from_cart: ({ data: { cartLine } }) => withProduct(cartLine?.merchandise, (productId) => ({ type: 'product_removed_from_cart', productId, quantity: cartLine!.quantity })),
  cart_viewed: ({ data: { cart } }) => ({ type: 'cart_viewed', items: basket(cart?.lines.map(({ merchandise, quantity }) => [merchandise, quantity]) ?? []) }),
  checkout_started: ({ data: { checkout } }) => ({ type: 'checkout_started', items: checkoutBasket(checkout), ...tokenOf(checkout) }),
  // The token joins the visit to the order that the webhook brings; the browser's word alone never counts as a purchase.
  checkout_completed: ({ data: { checkout } }) => {
    const orderId = idOf(checkout.order?.id);
    return orderId ? { type: 'checkout_completed', orderId, ...tokenOf(checkout) } : null;
  },
};

/** Names of the standard events to listen to. */
export const STANDARD_EVENTS = Object.keys(MAPPINGS) as readonly Mapped[];

/**
 * A standard event of the platform in our own words; null for one that says nothing we know.
 *
 * @throws whatever a malformed event makes it throw: the caller drops the event
 *
 * @example
 * mapEvent('product_viewed', event); // { type: 'product_viewed', productId: '8001' }
 */
export function mapEvent<Name extends Mapped>(name: Name, event: PixelEvents[Name]): PixelReport | null {
  return MAPPINGS[name](event);
}

/** "8001" of "8001" and of "gid://shopify/Product/8001". */
function idOf(id: string | null | undefined): string | undefined {
  return id ? String(id).split('/').at(-1)!.split('?')[0] || undefined : undefined;
}

function withProduct(variant: ProductVariant | null | undefined, report: (productId: string) => PixelReport): PixelReport | null {
  const productId = idOf(variant?.product.id);
  return productId ? report(productId) : null;
}

const checkoutBasket = ({ lineItems }: Checkout): ProductRef[] => basket(lineItems.map(({ variant, quantity }) => [variant, quantity]));
const tokenOf = ({ token }: Checkout) => (token ? { checkoutToken: token } : {});

/** Products of lines; two variants of a product are one. */
function basket(lines: readonly (readonly [ProductVariant | null, number])[]): ProductRef[] {
  const quantities = new Map<string, number>();
  for (const [variant, quantity] of lines) {
    const productId = idOf(variant?.product.id);
    if (productId) quantities.set(productId, (quantities.get(productId) ?? 0) + quantity);
  }
  return [...quantities].slice(0, LIMITS.items).map(([productId, quantity]) => ({ productId, quantity }));
}
