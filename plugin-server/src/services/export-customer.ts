import { VitrineError } from '@vitrine/sdk/core';
import type { Context } from '../context.ts';
import { readCustomerData, type PersonEvent, type PersonOrder } from '../store/customer-data.ts';
import { findPrivacyRequest, finishPrivacyRequest } from '../store/privacy-requests.ts';
import { openSealed } from '../store/sealing.ts';
import { toPerson, type Subject } from './privacy-subject.ts';
import { requireShop } from './require-shop.ts';

/** Everything stored about one customer, as the owner hands it on. Times are ISO 8601, in UTC. */
export interface CustomerExport {
  readonly shop: string;
  readonly customer: string | null;
  readonly exportedAt: string;
  readonly orders: readonly (Omit<PersonOrder, 'orderedAt' | 'cancelledAt'> & { readonly orderedAt: string; readonly cancelledAt: string | null })[];
  /** Of visits that ended in one of these orders. Other visits cannot be told to be this customer's. */
  readonly events: readonly (Omit<PersonEvent, 'at'> & { readonly at: string })[];
  readonly notStored: string;
}

const NOT_STORED = 'Names, addresses, mail addresses, telephone numbers, payments and network addresses. The customer\'s id is stored as a keyed hash only.';

/**
 * Collects what is stored about a customer.
 *
 * @throws VitrineError `not_found` for a shop that was never installed
 */
export async function exportCustomer(ctx: Context, input: { readonly shop: string; readonly subject: Subject }): Promise<CustomerExport> {
  const shop = await requireShop(ctx, input.shop);
  const { orders, events } = await readCustomerData(ctx.db, shop.id, toPerson(ctx, shop, input.subject));
  const iso = (time: number): string => new Date(time).toISOString();
  return {
    shop: shop.id, customer: input.subject.customerId, exportedAt: iso(ctx.clock()),
    orders: orders.map((order) => ({ ...order, orderedAt: iso(order.orderedAt), cancelledAt: order.cancelledAt === null ? null : iso(order.cancelledAt) })),
    events: events.map((event) => ({ ...event, at: iso(event.at) })), notStored: NOT_STORED,
  };
}

/**
 * The answer to a customer's request, which counts as done once the owner has fetched it.
 *
 * @throws VitrineError `not_found`: no such request, or it has expired
 */
export async function answerDataRequest(ctx: Context, input: { readonly shop: string; readonly id: string }): Promise<CustomerExport> {
  const request = await findPrivacyRequest(ctx.db, input.shop, input.id);
  if (!request?.subject) throw new VitrineError('not_found', 'There is no such data request, or it is older than 30 days.');
  const subject = JSON.parse(Buffer.from(openSealed(ctx.config, request.subject)).toString()) as Subject;
  const answer = await exportCustomer(ctx, { shop: input.shop, subject });
  await finishPrivacyRequest(ctx.db, input.shop, input.id, { doneAt: ctx.clock() });
  return answer;
}
