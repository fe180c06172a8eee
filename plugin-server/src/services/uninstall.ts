import { VitrineError } from '@vitrine/sdk/core';
import type { Context } from '../context.ts';
import { SHOP } from '../shopify/documents.ts';
import { findShop, uninstallShop } from '../store/shops.ts';
import { connectAdmin } from './connect-admin.ts';

/**
 * Marks a shop as uninstalled and forgets its credentials, unless the message is about an installation before this one: it
 * may arrive after a reinstallation seconds later, and its time is by another clock. So the shop is asked; the clocks decide
 * only where it does not answer.
 *
 * @param input.at when the shop says it happened, milliseconds since 1970
 */
export async function uninstall(ctx: Context, { shop, at }: { readonly shop: string; readonly at: number }): Promise<void> {
  const known = await findShop(ctx.db, shop);
  if (!known || known.uninstalledAt !== null) return;
  const { installedAt } = known;
  if ((await isAccepted(ctx, shop)) ?? at < installedAt) return;
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
