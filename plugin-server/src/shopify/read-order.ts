import { numericId } from './ids.ts';
import { list, money, text, time, whole } from './read-product.ts';

/** An order as the shop describes it. The customer is an id here and a keyed hash once stored. */
export interface ShopOrder {
  readonly id: string;
  readonly customerId: string | null;
  readonly orderedAt: number;
  readonly currency: string | null;
  readonly total: number | null;
  readonly cancelledAt: number | null;
  readonly updatedAt: number;
}

export interface ShopOrderLine {
  readonly orderId: string;
  readonly lineId: string;
  readonly productId: string;
  readonly quantity: number;
  readonly unitPrice: number | null;
}

type Fields = Readonly<Record<string, unknown>>;

/** An order node of a bulk result. Undefined for a test order and for one without id or date. */
export function readOrderNode(node: Fields): ShopOrder | undefined {
  const id = numericId(node.id);
  const orderedAt = time(node.createdAt);
  if (!id || orderedAt === null || node.test === true) return undefined;
  const total = shopMoney(node.currentTotalPriceSet);
  return {
    id, orderedAt, customerId: numericId((node.customer as Fields | null)?.id), currency: text(total?.currencyCode) || text(node.currencyCode) || null,
    total: money(total?.amount), cancelledAt: time(node.cancelledAt), updatedAt: time(node.updatedAt) ?? orderedAt,
  };
}

/** A line node. Undefined when its product is deleted or nothing is left of it after refunds. */
export function readLineNode(node: Fields, orderId: string): ShopOrderLine | undefined {
  const lineId = numericId(node.id);
  const productId = numericId((node.product as Fields | null)?.id);
  const quantity = whole(node.currentQuantity ?? node.quantity);
  if (!lineId || !productId || quantity < 1) return undefined;
  return { orderId, lineId, productId, quantity, unitPrice: money(shopMoney(node.originalUnitPriceSet)?.amount) };
}

/** The body of an orders/… webhook. */
export function readOrderBody(body: Fields): { order: ShopOrder; lines: ShopOrderLine[] } | undefined {
  const id = numericId(body.id);
  const orderedAt = time(body.created_at);
  if (!id || orderedAt === null || body.test === true) return undefined;
  const order: ShopOrder = {
    id, orderedAt, customerId: numericId((body.customer as Fields | null)?.id), currency: text(body.currency) || null,
    total: money(body.current_total_price ?? body.total_price), cancelledAt: time(body.cancelled_at), updatedAt: time(body.updated_at) ?? orderedAt,
  };
  const lines = list(body.line_items).flatMap((line): ShopOrderLine[] => {
    const lineId = numericId(line.id);
    const productId = numericId(line.product_id);
    const quantity = whole(line.current_quantity ?? line.quantity);
    return lineId && productId && quantity > 0 ? [{ orderId: id, lineId, productId, quantity, unitPrice: money(line.price) }] : [];
  });
  return { order, lines };
}

function shopMoney(set: unknown): Fields | undefined {
  return ((set as Fields | null | undefined)?.shopMoney as Fields | undefined) ?? undefined;
}
