import { VitrineError } from '@vitrine/sdk/core';
import type { AdminClient } from './admin-graphql.ts';
import { INSTALLATION_ID, METAFIELDS_SET, PIXEL, PIXEL_CREATE, PIXEL_UPDATE } from './documents.ts';

interface UserErrors { readonly userErrors: readonly { readonly code: string | null; readonly message: string }[] }

/** What the theme's blocks read as `app.metafields.vitrine.storefront.value`. All of it is public. */
export interface StorefrontSettings {
  readonly server: string;
  /** The publishable key. */
  readonly key: string;
  /** What the SDK reports: its lists alone where the web pixel reports the rest. */
  readonly report: 'all' | 'lists';
}

/** Writes down for the theme's blocks where the server is. */
export async function writeStorefrontSettings(client: AdminClient, settings: StorefrontSettings): Promise<void> {
  const { currentAppInstallation: { id: ownerId } } = await client.request<{ currentAppInstallation: { id: string } }>(INSTALLATION_ID);
  const { metafieldsSet } = await client.request<{ metafieldsSet: UserErrors }>(METAFIELDS_SET, {
    metafields: [{ ownerId, namespace: 'vitrine', key: 'storefront', type: 'json', value: JSON.stringify(settings) }],
  });
  refuse(client, 'the settings of the theme\'s blocks', metafieldsSet);
}

/** Starts the web pixel in this shop, or tells the one that runs its settings. */
export async function activatePixel(client: AdminClient, settings: { readonly shop: string; readonly key: string; readonly server: string }): Promise<void> {
  const { webPixelCreate } = await client.request<{ webPixelCreate: UserErrors }>(PIXEL_CREATE, { settings: JSON.stringify(settings) });
  if (webPixelCreate.userErrors[0]?.code !== 'TAKEN') return refuse(client, 'the web pixel', webPixelCreate);
  const { webPixel } = await client.request<{ webPixel: { id: string } | null }>(PIXEL);
  if (!webPixel) throw new VitrineError('upstream', `${client.shop} says that the web pixel is there, and has none.`);
  const { webPixelUpdate } = await client.request<{ webPixelUpdate: UserErrors }>(PIXEL_UPDATE, { id: webPixel.id, settings: JSON.stringify(settings) });
  refuse(client, 'the web pixel', webPixelUpdate);
}

function refuse(client: AdminClient, what: string, { userErrors: [problem] }: UserErrors): void {
  if (problem) throw new VitrineError('upstream', `${client.shop} refused ${what}: ${problem.message}`);
}
