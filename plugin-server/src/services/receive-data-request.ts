import type { Context } from '../context.ts';
import { insertPrivacyRequest } from '../store/privacy-requests.ts';
import { seal } from '../store/sealing.ts';
import { findShop } from '../store/shops.ts';
import { DUE, type Subject } from './privacy-subject.ts';

/**
 * Keeps a customer's request for their data until the owner has fetched the answer, at most as long as the law gives. Of
 * the customer only the shop's id is kept, sealed.
 */
export async function receiveDataRequest(ctx: Context, input: { readonly shop: string; readonly subject: Subject; readonly requestId: string; readonly receivedAt: number }): Promise<void> {
  const { shop, subject, requestId, receivedAt } = input;
  if (!(await findShop(ctx.db, shop))) return;
  await insertPrivacyRequest(ctx.db, shop, {
    id: requestId, kind: 'data_request', receivedAt, dueAt: receivedAt + DUE, subject: seal(ctx.config, JSON.stringify(subject)),
  });
  ctx.log.info('customer data requested', { shop });
}
