import type { Context } from '../context.ts';
import { INVENTORY } from '../shopify/documents.ts';
import { numericId } from '../shopify/ids.ts';
import { readOrderBody } from '../shopify/read-order.ts';
import { readProductBody, time } from '../shopify/read-product.ts';
import { deleteOrdersById } from '../store/orders.ts';
import { refreshAvailability, setInventory, setProductStatus } from '../store/products.ts';
import { findShop } from '../store/shops.ts';
import { finishDelivery, findUnhandledDelivery } from '../store/webhook-deliveries.ts';
import { connectAdmin, loadToken } from './connect-admin.ts';
import { describeShop } from './describe-shop.ts';
import { eraseShop } from './erase-shop.ts';
import { parseWebhookBody } from './parse-webhook-body.ts';
import { readSubject } from './privacy-subject.ts';
import { receiveDataRequest } from './receive-data-request.ts';
import { redactCustomer } from './redact-customer.ts';
import { storeOrder } from './store-orders.ts';
import { storeProduct } from './store-products.ts';
import { uninstall } from './uninstall.ts';

type Body = Readonly<Record<string, unknown>>;
/** When it was triggered, and which delivery it is. */
interface About { readonly at: number; readonly receivedAt: number; readonly webhookId: string }
type Handler = (ctx: Context, shop: string, body: Body, about: About) => Promise<void>;

/** What each topic does. All are idempotent, and right whatever order deliveries arrive in. */
const HANDLERS: Readonly<Record<string, Handler>> = {
  'products/create': updateProduct,
  'products/update': updateProduct,
  'products/delete': async (ctx, shop, body, { at }) => {
    const id = numericId(body.id);
    if (id) await setProductStatus(ctx.db, shop, [id], 'deleted', at);
  },
  'orders/create': updateOrder,
  'orders/updated': updateOrder,
  'orders/cancelled': updateOrder,
  'orders/delete': async (ctx, shop, body) => {
    const id = numericId(body.id);
    if (id) await deleteOrdersById(ctx.db, shop, [id]);
  },
  'inventory_levels/update': updateInventory,
  'app/uninstalled': (ctx, shop, _body, { at }) => uninstall(ctx, { shop, at }),
  // What these say may be old by the time they come, so the shop is asked.
  'app/scopes_update': askAgain,
  'shop/update': askAgain,
  'customers/data_request': (ctx, shop, body, { webhookId, receivedAt }) =>
    receiveDataRequest(ctx, { shop, subject: readSubject(body, 'orders_requested'), requestId: webhookId, receivedAt }),
  'customers/redact': (ctx, shop, body, { webhookId, receivedAt }) =>
    redactCustomer(ctx, { shop, subject: readSubject(body, 'orders_to_redact'), requestId: webhookId, receivedAt }),
  'shop/redact': async (ctx, shop, _body, { webhookId, receivedAt }) => {
    // Sent 48 hours after an uninstallation; a shop that is installed again has asked for its data to be kept.
    if ((await findShop(ctx.db, shop))?.uninstalledAt !== null) await eraseShop(ctx, { shop, requestId: webhookId, receivedAt });
  },
  // The import waits for its operation by asking; this only says that it is over.
  'bulk_operations/finish': async () => {},
};

/**
 * Handles a stored delivery once.
 *
 * @throws VitrineError `bad_input` when its body is not a JSON object.
 */
export async function handleWebhook(ctx: Context, input: { readonly shop: string; readonly topic: string; readonly webhookId: string }): Promise<void> {
  const { shop, topic, webhookId } = input;
  const delivery = await findUnhandledDelivery(ctx.db, shop, topic, webhookId);
  if (!delivery) return;
  const { triggeredAt, receivedAt } = delivery;
  const handler = Object.hasOwn(HANDLERS, topic) ? HANDLERS[topic] : undefined;
  if (handler) await handler(ctx, shop, parseWebhookBody(delivery), { at: triggeredAt ?? receivedAt, receivedAt, webhookId });
  else ctx.log.warn('webhook of an unknown topic', { shop, topic });
  await finishDelivery(ctx.db, shop, topic, webhookId, ctx.clock());
}

async function updateProduct(ctx: Context, shop: string, body: Body, { at }: About): Promise<void> {
  const read = readProductBody(body, at);
  if (read && (await findShop(ctx.db, shop))) await storeProduct(ctx, { shop, ...read });
}

async function updateOrder(ctx: Context, shop: string, body: Body): Promise<void> {
  const read = readOrderBody(body);
  if (read && (await findShop(ctx.db, shop))) await storeOrder(ctx, { shop, orders: [read.order], lines: read.lines });
}

async function askAgain(ctx: Context, shop: string): Promise<void> {
  const known = await findShop(ctx.db, shop);
  if (known?.uninstalledAt !== null || !(await loadToken(ctx, shop))) return;
  await describeShop(ctx, { shop, client: await connectAdmin(ctx, { shop }) });
}

/** The webhook tells the stock at one location; what counts is all of them, so the shop is asked. */
async function updateInventory(ctx: Context, shop: string, body: Body, { at }: About): Promise<void> {
  const id = numericId(body.inventory_item_id);
  const known = id !== null && (await findShop(ctx.db, shop));
  if (!known || known.uninstalledAt !== null || (time(body.updated_at) ?? at) < known.installedAt - 86_400_000) return;
  const client = await connectAdmin(ctx, { shop });
  const { inventoryItem } = await client.request<{ inventoryItem: { variants: { nodes: { inventoryQuantity: number | null }[] } | null } | null }>(
    INVENTORY, { id: `gid://shopify/InventoryItem/${id}` });
  const quantity = inventoryItem?.variants?.nodes[0]?.inventoryQuantity;
  if (typeof quantity !== 'number') return;
  await refreshAvailability(ctx.db, shop, await setInventory(ctx.db, shop, id, quantity));
}
