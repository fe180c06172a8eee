import type { Context } from '../context.ts';
import type { Family } from '../shopify/group-children.ts';
import { readLineNode, readOrderNode, type ShopOrder, type ShopOrderLine } from '../shopify/read-order.ts';
import { upsertOrders } from '../store/orders.ts';
import type { WriteCounts } from '../store/products.ts';
import { customerKey, identityKey } from '../store/sealing.ts';
import { requireShop } from './require-shop.ts';

/** Stores orders of a bulk result with their lines; test orders are left out. */
export async function storeOrders(ctx: Context, input: { readonly shop: string; readonly families: readonly Family[] }): Promise<{ kept: number; written: WriteCounts }> {
  const orders: ShopOrder[] = [];
  const lines: ShopOrderLine[] = [];
  for (const { parent, children } of input.families) {
    const order = readOrderNode(parent);
    if (!order) continue;
    orders.push(order);
    lines.push(...children.flatMap((child) => readLineNode(child, order.id) ?? []));
  }
  return { kept: orders.length, written: await storeOrder(ctx, { shop: input.shop, orders, lines }) };
}

/** Stores orders; each customer becomes a keyed hash on the way. */
export async function storeOrder(
  ctx: Context, { shop, orders, lines }: { readonly shop: string; readonly orders: readonly ShopOrder[]; readonly lines: readonly ShopOrderLine[] },
): Promise<WriteCounts> {
  const key = identityKey(ctx.config, await requireShop(ctx, shop));
  return upsertOrders(ctx.db, shop, {
    orders: orders.map(({ customerId, ...order }) => ({ ...order, customerKey: customerId === null ? null : customerKey(key, shop, customerId) })),
    lines,
  });
}
