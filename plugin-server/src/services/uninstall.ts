import { VitrineError } from '@vitrine/sdk/core';
import type { Context } from '../context.ts';
import { SHOP } from '../shopify/documents.ts';
import { findShop, uninstallShop } from '../store/shops.ts';
import { connectAdmin } from './connect-admin.ts';

/** Within this time of an installation, in milliseconds, neither clock is taken at its word. */
const CLOSE = 10 * 60_000;

/**
 * Marks a shop as uninstalled and forgets its credentials, unless the message is about an installation before this one: it
 * may arrive after a reinstallation seconds later. The times are of two clocks, so where they are close the shop is asked.
 *
 * @param input.at when the shop says it happened, milliseconds since 1970
 */
export async function uninstall(ctx: Context, { shop, at }: { readonly shop: string; readonly at: number }): Promise<void> {
  const known = await findShop(ctx.db, shop);
  if (!known || known.uninstalledAt !== null) return;
  const { installedAt } = known;
  const accepted = Math.abs(at - installedAt) <= CLOSE ? await isAccepted(ctx, shop) : undefined;
  if (accepted ?? at < installedAt) return;
  if (await uninstallShop(ctx.db, shop, { at: Math.max(at, installedAt), installedAt })) ctx.log.info('uninstalled', { shop });
}

/** Whether the shop accepts the credentials that are stored; undefined when that cannot be told. */
async function isAccepted(ctx: Context, shop: string): Promise<boolean | undefined> {
  try {
    await (await connectAdmin(ctx, { shop })).request(SHOP);
    return true;
  } catch (error) {
    if (!(error instanceof VitrineError)) throw error;
    return error.code === 'unauthorized' ? false : undefined;
  }
}
