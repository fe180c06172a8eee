import { createHash } from 'node:crypto';
import type { RunningServer } from '../../plugin-server/src/serve.ts';
import { collectEvents } from '../../plugin-server/src/services/collect-events.ts';
import { requireShop } from '../../plugin-server/src/services/require-shop.ts';
import type { SessionEvent } from '../shop/generator/types.ts';
import type { Shop } from '../shop/shop.ts';

/** The collector takes events of the past week at their own time; older ones would be moved to its edge. */
const WEEK = 6.5 * 86_400_000;
/** Half of the shoppers allow analytics; nothing is sent of the others. */
const CONSENTING = 0.5;
const BATCH = 40;

/**
 * Sends the last week's visits of the simulated shop to the collector, as its storefront would have with the app
 * installed: one batch format, one validator, one shop key. Shoppers who declined analytics are left out.
 */
export async function replaySessions(shop: Shop, { ctx }: RunningServer, progress: (sent: number, of: number) => void): Promise<number> {
  const { publishableKey: key } = await requireShop(ctx, shop.domain);
  const from = ctx.clock() - WEEK;
  const events = shop.sessions
    .filter(({ events: [first], customerId }) => first && first.at >= from && share(customerId) < CONSENTING)
    .flatMap(({ id, customerId, events: list }) => list.map((event, index) => toEvent(event, id, customerId, index)));
  for (let at = 0; at < events.length; at += BATCH) {
    await collectEvents(ctx, { shop: shop.domain, body: JSON.stringify({ key, consent: true, events: events.slice(at, at + BATCH) }) });
    progress(Math.min(events.length, at + BATCH), events.length);
  }
  return events.length;
}

function toEvent(event: SessionEvent, session: string, customer: string, index: number): object {
  const base = { id: uuid(`${session}/${index}`), at: event.at, sessionId: session, visitorId: uuid(`visitor/${customer}`), type: event.type };
  switch (event.type) {
    case 'product_viewed': return { ...base, productId: event.productId };
    case 'product_added_to_cart': return { ...base, productId: event.productId, quantity: event.quantity ?? 1 };
    case 'collection_viewed': return { ...base, collectionId: event.collection ?? 'all' };
    case 'search_submitted': return { ...base, query: event.query ?? '' };
    case 'cart_viewed':
    case 'checkout_started': return { ...base, items: [] };
    case 'checkout_completed': return { ...base, orderId: session };
    default: return { ...base, path: '/' };
  }
}

/** The same text gives the same id, so that a second replay changes nothing. */
function uuid(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

function share(text: string): number {
  return createHash('sha256').update(text).digest().readUInt32BE() / 2 ** 32;
}
