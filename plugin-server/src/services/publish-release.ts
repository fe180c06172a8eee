import { VitrineError } from '@vitrine/sdk/core';
import type { Context } from '../context.ts';
import { gate } from '../pipeline/publish/gate.ts';
import { findArtifact, findNewestArtifact } from '../store/artifacts.ts';
import { findLiveRelease, insertRelease } from '../store/releases.ts';
import { requireShop } from './require-shop.ts';

/**
 * Makes a trained artifact live: the newest, or the one named by its hash. Publishing what is live already changes nothing.
 * @throws VitrineError `not_better` when it does not pass the gate and `force` is not set; `not_found`
 */
export async function publishRelease(
  ctx: Context, input: { readonly shop: string; readonly hash?: string; readonly force?: boolean },
): Promise<{ sequence: number; hash: string; version: string }> {
  const { db } = ctx;
  const shop = await requireShop(ctx, input.shop);
  const artifact = input.hash ? await findArtifact(db, shop.id, input.hash) : await findNewestArtifact(db, shop.id);
  if (!artifact) throw new VitrineError('not_found', `Shop "${shop.id}" has no ${input.hash ? 'artifact of that hash' : 'trained model'}. Run: vitrine train --shop ${shop.id}`);
  if (artifact.audience !== 'browser') throw new VitrineError('forbidden', 'This artifact is for the server only; it is never published.');
  const live = await findLiveRelease(db, shop.id);
  if (live?.hash === artifact.hash) return { sequence: live.sequence, hash: artifact.hash, version: artifact.version };
  const objection = gate(artifact.evaluations);
  if (objection && !input.force) throw new VitrineError('not_better', `Not published: ${objection}. The live release is unchanged.`);
  const sequence = await insertRelease(db, shop.id, { hash: artifact.hash, reason: 'publish', publishedAt: ctx.clock() });
  ctx.log.info('published', { shop: shop.id, sequence, version: artifact.version, forced: objection !== undefined });
  return { sequence, hash: artifact.hash, version: artifact.version };
}
