import type { Context } from '../context.ts';
import { deleteArtifacts } from '../store/artifacts.ts';
import { deleteCredentials } from '../store/credentials.ts';
import { deleteEvents } from '../store/events.ts';
import { deleteImports } from '../store/imports.ts';
import { deleteOrders } from '../store/orders.ts';
import { deleteProducts } from '../store/products.ts';
import { deleteRuns } from '../store/runs.ts';
import { deleteShop } from '../store/shops.ts';
import { deleteDeliveries } from '../store/webhook-deliveries.ts';

/** Removes everything stored of a shop, its models included. Nothing of it can be had back. */
export async function eraseShop(ctx: Context, { shop }: { readonly shop: string }): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    for (const erase of [deleteCredentials, deleteEvents, deleteOrders, deleteProducts, deleteImports, deleteRuns, deleteArtifacts, deleteDeliveries, deleteShop]) {
      await erase(tx, shop);
    }
  });
  ctx.log.info('erased', { shop });
}
