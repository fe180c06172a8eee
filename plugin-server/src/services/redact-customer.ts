import type { Context } from '../context.ts';
import { deleteCustomerData, deleteDelivery, findWaitingDeliveries } from '../store/customer-data.ts';
import { finishPrivacyRequest, forgetSubjects, insertPrivacyRequest, listOpenDataRequests } from '../store/privacy-requests.ts';
import { openSealed } from '../store/sealing.ts';
import { findShop } from '../store/shops.ts';
import { DUE, toPerson, type Subject } from './privacy-subject.ts';
import { removeTrainingFiles } from './training-files.ts';

/**
 * Removes everything stored about a customer: orders, the events of visits that ended in one of them, webhooks that wait
 * and name the customer, data requests, and the state of a training that read them. What is kept says that it was done,
 * not of whom.
 *
 * The next training reads none of it; the scheduler starts one within a day (`due-shops.ts`). The model has no parameter
 * for a person, and holds a pair of products only when several orders have it.
 *
 * @param input.requestId the same request again changes nothing
 */
export async function redactCustomer(ctx: Context, input: { readonly shop: string; readonly subject: Subject; readonly requestId: string; readonly receivedAt: number }): Promise<void> {
  const { subject, requestId, receivedAt } = input;
  const shop = await findShop(ctx.db, input.shop);
  if (!shop) return;
  const removed = await ctx.db.transaction(async (tx) => {
    await insertPrivacyRequest(tx, shop.id, { id: requestId, kind: 'customer_redact', receivedAt, dueAt: receivedAt + DUE, subject: null });
    const rows = await deleteCustomerData(tx, shop.id, toPerson(ctx, shop, subject));
    // What waits to be handled would bring the customer back.
    const ids = [subject.customerId, ...subject.orderIds].filter((id) => id !== null);
    let deliveries = 0;
    for (const waiting of await findWaitingDeliveries(tx, shop.id, ids)) {
      if (waiting.webhookId === requestId || !isAbout(waiting, subject)) continue;
      await deleteDelivery(tx, shop.id, waiting);
      deliveries++;
    }
    const requests = (await listOpenDataRequests(tx, shop.id)).filter(({ subject: sealed }) => {
      const asked = JSON.parse(Buffer.from(openSealed(ctx.config, sealed)).toString()) as Subject;
      return asked.customerId !== null && asked.customerId === subject.customerId;
    });
    await forgetSubjects(tx, shop.id, requests.map(({ id }) => id));
    return { ...rows, webhook_deliveries: deliveries, data_requests: requests.length };
  });
  removeTrainingFiles(ctx.config, shop.id);
  await finishPrivacyRequest(ctx.db, shop.id, requestId, { doneAt: ctx.clock(), removed });
  ctx.log.info('customer redacted', { shop: shop.id, ...removed });
}

/** Whether a waiting webhook is an order of the customer's, or another request about them. */
function isAbout({ topic, body }: { readonly topic: string; readonly body: string }, { customerId, orderIds }: Subject): boolean {
  try {
    const { id, customer } = JSON.parse(body) as { id?: unknown; customer?: { id?: unknown } | null };
    const theirs = customerId !== null && String(customer?.id) === customerId;
    return theirs || (topic.startsWith('orders/') && orderIds.includes(String(id)));
  } catch {
    return true; // no webhook that anything could be done with
  }
}
