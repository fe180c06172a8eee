import { VitrineError } from '@vitrine/sdk/core';
import type { Context } from '../context.ts';
import { listAllCredentials, replaceSealedCredential } from '../store/credentials.ts';
import { listOpenDataRequests, replaceSealedSubject } from '../store/privacy-requests.ts';
import { identityKey, isSealedBefore, openSealed, seal } from '../store/sealing.ts';
import { listShops, replaceSealedKeys } from '../store/shops.ts';

/** What is sealed, and how much of it was sealed anew. */
export interface ResealReport {
  readonly sealed: number;
  readonly resealed: number;
}

/**
 * Seals everything under `VITRINE_SECRET` that is still sealed under a secret of `VITRINE_SECRET_PREVIOUS`, which may then
 * be forgotten. It can be stopped anywhere and run again, and beside a server that works.
 *
 * @throws VitrineError `bad_config` when something opens with none of them; what could be resealed is
 */
export async function reseal(ctx: Pick<Context, 'db' | 'config' | 'log'>): Promise<ResealReport> {
  const { db, config } = ctx;
  let sealed = 0;
  let resealed = 0;
  const lost: string[] = [];
  const each = async (shop: string, work: () => Promise<boolean>) => {
    sealed++;
    try {
      if (await work()) resealed++;
    } catch (error) {
      if (!(error instanceof VitrineError) || error.code !== 'bad_config') throw error;
      lost.push(shop);
    }
  };
  for (const row of await listAllCredentials(db)) {
    await each(row.shop, async () => isSealedBefore(config, row.sealed)
      && replaceSealedCredential(db, row.shop, row, seal(config, openSealed(config, row.sealed))));
  }
  for (const row of await listOpenDataRequests(db)) {
    await each(row.shop, async () => isSealedBefore(config, row.subject)
      && replaceSealedSubject(db, row.shop, row, seal(config, openSealed(config, row.subject))));
  }
  for (const shop of await listShops(db)) {
    await each(shop.id, async () => (shop.identityKey === null || isSealedBefore(config, shop.signingKey) || isSealedBefore(config, shop.identityKey))
      && replaceSealedKeys(db, shop.id, shop, {
        signingKey: seal(config, openSealed(config, shop.signingKey)), identityKey: seal(config, identityKey(config, shop)),
      }));
  }
  if (lost.length > 0) {
    throw new VitrineError('bad_config', `What is stored of ${[...new Set(lost)].join(', ')} opens with none of the secrets in VITRINE_SECRET and VITRINE_SECRET_PREVIOUS. Name the one it was sealed with.`);
  }
  ctx.log.info('sealed anew', { sealed, resealed });
  return { sealed, resealed };
}

/**
 * Whether the stored keys open with the secret in use, or one before it.
 *
 * @throws VitrineError `bad_config`, at the start of a server rather than with its first shopper
 */
export async function checkSecret({ db, config }: Pick<Context, 'db' | 'config'>): Promise<void> {
  const [shop] = await listShops(db);
  if (shop) openSealed(config, shop.signingKey);
}
