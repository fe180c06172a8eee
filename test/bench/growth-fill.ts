import { parseArgs } from 'node:util';
import { readConfig } from '../../plugin-server/src/config.ts';
import { createContext } from '../../plugin-server/src/create-context.ts';
import { createFileShop } from '../../plugin-server/src/services/create-file-shop.ts';
import { type EventRow, insertEvents } from '../../plugin-server/src/store/events.ts';
import { type OrderLineRow, type OrderRow, upsertOrders } from '../../plugin-server/src/store/orders.ts';
import { upsertProducts } from '../../plugin-server/src/store/products.ts';
import { madeUpInteractions } from '../made-up-interactions.ts';

// A process of its own for the growth bench: a made-up shop into an embedded database.
const { values } = parseArgs({ options: { events: { type: 'string' }, items: { type: 'string' }, home: { type: 'string' } } });
const { item, kind, group, actor, time, itemIds } = madeUpInteractions({ events: Number(values.events), items: Number(values.items) });
const BATCH = 20_000;
const SHOP = 'growth';

/** As long as the ids of a real shop. */
const id = (kind: string, number: number): string => `${kind}-0000-4000-8000-${String(number).padStart(12, '0')}`;

const ctx = await createContext(readConfig({ VITRINE_HOME: values.home }));
await createFileShop(ctx, { shop: SHOP });
await upsertProducts(ctx.db, SHOP, itemIds.map((product) => ({
  id: product, title: product, handle: null, productType: '', vendor: '', tags: [], price: 1, imageUrl: null, status: 'active' as const, published: true, available: true, createdAt: null, updatedAt: 1,
})));
for (let from = 0; from < item.length;) {
  const events: EventRow[] = [];
  const orders = new Map<string, OrderRow>();
  const lines: OrderLineRow[] = [];
  let at = from;
  // An order is stored with all its lines at once.
  for (; at < item.length && (at < from + BATCH || group[at] === group[at - 1]); at++) {
    const productId = itemIds[item[at]];
    const moment = (time[at] + (at - from) / 1000) * 1000;
    if (kind[at] === 2) {
      const orderId = id('order000', group[at]);
      orders.set(orderId, { id: orderId, customerKey: id('customer', actor[at]), orderedAt: moment, currency: 'EUR', total: 1, cancelledAt: null, updatedAt: 1 });
      lines.push({ orderId, lineId: String(at), productId, quantity: 1, unitPrice: 1 });
    } else {
      events.push({ id: id('event000', at), sessionId: id('session0', group[at]), visitorId: id('visitor0', actor[at]), type: 'product_viewed', productId, at: moment, receivedAt: moment, payload: {} });
    }
  }
  await insertEvents(ctx.db, SHOP, events);
  await upsertOrders(ctx.db, SHOP, { orders: [...orders.values()], lines });
  if (Math.floor(at / 500_000) > Math.floor(from / 500_000)) console.error(`${at.toLocaleString('en-US')} events stored`);
  from = at;
}
await ctx.close();
process.stdout.write('{}\n');
