import { VitrineError } from '@vitrine/sdk/core';
import type { Context } from '../context.ts';
import type { AdminClient } from '../shopify/admin-graphql.ts';
import { hasScope, STOREFRONT_SCOPES } from '../shopify/scopes.ts';
import { activatePixel, writeStorefrontSettings } from '../shopify/storefront-settings.ts';
import { requireInstalled } from './require-shop.ts';

/**
 * Tells the shop's storefront where this server is: starts the web pixel, where the shop allows one, and writes the
 * settings of the theme's blocks. Who reports what is decided here: what the pixel reports, the SDK does not. Doing it
 * twice changes nothing.
 *
 * A storefront that cannot be connected does not keep a shop from being imported: the next reconciliation tries again.
 *
 * @returns whether the pixel reports
 */
export async function connectStorefront(ctx: Context, input: { readonly shop: string; readonly client: AdminClient }): Promise<{ readonly pixel: boolean }> {
  const shop = await requireInstalled(ctx, input.shop);
  const settings = { key: shop.publishableKey, server: ctx.config.appUrl };
  const attempt = async (what: string, work: () => Promise<void>): Promise<boolean> => {
    try {
      await work();
      return true;
    } catch (error) {
      if (!(error instanceof VitrineError) || error.code !== 'upstream') throw error;
      ctx.log.warn('storefront not connected', { shop: shop.id, what, reason: error.message });
      return false;
    }
  };
  const mayObserve = shop.scopes !== null && STOREFRONT_SCOPES.slice(1).every((scope) => hasScope(shop.scopes, scope));
  const pixel = mayObserve && (await attempt('pixel', () => activatePixel(input.client, { shop: shop.id, ...settings })));
  await attempt('blocks', () => writeStorefrontSettings(input.client, { ...settings, report: pixel ? 'lists' : 'all' }));
  return { pixel };
}
