import type { Context } from '../context.ts';
import { eraseShopRows } from '../store/erase-shop-rows.ts';
import { finishPrivacyRequest, insertPrivacyRequest, listOpenDataRequests, forgetSubjects } from '../store/privacy-requests.ts';
import { DUE } from './privacy-subject.ts';
import { removeTrainingFiles } from './training-files.ts';

/**
 * Removes everything stored of a shop, its models, keys and waiting jobs included. Nothing of it can be had back. With a
 * `requestId` it is recorded that and when this was done.
 */
export async function eraseShop(ctx: Context, input: { readonly shop: string; readonly requestId?: string; readonly receivedAt?: number }): Promise<void> {
  const { shop, requestId, receivedAt = ctx.clock() } = input;
  const removed = await ctx.db.transaction(async (tx) => {
    if (requestId !== undefined) await insertPrivacyRequest(tx, shop, { id: requestId, kind: 'shop_redact', receivedAt, dueAt: receivedAt + DUE, subject: null });
    await forgetSubjects(tx, shop, (await listOpenDataRequests(tx, shop)).map(({ id }) => id));
    return eraseShopRows(tx, shop);
  });
  removeTrainingFiles(ctx.config, shop);
  if (requestId !== undefined) await finishPrivacyRequest(ctx.db, shop, requestId, { doneAt: ctx.clock(), removed });
  ctx.log.info('erased', { shop });
}
