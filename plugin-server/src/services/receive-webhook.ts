import { VitrineError } from '@vitrine/sdk/core';
import type { Context } from '../context.ts';
import { verifyWebhook } from '../shopify/webhooks.ts';
import { GroupCommit } from '../store/group-commit.ts';
import { type DeliveryRow, insertDeliveries } from '../store/webhook-deliveries.ts';

interface Delivery extends DeliveryRow { readonly shop: string }

/** Bytes stored by one statement, and bytes that may wait: a sender told "later" comes again. */
const BYTES = { largest: 4 * 2 ** 20, most: 64 * 2 ** 20 };
/** Milliseconds that a delivery waits for others. Its sender has seconds; the database has other things to do. */
const LINGER = 15;

/**
 * Checks a webhook and puts it on the queue. When this returns the delivery is stored: the shop need not send it again.
 *
 * @throws VitrineError `unauthorized`, `bad_input`, `rate_limited` (too many are waiting to be stored)
 */
export async function receiveWebhook(ctx: Context, input: { readonly request: Request; readonly rawBody: string }): Promise<void> {
  const { rawBody: body } = input;
  const { shop, topic, webhookId, triggeredAt } = await verifyWebhook(ctx, input.request, body);
  if ([body, topic, webhookId].some((text) => text.includes('\0'))) throw new VitrineError('bad_input', 'The webhook holds a character that no JSON text has.');
  await arrivals(ctx).add({ shop, topic, webhookId, triggeredAt, receivedAt: ctx.clock(), body });
}

const groups = new WeakMap<Context, GroupCommit<Delivery, void>>();

/** Deliveries of all shops on their way into the database. */
function arrivals(ctx: Context): GroupCommit<Delivery, void> {
  let group = groups.get(ctx);
  if (!group) groups.set(ctx, (group = new GroupCommit((deliveries) => store(ctx, deliveries), { ...BYTES, linger: LINGER, sizeOf: ({ body }) => 500 + 2 * body.length })));
  return group;
}

/** Seen but not handled: the process may have died between storing and queueing, so a repeat queues it again. */
async function store(ctx: Context, deliveries: readonly Delivery[]): Promise<void[]> {
  const unhandled = await insertDeliveries(ctx.db.urgent ?? ctx.db, deliveries);
  const jobs = deliveries.filter((_, index) => unhandled[index]).map(({ shop, topic, webhookId }) => ({ shop, topic, webhookId }));
  if (jobs.length > 0) await ctx.jobs.sendWebhooks(jobs);
  return deliveries.map(() => undefined);
}
