import type { Context } from '../context.ts';
import { deleteModels, findArtifact, findNewestArtifact } from '../store/artifacts.ts';
import { forgetSubjectsBefore } from '../store/privacy-requests.ts';
import { findLiveRelease } from '../store/releases.ts';
import { deleteEventsBefore, deleteOrdersBefore, deleteOrphanedModels } from '../store/retention.ts';
import { listShops } from '../store/shops.ts';
import { eraseShop } from './erase-shop.ts';
import { DUE } from './privacy-subject.ts';

const DAY = 86_400_000;

/** How long things are kept, in days. docs/privacy.md says why. */
export const KEEP = {
  /** Shoppers' events: a year and a month, so that last year's season can be compared with this one's. */
  events: 395,
  /** Orders: three years and a month. */
  orders: 1_126,
  /** Models that are not live any more: a rollback within a month. */
  models: 30,
  /** Everything of a shop that was uninstalled, should the request to erase it, due after two days, never come. */
  uninstalled: 30,
} as const;

/**
 * Removes what is older than it is kept, of shops that are installed in Shopify; what an owner has imported from files
 * is theirs to remove.
 */
export async function forgetOldData(ctx: Context): Promise<{ shops: number; events: number; orders: number; models: number; requests: number }> {
  const { db } = ctx;
  const now = ctx.clock();
  const left = (await listShops(db)).filter(({ source, uninstalledAt }) => source === 'shopify' && uninstalledAt !== null && uninstalledAt < now - KEEP.uninstalled * DAY);
  for (const { id, uninstalledAt } of left) await eraseShop(ctx, { shop: id, requestId: `uninstalled-${uninstalledAt}` });
  const removed = {
    shops: left.length, events: await deleteEventsBefore(db, now - KEEP.events * DAY), orders: await deleteOrdersBefore(db, now - KEEP.orders * DAY),
    models: await removeReplacedModels(ctx, now - KEEP.models * DAY), requests: await forgetSubjectsBefore(db, now - DUE),
  };
  if (Object.values(removed).some((rows) => rows > 0)) ctx.log.info('old data removed', removed);
  return removed;
}

/** Models that are neither live nor the newest: who has been redacted since may have been among what they were trained on. */
async function removeReplacedModels({ db }: Context, before: number): Promise<number> {
  let removed = 0;
  for (const { id } of (await listShops(db)).filter(({ source }) => source === 'shopify')) {
    const live = await findLiveRelease(db, id);
    const kept = [live && (await findArtifact(db, id, live.hash)), await findNewestArtifact(db, id)];
    removed += await deleteModels(db, id, { before, except: kept.flatMap((artifact) => artifact?.version ?? []) });
  }
  if (removed > 0) await deleteOrphanedModels(db);
  return removed;
}
