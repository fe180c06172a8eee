import { createHmac, randomUUID } from 'node:crypto';
import type { TestContext } from 'node:test';
import type { Hono } from 'hono';
import { createApp } from '../../plugin-server/src/app.ts';
import { compressRecommendation } from '../../plugin-server/src/pipeline/compress/compress-recommendation.ts';
import { randomCheckpoint } from '../../plugin-server/src/pipeline/compress/random-checkpoint.ts';
import { addRule } from '../../plugin-server/src/services/add-rule.ts';
import { saveToken } from '../../plugin-server/src/services/connect-admin.ts';
import { createShopKeys } from '../../plugin-server/src/services/create-shop-keys.ts';
import { receiveDataRequest } from '../../plugin-server/src/services/receive-data-request.ts';
import { storeModel } from '../../plugin-server/src/services/store-model.ts';
import { storeOrder } from '../../plugin-server/src/services/store-orders.ts';
import { finishImport, startImport } from '../../plugin-server/src/store/imports.ts';
import { upsertProducts } from '../../plugin-server/src/store/products.ts';
import { insertRelease } from '../../plugin-server/src/store/releases.ts';
import { createRun } from '../../plugin-server/src/store/runs.ts';
import { installShop } from '../../plugin-server/src/store/shops.ts';
import { TEST_CONFIG, withContext, type TestContextWithJobs } from '../context.ts';

/** Ids of what a shop has, one of each kind. */
export interface Ids {
  readonly shop: string;
  readonly run: string;
  readonly artifact: string;
  readonly product: string;
  readonly import: string;
  readonly rule: string;
  readonly dataRequest: string;
  readonly order: string;
  readonly version: string;
}

export interface TwoShops {
  readonly ctx: TestContextWithJobs;
  readonly app: Hono;
  readonly own: Ids;
  readonly other: Ids;
  /** Of a shop, to the collector. */
  readonly keys: Readonly<Record<string, string>>;
}

const { apiKey, apiSecret } = TEST_CONFIG.shopify!;
const base64url = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A session token as the platform mints it. */
export function sessionToken(shop: string): string {
  const now = Math.floor(Date.now() / 1000);
  const text = `${base64url({ alg: 'HS256', typ: 'JWT' })}.${base64url({ iss: `https://${shop}/admin`, dest: `https://${shop}`, aud: apiKey, sub: '1', exp: now + 60, nbf: now - 5, iat: now - 5, jti: randomUUID(), sid: randomUUID() })}`;
  return `${text}.${createHmac('sha256', apiSecret).update(text).digest('base64url')}`;
}

/** Two installed shops with one of everything each, on one server. What is in them can be told apart by their ids. */
export async function twoShops(t: Pick<TestContext, 'after'>, overrides: Parameters<typeof withContext>[1] = {}): Promise<TwoShops> {
  const ctx = await withContext(t, overrides);
  const keys: Record<string, string> = {};
  const fill = async (name: string, at: number): Promise<Ids> => {
    const shop = `${name}.myshopify.com`;
    const now = ctx.clock();
    const row = await installShop(ctx.db, {
      id: shop, source: 'shopify', name: `${name}-canary-name`, currency: 'EUR', timezone: 'UTC', storefrontUrl: `https://${name}.example`, installedAt: now - 1_000,
      scopes: 'read_products,read_orders,read_inventory,read_customers', ...(await createShopKeys(ctx.config)),
    });
    keys[shop] = row.publishableKey;
    await saveToken(ctx, { sessionId: `offline_${shop}`, shop, accessToken: `shpat_${name}_canary`, scope: '', expiresAt: now + 3_600_000, refreshToken: `shprt_${name}_canary`, refreshExpiresAt: null });
    const ids = { run: `20261124T00000${at}Z-${name}`, import: `import-${name}`, dataRequest: `request-${name}`, order: `${at}0001`, product: `${at}77777001`, version: `20261123T10000${at}Z-000${at}` };
    await createRun(ctx.db, shop, { id: ids.run, status: 'queued', startedAt: now });
    await startImport(ctx.db, shop, { id: ids.import, kind: 'products', source: `${name}-canary.csv`, startedAt: now });
    await finishImport(ctx.db, shop, ids.import, { status: 'done', report: {}, finishedAt: now });
    // Each shop's model ranks products of its own; ids below are those of randomCheckpoint.
    const products = Array.from({ length: 30 }, (_, index) => String(at * 1_000 + index));
    await upsertProducts(ctx.db, shop, [ids.product, ...products].map((id) => ({
      id, title: `${name}-canary-title`, handle: `p-${id}`, productType: 'Mug', vendor: 'V', tags: [], price: 9, imageUrl: null, status: 'active', published: true, available: true, createdAt: null, updatedAt: 1,
    })));
    await storeOrder(ctx, { shop, orders: [{ id: ids.order, customerId: '77', orderedAt: now, currency: 'EUR', total: 1, cancelledAt: null, updatedAt: now }], lines: [{ orderId: ids.order, lineId: '1', productId: ids.product, quantity: 1, unitPrice: 9 }] });
    await receiveDataRequest(ctx, { shop, subject: { customerId: '77', orderIds: [] }, requestId: ids.dataRequest, receivedAt: now });
    const checkpoint = { ...randomCheckpoint(30, 4), itemIds: products };
    const { hash } = await storeModel(ctx, row, { packed: compressRecommendation(checkpoint), manifest: { version: ids.version, metrics: [] }, config: {}, evaluations: [], createdAt: now });
    await insertRelease(ctx.db, shop, { hash, reason: 'publish', publishedAt: now });
    const rule = await addRule(ctx, { shop, rule: { action: 'pin', productIds: [ids.product], position: 1 } });
    return { shop, ...ids, artifact: hash, rule: rule.id! };
  };
  const own = await fill('own', 1);
  const other = await fill('other', 2);
  ctx.sent.length = 0;
  return { ctx, app: createApp(ctx, { assets: [] }), own, other, keys };
}
