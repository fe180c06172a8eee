import type { Context } from '../context.ts';
import { listShops } from '../store/shops.ts';
import { mintOwnerToken } from './owner-token.ts';

/**
 * Addresses at which the owners of shops fed from files open their dashboards, good for 12 hours. Installed shops open
 * it from their own admin. The token stands in the fragment, which browsers never send.
 */
export async function dashboardLinks({ db, config, clock }: Pick<Context, 'db' | 'config' | 'clock'>): Promise<Array<{ shop: string; url: string }>> {
  const shops = (await listShops(db)).filter(({ source, uninstalledAt }) => source === 'file' && uninstalledAt === null);
  return shops.map(({ id }) => ({
    shop: id, url: `${config.appUrl}/app?shop=${encodeURIComponent(id)}#token=${mintOwnerToken(config, id, { now: clock() })}`,
  }));
}
