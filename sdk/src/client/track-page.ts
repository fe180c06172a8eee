import { publicPath } from '../core/events/public-path.ts';
import type { TrackedEvent } from './types.ts';

export interface PageTracker {
  readonly document: Document;
  readonly track: (event: TrackedEvent) => void;
  /** The cart as the page prints it, on every page that does. */
  readonly setCart: (productIds: readonly string[]) => void;
}

/**
 * Reports what a page says about itself. In its head:
 *
 * ```html
 * <meta name="vitrine:page" content="product">            home, collection, product, search, cart, order …
 * <meta name="vitrine:product-id" content="8001">
 * <meta name="vitrine:collection-id" content="77">
 * <meta name="vitrine:search" content="rain jacket">
 * <meta name="vitrine:order-id" content="5001">
 * <meta name="vitrine:cart" content="8001:1,8002:2">      product id : quantity
 * ```
 *
 * and `data-vitrine-product="8001"` on a form that adds to the cart.
 *
 * @returns the function that stops it
 */
export function trackPage({ document, track, setCart }: PageTracker): () => void {
  const meta = (name: string): string | null =>
    document.querySelector<HTMLMetaElement>(`meta[name="vitrine:${name}"]`)?.content.trim() || null;

  const report = () => {
    const page = meta('page');
    track({ type: 'page_viewed', path: publicPath(document.location.pathname) });
    const productId = meta('product-id');
    if (productId) track({ type: 'product_viewed', productId });
    const collectionId = meta('collection-id');
    if (collectionId) track({ type: 'collection_viewed', collectionId });
    const query = meta('search');
    if (query) track({ type: 'search_submitted', query: query.slice(0, 256) });
    const orderId = meta('order-id');
    if (orderId) track({ type: 'checkout_completed', orderId });
    const cart = document.querySelector<HTMLMetaElement>('meta[name="vitrine:cart"]');
    if (cart && !orderId) {
      const items = parseCart(cart.content);
      if (page === 'cart') track({ type: 'cart_viewed', items });
      else if (page === 'checkout') track({ type: 'checkout_started', items });
      else setCart(items.map((item) => item.productId));
    }
  };

  const onSubmit = (event: Event) => {
    const form = event.target instanceof HTMLFormElement ? event.target : null;
    const productId = form?.dataset.vitrineProduct;
    if (!form || !productId) return;
    const quantity = Number(new FormData(form).get('quantity') ?? 1);
    track({ type: 'product_added_to_cart', productId, quantity: Number.isInteger(quantity) && quantity > 0 ? quantity : 1 });
  };
  // A page that comes back from the back-forward cache is looked at again without running its scripts.
  const onShow = (event: Event) => {
    if ((event as PageTransitionEvent).persisted) report();
  };

  report();
  document.addEventListener('submit', onSubmit, { capture: true });
  document.defaultView?.addEventListener('pageshow', onShow);
  return () => {
    document.removeEventListener('submit', onSubmit, { capture: true });
    document.defaultView?.removeEventListener('pageshow', onShow);
  };
}

/** "8001:1,8002:2"; what is not of that form is left out. The id may hold colons, the quantity stands after the last. */
export function parseCart(content: string): { productId: string; quantity: number }[] {
  return content.split(',').slice(0, 100).flatMap((entry) => {
    const [, productId, digits] = /^\s*(.+?)(?::(\d+))?\s*$/.exec(entry) ?? [];
    const quantity = Number(digits ?? 1);
    return productId && quantity > 0 ? [{ productId, quantity }] : [];
  });
}
