import { LIMITS, validateEventBatch, VitrineError } from '@vitrine/sdk/core';
import type { Context } from '../context.ts';
import { insertEvents, toEventRow } from '../store/events.ts';
import { findShop } from '../store/shops.ts';

/** Events older than this, in milliseconds, are set to it: a shopper's clock may be years off. */
const OLDEST = 7 * 86_400_000;

/**
 * Checks and stores what a browser reports. An event whose id is known is counted as a duplicate.
 *
 * @param input.body the request's body as it came
 * @throws VitrineError `bad_input`, `too_large`, `not_found` (no such shop), `forbidden` (another shop's key)
 */
export async function collectEvents(ctx: Context, input: { readonly shop: string; readonly body: string }): Promise<{ accepted: number; duplicates: number }> {
  if (Buffer.byteLength(input.body) > LIMITS.batchBytes) throw new VitrineError('too_large', `The body is larger than ${LIMITS.batchBytes} bytes. Send fewer events at once.`);
  let parsed: unknown;
  try {
    parsed = JSON.parse(input.body);
  } catch {
    throw new VitrineError('bad_input', 'The body is not JSON.');
  }
  const batch = validateEventBatch(parsed);
  const shop = await findShop(ctx.db, input.shop);
  if (!shop || shop.uninstalledAt !== null) throw new VitrineError('not_found', 'There is no such shop.');
  if (batch.key !== shop.publishableKey) throw new VitrineError('forbidden', 'The key is not this shop\'s.');
  const now = ctx.clock();
  const rows = batch.events.map((event) => toEventRow({ ...event, at: Math.max(event.at, now - OLDEST) }, now));
  const accepted = await insertEvents(ctx.db, shop.id, rows);
  return { accepted, duplicates: rows.length - accepted };
}
