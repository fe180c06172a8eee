import { LIMITS, validateEventBatch, VitrineError } from '@vitrine/sdk/core';
import type { Context } from '../context.ts';
import { type EventBatchRows, insertEventBatches, toEventRow } from '../store/events.ts';
import { GroupCommit } from '../store/group-commit.ts';
import { originBucket } from './origin-bucket.ts';
import { readPublicShop } from './public-shop.ts';

/** Events older than this, in milliseconds, are set to it: a shopper's clock may be years off. */
const OLDEST = 7 * 86_400_000;

/** Events stored by one statement, and events that may wait to be stored: some tens of megabytes. */
const EVENTS = { largest: 2_000, most: 20_000 };

/**
 * Checks and stores what a browser reports; when this returns it is stored. An event whose id is known is counted as a
 * duplicate.
 *
 * @param input.body the request's body as it came
 * @param input.address where the request came from; only a bucket for the day is kept of it
 * @throws VitrineError `bad_input`, `too_large`, `not_found` (no such shop), `forbidden` (another shop's key),
 * `rate_limited` (too many are waiting to be stored)
 */
export async function collectEvents(
  ctx: Context, input: { readonly shop: string; readonly body: string; readonly address?: string },
): Promise<{ accepted: number; duplicates: number }> {
  if (Buffer.byteLength(input.body) > LIMITS.batchBytes) throw new VitrineError('too_large', `The body is larger than ${LIMITS.batchBytes} bytes. Send fewer events at once.`);
  let parsed: unknown;
  try {
    parsed = JSON.parse(input.body);
  } catch {
    throw new VitrineError('bad_input', 'The body is not JSON.');
  }
  const batch = validateEventBatch(parsed);
  const shop = await readPublicShop(ctx, input.shop);
  if (batch.key !== shop.publishableKey) throw new VitrineError('forbidden', 'The key is not this shop\'s.');
  const now = ctx.clock();
  const origin = originBucket(ctx.config, { shop: shop.id, address: input.address ?? '', now });
  const rows = batch.events.map((event) => toEventRow({ ...event, at: Math.max(event.at, now - OLDEST) }, now, origin));
  const accepted = rows.length > 0 ? await arrivals(ctx).add({ shop: shop.id, rows }) : 0;
  return { accepted, duplicates: rows.length - accepted };
}

const groups = new WeakMap<Context, GroupCommit<EventBatchRows, number>>();

/** Batches of all shops on their way into the database. */
function arrivals(ctx: Context): GroupCommit<EventBatchRows, number> {
  let group = groups.get(ctx);
  if (!group) groups.set(ctx, (group = new GroupCommit((batches) => insertEventBatches(ctx.db.urgent ?? ctx.db, batches), { ...EVENTS, sizeOf: ({ rows }) => rows.length })));
  return group;
}
