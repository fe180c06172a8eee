import type { Interactions, ProductContent } from '../../plugin-server/src/pipeline/types.ts';
import { generateShop } from '../shop/generator/generate.ts';
import type { GeneratorOptions } from '../shop/generator/types.ts';

/** A day of the simulated shop's calendar, in seconds. */
export const DAY = 86_400;

/** What is measured on: always the same shop. */
const END = new Date('2026-11-01T00:00:00Z');

/**
 * The simulated shop as the store would give it: lines of orders that were not cancelled, and product views and additions
 * to the cart of the visits of the last `visitDays`, for as long as the app has been installed.
 */
export function simulatedInteractions({ visitDays = 60, ...options }: GeneratorOptions & { readonly visitDays?: number } = {}): { interactions: Interactions; products: ProductContent[]; launched: ReadonlyMap<string, number> } {
  const shop = generateShop({ end: END, ...options });
  const sold = new Set(shop.products.filter(({ status }) => status === 'active').map(({ id }) => id));
  const touches: { product: string; kind: number; group: string; actor: string | null; time: number }[] = [];
  for (const order of shop.orders) {
    if (order.cancelledAt !== null || order.test) continue;
    for (const { productId } of order.lines) if (productId !== null && sold.has(productId)) touches.push({ product: productId, kind: 2, group: order.id, actor: order.customerId, time: order.createdAt / 1000 });
  }
  for (const session of shop.sessions) {
    if (session.events[0].at < shop.end - visitDays * DAY * 1000) continue;
    for (const event of session.events) {
      const kind = ['product_viewed', 'product_added_to_cart'].indexOf(event.type);
      if (kind >= 0 && sold.has(event.productId!)) touches.push({ product: event.productId!, kind, group: session.id, actor: `v${session.customerId}`, time: event.at / 1000 });
    }
  }
  touches.sort((a, b) => a.time - b.time);
  const numbers = () => {
    const known = new Map<string, number>();
    return { known, of: (key: string) => known.get(key) ?? (known.set(key, known.size), known.size - 1) };
  };
  const [items, groups, actors] = [numbers(), numbers(), numbers()];
  const interactions: Interactions = {
    item: Int32Array.from(touches, ({ product }) => items.of(product)), kind: Uint8Array.from(touches, ({ kind }) => kind),
    group: Int32Array.from(touches, ({ group }) => groups.of(group)), actor: Int32Array.from(touches, ({ actor }) => (actor === null ? -1 : actors.of(actor))),
    time: Float64Array.from(touches, ({ time }) => time), itemIds: [...items.known.keys()],
  };
  return {
    interactions,
    products: shop.products.filter(({ status, publishedAt }) => status === 'active' && publishedAt !== null).map(({ id, title, type, vendor, tags, variants }) =>
      ({ id, title, productType: type, vendor, tags, price: Math.min(...variants.map(({ price }) => price)) / 100 })),
    launched: new Map(shop.products.map(({ id, createdAt }) => [id, createdAt / 1000])),
  };
}
