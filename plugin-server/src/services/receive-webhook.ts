import type { Context } from '../context.ts';
import { verifyWebhook } from '../shopify/webhooks.ts';
import { findUnhandledDelivery, insertDelivery } from '../store/webhook-deliveries.ts';

/**
 * Checks a webhook and puts it on the queue. When this returns the delivery is stored: the shop need not send it again.
 *
 * @throws VitrineError `unauthorized`, `bad_input`
 */
export async function receiveWebhook(ctx: Context, input: { readonly request: Request; readonly rawBody: string }): Promise<void> {
  const { shop, topic, webhookId, triggeredAt } = await verifyWebhook(ctx, input.request, input.rawBody);
  const isNew = await insertDelivery(ctx.db, shop, { topic, webhookId, triggeredAt, receivedAt: ctx.clock(), body: input.rawBody });
  // Seen but not handled: the process may have died between storing and queueing, so a repeat queues it again.
  if (isNew || (await findUnhandledDelivery(ctx.db, shop, topic, webhookId))) await ctx.jobs.send('handle-webhook', { shop, topic, webhookId });
}
