import { VitrineError } from '@vitrine/sdk/core';
import type { Context } from '../context.ts';
import { findArtifact } from '../store/artifacts.ts';
import { insertRelease, listReleases } from '../store/releases.ts';
import { requireShop } from './require-shop.ts';

/**
 * Makes the release before the live one live again, as a new release: history is never rewritten. Rolling back twice
 * goes two publications back, not to and fro.
 * @throws VitrineError `conflict` when there is nothing to go back to
 */
export async function rollback(ctx: Context, input: { readonly shop: string }): Promise<{ sequence: number; hash: string; version: string }> {
  const { db } = ctx;
  const shop = await requireShop(ctx, input.shop);
  const releases = await listReleases(db, shop.id, { limit: 1000 });
  const live = releases[0];
  // A rolled-back release stands for the publication it returned to; look for the one before that.
  const published = live && releases.find(({ hash, reason }) => hash === live.hash && reason === 'publish');
  const earlier = published && releases.find(({ sequence, reason, hash }) => sequence < published.sequence && reason === 'publish' && hash !== live.hash);
  const artifact = earlier && (await findArtifact(db, shop.id, earlier.hash));
  if (!artifact) throw new VitrineError('conflict', `Shop "${shop.id}" has no earlier release to go back to.`);
  const sequence = await insertRelease(db, shop.id, { hash: artifact.hash, reason: 'rollback', publishedAt: ctx.clock() });
  ctx.log.info('rolled back', { shop: shop.id, sequence, version: artifact.version });
  return { sequence, hash: artifact.hash, version: artifact.version };
}
