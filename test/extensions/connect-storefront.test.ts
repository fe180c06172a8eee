import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { connectAdmin } from '../../plugin-server/src/services/connect-admin.ts';
import { connectStorefront } from '../../plugin-server/src/services/connect-storefront.ts';
import { ensureInstalled } from '../../plugin-server/src/services/install-shop.ts';
import { CUSTOMER_SCOPE, REQUIRED_SCOPES, STOREFRONT_SCOPES } from '../../plugin-server/src/shopify/scopes.ts';
import { TEST_CONFIG, withContext } from '../context.ts';
import { createShop } from '../shop/shop.ts';

// What the theme's blocks and the pixel are told when a shop installs the app, over the real Admin API documents.

const APP = { appUrl: 'https://app.test', clientId: 'client-id', clientSecret: 'client-secret' };

async function install(t: TestContext, scopes: readonly string[]) {
  const warnings: unknown[] = [];
  const sent: { query: string; variables?: Record<string, any> }[] = [];
  const shop = await createShop({ seed: 3, products: 12, orders: 10, customers: 5, days: 10, end: new Date('2026-11-01') });
  await shop.listen(0);
  t.after(() => shop.close());
  const fetch = (async (input: string | URL | Request, init?: RequestInit) => {
    const request = new Request(input, init);
    if (request.url.includes('graphql.json')) sent.push(await request.clone().json() as typeof sent[number]);
    return shop.rewrite(request);
  }) as typeof globalThis.fetch;
  const base = await withContext(t, { fetch, config: { ...TEST_CONFIG, shopify: { apiKey: APP.clientId, apiSecret: APP.clientSecret } } });
  const ctx = { ...base, log: { ...base.log, warn: (message: string, fields: unknown) => void warnings.push([message, fields]) } };
  // The app is a function here: what the admin opens ends nowhere, and the installation is made below.
  await shop.install({ ...APP, scopes }).catch(() => {});
  await ensureInstalled(ctx, { shop: shop.domain, sessionToken: shop.sessionToken() });
  const client = await connectAdmin(ctx, { shop: shop.domain });
  const [row] = await ctx.db.query<{ publishable_key: string }>('SELECT publishable_key FROM shops');
  const settings = async () => {
    sent.length = 0;
    const { pixel } = await connectStorefront(ctx, { shop: shop.domain, client });
    const variables = Object.fromEntries(sent.map(({ query, variables: given }) => [/(?:query|mutation) (\w+)/.exec(query)![1], given]));
    const metafield = variables.VitrineMetafieldsSet?.metafields[0];
    return { pixel, asked: Object.keys(variables), metafield: metafield && { ...metafield, value: JSON.parse(metafield.value) }, pixelSettings: JSON.parse(variables.VitrinePixelCreate?.settings ?? 'null') };
  };
  return { shop, ctx, key: row.publishable_key, settings, warnings };
}

test('with every permission the pixel runs, and the blocks let it report the pages; a second time changes nothing', async (t) => {
  const { key, settings, warnings, shop } = await install(t, [...REQUIRED_SCOPES, CUSTOMER_SCOPE, ...STOREFRONT_SCOPES]);
  const first = await settings();
  assert.equal(first.pixel, true);
  assert.deepEqual(first.metafield, {
    ownerId: 'gid://shopify/AppInstallation/70000000001', namespace: 'vitrine', key: 'storefront', type: 'json', value: { key, server: 'https://app.test', report: 'lists' },
  });
  assert.deepEqual(first.pixelSettings, { shop: shop.domain, key, server: 'https://app.test' });
  const second = await settings();
  assert.deepEqual(second.asked, ['VitrinePixelCreate', 'VitrinePixel', 'VitrinePixelUpdate', 'VitrineInstallation', 'VitrineMetafieldsSet']);
  assert.deepEqual([second.pixel, second.metafield], [true, first.metafield]);
  assert.deepEqual(warnings, []);
});

test('without the permission for pixels none is asked for, and the SDK reports everything', async (t) => {
  const { settings, warnings } = await install(t, REQUIRED_SCOPES);
  const { pixel, asked, metafield } = await settings();
  assert.deepEqual([pixel, metafield.value.report, asked], [false, 'all', ['VitrineInstallation', 'VitrineMetafieldsSet']]);
  assert.deepEqual(warnings, []);
});
