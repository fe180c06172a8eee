import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { readConfig } from '../../plugin-server/src/config.ts';
import { startServer, type RunningServer } from '../../plugin-server/src/serve.ts';
import { handleWebhook } from '../../plugin-server/src/services/handle-webhook.ts';
import { countShop } from '../../plugin-server/src/store/orders.ts';
import { createShop, type Shop } from '../shop/shop.ts';

export const APP = { clientId: 'client-id', clientSecret: 'client-secret', scopes: ['read_products', 'read_orders', 'read_inventory', 'read_customers'] };
const END = new Date('2026-11-01T00:00:00Z');

export interface Pair {
  readonly shop: Shop;
  readonly server: RunningServer;
  readonly home: string;
  /** What the server has logged, as text. */
  readonly logged: string[];
}

export interface PairOptions {
  readonly shop?: Parameters<typeof createShop>[0];
  readonly env?: Readonly<Record<string, string>>;
  readonly clock?: () => number;
  /** The server's own; requests for the shop pass through it. */
  readonly fetch?: typeof fetch;
}

/** A simulated shop and a server that does not work on its queue by itself. */
export async function setUp(t: Pick<TestContext, 'after'>, options: PairOptions = {}): Promise<Pair> {
  const { env = {}, clock, fetch } = options;
  const home = mkdtempSync(join(tmpdir(), 'vitrine-install-'));
  const shop = await createShop({ seed: 7, products: 40, orders: 250, customers: 80, days: 60, end: END, bulkDelayMs: 0, clock, ...options.shop });
  await shop.listen(0);
  const logged: string[] = [];
  const note = (message: string, fields?: object): void => { logged.push(`${message} ${JSON.stringify(fields, (_, value) => (value instanceof Error ? value.message : value))}`); };
  const server = await startServer(
    readConfig({ VITRINE_HOME: home, PORT: '0', SHOPIFY_API_KEY: APP.clientId, SHOPIFY_API_SECRET: APP.clientSecret, SHOPIFY_SHOP_ORIGIN: shop.origin, ...env }),
    { work: false, log: { info: note, warn: note, error: note }, ...(clock && { clock }), ...(fetch && { fetch }) });
  t.after(async () => {
    await shop.close();
    await server.close();
    rmSync(home, { recursive: true, force: true });
  });
  return { shop, server, home, logged };
}

export const install = ({ shop, server }: Pair): Promise<Response> => shop.install({ ...APP, appUrl: server.url });

/** Waits for nothing. */
export const quick = async (): Promise<void> => {};

/** Does the queued webhooks, after they have all arrived. */
export async function settle({ shop, server: { ctx } }: Pair): Promise<void> {
  await shop.idle();
  const jobs = await ctx.jobs.boss.fetch<{ shop: string; topic: string; webhookId: string }>('handle-webhook', { batchSize: 1_000 });
  for (const job of jobs) {
    await handleWebhook(ctx, job.data);
    await ctx.jobs.boss.complete('handle-webhook', job.id);
  }
}

/** Names of the jobs that wait, taken off the queue. */
export async function takeJobs({ server: { ctx } }: Pair): Promise<string[]> {
  const taken: string[] = [];
  for (const name of ['install-import', 'reconcile', 'train'] as const) {
    for (const job of await ctx.jobs.boss.fetch(name, { batchSize: 10 })) {
      taken.push(name);
      await ctx.jobs.boss.complete(name, job.id);
    }
  }
  return taken;
}

/** What the shop should have handed over. */
export function truth(shop: Shop) {
  const orders = shop.orders.filter((order) => !order.test);
  const known = new Set(shop.products.map(({ id }) => id));
  return {
    products: shop.products.length,
    orders: orders.length,
    lines: orders.flatMap(({ lines }) => lines).filter((line) => line.productId !== null && known.has(line.productId) && line.quantity > line.refunded).length,
  };
}

export const stored = async ({ shop, server }: Pair) => {
  const { products, orders, lines } = await countShop(server.ctx.db, shop.domain);
  return { products, orders, lines };
};
