import { VitrineError } from '@vitrine/sdk/core';
import type { Context } from '../context.ts';
import { readOrderBody } from '../shopify/read-order.ts';
import { readProductBody } from '../shopify/read-product.ts';
import { findShop } from '../store/shops.ts';
import { type DeliveryRow, findUnhandledDeliveries, finishDeliveries } from '../store/webhook-deliveries.ts';
import { parseWebhookBody } from './parse-webhook-body.ts';
import { storeOrder } from './store-orders.ts';
import { storeDescribed } from './store-products.ts';

interface Input { readonly shop: string; readonly topic: string; readonly webhookId: string }

const ORDERS: ReadonlySet<string> = new Set(['orders/create', 'orders/updated', 'orders/cancelled']);
const PRODUCTS: ReadonlySet<string> = new Set(['products/create', 'products/update']);

/**
 * Handles those of many deliveries that describe orders and products, a shop's all at once: a few statements for a
 * hundred deliveries instead of several each. An order or product described twice counts as its newest description.
 *
 * @returns for each whether it is handled, now or before; the others are for `handleWebhook`, one by one
 */
export async function handleWebhooksTogether(ctx: Context, inputs: readonly Input[]): Promise<boolean[]> {
  const deliveries = await findUnhandledDeliveries(ctx.db, inputs);
  const handled = deliveries.map((delivery) => delivery === undefined);
  const byShop = Map.groupBy(inputs.keys(), (place) => inputs[place].shop);
  for (const [shop, places] of byShop) {
    if (!(await findShop(ctx.db, shop))) continue;
    for (const [topics, store] of [[ORDERS, storeOrders], [PRODUCTS, storeProducts]] as const) {
      const own = [...places].filter((place) => deliveries[place] && topics.has(inputs[place].topic));
      try {
        if (own.length > 0) await store(ctx, shop, own.map((place) => deliveries[place]!));
      } catch (error) {
        // One by one they fail alone, and with their reason.
        ctx.log.warn('webhooks could not be handled together', { shop, count: own.length, reason: error instanceof VitrineError ? error.code : 'internal' });
        continue;
      }
      for (const place of own) handled[place] = true;
    }
  }
  await finishDeliveries(ctx.db, inputs.filter((_, place) => handled[place] && deliveries[place]), ctx.clock());
  return handled;
}

async function storeOrders(ctx: Context, shop: string, deliveries: readonly DeliveryRow[]): Promise<void> {
  const read = deliveries.flatMap((delivery) => readOrderBody(parseWebhookBody(delivery)) ?? []);
  const newest = newestOf(read, ({ order }) => order);
  if (newest.length > 0) await storeOrder(ctx, { shop, orders: newest.map(({ order }) => order), lines: newest.flatMap(({ lines }) => lines) });
}

async function storeProducts(ctx: Context, shop: string, deliveries: readonly DeliveryRow[]): Promise<void> {
  const read = deliveries.flatMap((delivery) => readProductBody(parseWebhookBody(delivery), delivery.triggeredAt ?? delivery.receivedAt) ?? []);
  await storeDescribed(ctx, { shop, described: newestOf(read, ({ product }) => product) });
}

/** The newest description of each thing; of two from the same moment the one that came later. */
function newestOf<T>(read: readonly T[], thing: (each: T) => { readonly id: string; readonly updatedAt: number }): T[] {
  const newest = new Map<string, T>();
  for (const each of read) {
    const { id, updatedAt } = thing(each);
    const known = newest.get(id);
    if (!known || updatedAt >= thing(known).updatedAt) newest.set(id, each);
  }
  return [...newest.values()];
}
