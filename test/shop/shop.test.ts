import assert from 'node:assert/strict';
import type { IncomingHttpHeaders } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, beforeEach, describe, test } from 'node:test';
import '@shopify/shopify-api/adapters/web-api';
import { ApiVersion, LogSeverity, RequestedTokenType, shopifyApi } from '@shopify/shopify-api';
import type { Session } from '@shopify/shopify-api';
import { setAbstractFetchFunc } from '@shopify/shopify-api/runtime';
import { noFaults } from './faults.ts';
import type { Shop } from './shop.ts';
import { createShop } from './shop.ts';

const CREDENTIALS = { clientId: 'client-id', clientSecret: 'client-secret', scopes: ['read_products', 'read_orders'] };
const OFFLINE = { requestedTokenType: RequestedTokenType.OfflineAccessToken, expiring: true } as const;

interface Received { readonly url: string; readonly headers: IncomingHttpHeaders; readonly body: string }

/** The smallest app: keeps what it is sent and answers with `status`. */
async function startApp() {
  const received: Received[] = [];
  const state = { status: 200 };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      received.push({ url: request.url!, headers: request.headers, body: Buffer.concat(chunks).toString('utf8') });
      response.writeHead(state.status).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    received, state, url: `http://localhost:${(server.address() as AddressInfo).port}`,
    hooks: () => received.filter((request) => request.url === '/webhooks'),
    close: () => new Promise((resolve) => { server.close(resolve); server.closeAllConnections(); }),
  };
}

const library = () => shopifyApi({
  apiKey: CREDENTIALS.clientId, apiSecretKey: CREDENTIALS.clientSecret, apiVersion: ApiVersion.October26, isEmbeddedApp: true, hostName: 'localhost', scopes: [],
  logger: { level: LogSeverity.Error, log: () => undefined },
});

describe('the simulated shop', () => {
  let shop: Shop, app: Awaited<ReturnType<typeof startApp>>, api: ReturnType<typeof library>, session: Session;
  let now = Date.now();

  before(async () => {
    app = await startApp();
    shop = await createShop({ seed: 3, products: 150, orders: 900, customers: 200, days: 90, end: new Date('2026-11-01'), retryDelaysMs: [5, 5], bulkDelayMs: 5, clock: () => now });
    await shop.listen(0);
    setAbstractFetchFunc(shop.rewrite as typeof fetch);
    api = library();
  });
  after(async () => {
    setAbstractFetchFunc(fetch);
    await shop.close();
    await app.close();
  });
  beforeEach(async () => {
    now = Date.now();
    shop.setFaults(noFaults());
    app.state.status = 200;
    assert.equal((await shop.install({ appUrl: app.url, ...CREDENTIALS })).status, 200);
    app.received.length = 0;
    ({ session } = await api.auth.tokenExchange({ shop: shop.domain, sessionToken: shop.sessionToken(), ...OFFLINE }));
  });

  const post = (query: string, variables: object = {}, options: { version?: string; token?: string } = {}) =>
    fetch(`${shop.origin}/admin/api/${options.version ?? '2026-10'}/graphql.json`, {
      method: 'POST', headers: { 'content-type': 'application/json', 'x-shopify-access-token': options.token ?? session.accessToken! }, body: JSON.stringify({ query, variables }),
    });
  const ask = async (query: string, variables: object = {}) => (await (await post(query, variables)).json()) as { data?: any; errors?: any[]; extensions: any };
  const subscribe = async (topic: string): Promise<void> => {
    const { data, errors } = await ask('mutation ($topic: WebhookSubscriptionTopic!, $uri: String!) { webhookSubscriptionCreate(topic: $topic, webhookSubscription: { uri: $uri }) { userErrors { message } } }', { topic, uri: `${app.url}/webhooks` });
    assert.equal(errors, undefined);
    assert.ok(data.webhookSubscriptionCreate.userErrors.every((error: { message: string }) => /already been taken/.test(error.message)));
  };
  const runBulk = async (query: string, groupObjects = false) => {
    const { data } = await ask('mutation ($q: String!, $g: Boolean!) { bulkOperationRunQuery(query: $q, groupObjects: $g) { userErrors { message code } bulkOperation { id status } } }', { q: query, g: groupObjects });
    const { bulkOperation, userErrors } = data.bulkOperationRunQuery;
    if (!bulkOperation) return { userErrors };
    for (;;) {
      const { data: { bulkOperation: operation } } = await ask('query ($id: ID!) { bulkOperation(id: $id) { status objectCount rootObjectCount fileSize url errorCode } }', { id: bulkOperation.id });
      if (operation.status !== 'CREATED' && operation.status !== 'RUNNING') return { userErrors, operation };
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };

  describe('Admin API', () => {
    test('answers with the schema’s shapes', async () => {
      const { data, errors } = await ask('{ shop { id name currencyCode ianaTimezone myshopifyDomain primaryDomain { url } } currentAppInstallation { accessScopes { handle } } products(first: 3) { pageInfo { hasNextPage endCursor } edges { cursor node { id title status variants(first: 5) { nodes { id price inventoryQuantity inventoryItem { id tracked } } } } } } }');
      assert.equal(errors, undefined);
      assert.equal(data.shop.myshopifyDomain, 'demo.myshopify.com');
      assert.deepEqual(data.currentAppInstallation.accessScopes.map((scope: { handle: string }) => scope.handle), CREDENTIALS.scopes);
      assert.match(data.products.edges[0].node.id, /^gid:\/\/shopify\/Product\/\d{13}$/);
    });

    test('pages through every product once', async () => {
      const seen: string[] = [];
      for (let after: string | null = null, more = true; more;) {
        const { data } = await ask('query ($after: String) { products(first: 40, after: $after) { pageInfo { hasNextPage endCursor } nodes { id } } }', { after });
        seen.push(...data.products.nodes.map((node: { id: string }) => node.id));
        ({ hasNextPage: more, endCursor: after } = data.products.pageInfo);
      }
      assert.deepEqual(seen, shop.products.map((product) => `gid://shopify/Product/${product.id}`));
    });

    test('rejects an invented field, a wrong argument and an unknown version', async () => {
      const invented = await ask('{ shop { id favouriteColour } }');
      assert.equal(invented.data, undefined);
      assert.equal(invented.errors![0].message, "Field 'favouriteColour' doesn't exist on type 'Shop'");
      assert.ok((await ask('{ products(first: "ten") { nodes { id } } }')).errors);
      assert.ok((await ask('{ shop {')).errors);
      assert.ok((await ask('{ products { nodes { id } } }')).errors![0].message.includes('first or last'));
      assert.equal((await post('{ shop { id } }', {}, { version: '2019-04' })).status, 404);
      assert.equal((await post('{ shop { id } }', {}, { version: '2026-07' })).status, 200);
      assert.equal((await post('{ shop { id } }', {}, { token: 'wrong' })).status, 401);
    });

    test('finds single objects by their ids, and nothing by a wrong one', async () => {
      const product = shop.products[3], order = shop.orders[3], [variant] = product.variants;
      const { data, errors } = await ask(`query ($p: ID!, $o: ID!, $i: ID!) {
        product(id: $p) { title } order(id: $o) { name customer { id } shippingAddress { countryCodeV2 } transactions(first: 1) { paymentDetails { ... on CardPaymentDetails { company bin avsResultCode } } } }
        inventoryItem(id: $i) { tracked variants(first: 5) { nodes { id inventoryQuantity } } inventoryLevels(first: 1) { nodes { quantities(names: ["available"]) { quantity } } } }
        node(id: $p) { id __typename } missing: product(id: "gid://shopify/Product/__proto__") { id } nodes(ids: [$o, "gid://shopify/Order/1"]) { id }
      }`, { p: `gid://shopify/Product/${product.id}`, o: `gid://shopify/Order/${order.id}`, i: `gid://shopify/InventoryItem/${variant.inventoryItemId}` });
      assert.equal(errors, undefined);
      assert.equal(data.product.title, product.title);
      assert.equal(data.order.name, order.name);
      assert.equal(data.order.transactions[0].paymentDetails.bin, order.payment.bin);
      assert.equal(data.inventoryItem.variants.nodes[0].inventoryQuantity, variant.quantity);
      assert.equal(data.inventoryItem.inventoryLevels.nodes[0].quantities[0].quantity, variant.quantity);
      assert.equal(data.node.__typename, 'Product');
      assert.equal(data.missing, null);
      assert.equal(data.nodes[1], null);
    });

    test('filters by time, as a reconciling job does', async () => {
      const middle = shop.orders[450];
      const { data } = await ask('query ($q: String) { ordersCount(query: $q) { count } orders(first: 1, query: $q) { nodes { id } } }', { q: `created_at:>='${new Date(middle.createdAt).toISOString()}'` });
      assert.equal(data.ordersCount.count, shop.orders.length - 450);
      assert.equal(data.orders.nodes[0].id, `gid://shopify/Order/${middle.id}`);
    });

    test('spends a bucket of points and throttles with HTTP 200 when it is dry', async () => {
      const expensive = '{ products(first: 250) { nodes { id variants(first: 100) { nodes { id inventoryItem { id } } } } } }';
      let throttled = false;
      for (let n = 0; n < 20 && !throttled; n++) {
        const response = await post(expensive);
        assert.equal(response.status, 200);
        const body = (await response.json()) as any;
        assert.equal(body.extensions.cost.throttleStatus.maximumAvailable, 2_000);
        throttled = body.errors?.[0].extensions.code === 'THROTTLED';
      }
      assert.ok(throttled);
      now += 60_000;
      assert.ok((await ask('{ shop { id } }')).data);
    });

    test('faults: THROTTLED and 401', async () => {
      shop.faults.throttle = 1;
      assert.equal((await ask('{ shop { id } }')).errors![0].extensions.code, 'THROTTLED');
      shop.setFaults({ throttle: 0, unauthorized: 1 });
      assert.equal((await post('{ shop { id } }')).status, 401);
      assert.throws(() => shop.setFaults({ typo: 1 } as never), RangeError);
      assert.throws(() => shop.setFaults({ throttle: 2 }), RangeError);
    });
  });

  describe('bulk operations', () => {
    const ORDERS = '{ orders { edges { node { id createdAt lineItems { edges { node { id quantity product { id } } } } } } } }';

    test('write every order and line, children not always behind their parent', async () => {
      now += 120_000;
      await subscribe('BULK_OPERATIONS_FINISH');
      const { operation } = await runBulk(ORDERS);
      assert.equal(operation.status, 'COMPLETED');
      const text = await (await fetch(operation.url)).text();
      const rows = text.trimEnd().split('\n').map((line) => JSON.parse(line) as { id: string; __parentId?: string; product?: { id: string } | null });
      const orders = rows.filter((row) => row.__parentId === undefined), lines = rows.filter((row) => row.__parentId !== undefined);
      assert.equal(orders.length, shop.orders.length);
      assert.equal(lines.length, shop.orders.reduce((n, order) => n + order.lines.length, 0));
      assert.equal(Number(operation.objectCount), rows.length);
      assert.equal(Number(operation.rootObjectCount), orders.length);
      assert.equal(Number(operation.fileSize), Buffer.byteLength(text));
      const known = new Set(orders.map((row) => row.id));
      assert.ok(lines.every((line) => known.has(line.__parentId!)));
      assert.ok(lines.some((line) => line.product === null));
      let parent = '', apart = 0;
      for (const row of rows) {
        if (row.__parentId === undefined) parent = row.id;
        else if (row.__parentId !== parent) apart++;
      }
      assert.ok(apart > 0.2 * lines.length, `${apart} of ${lines.length} lines are away from their order`);
      await shop.idle();
      assert.equal(JSON.parse(app.hooks().at(-1)!.body).status, 'completed');
      assert.equal((await fetch(operation.url.replace(/token=.*/, 'token=guess'))).status, 404);
    });

    test('keep children together when asked', async () => {
      now += 120_000;
      const { operation } = await runBulk(ORDERS, true);
      let parent = '';
      for (const line of (await (await fetch(operation.url)).text()).trimEnd().split('\n')) {
        const row = JSON.parse(line) as { id: string; __parentId?: string };
        if (row.__parentId === undefined) parent = row.id; else assert.equal(row.__parentId, parent);
      }
    });

    test('refuse what the platform refuses', async () => {
      now += 120_000;
      const refused = async (query: string): Promise<string> => (await runBulk(query)).userErrors[0].message;
      assert.match(await refused('{ shop { id } }'), /at least one connection/);
      assert.match(await refused('{ orders { edges { node { name lineItems { edges { node { id } } } } } } }'), /must select the 'id' field/);
      assert.match(await refused('{ orders { edges { node { id invented } } } }'), /invented/);
      assert.match(await refused('not a query'), /Invalid bulk query/);
    });

    test('an empty result has no file; a cut one ends inside a line', async () => {
      now += 120_000;
      const none = await runBulk('{ orders(query: "created_at:>2099-01-01") { edges { node { id } } } }');
      assert.equal(none.operation.status, 'COMPLETED');
      assert.equal(none.operation.url, null);
      const { operation } = await runBulk(ORDERS);
      shop.faults.truncateBulk = true;
      const text = await (await fetch(operation.url)).text();
      assert.ok(Buffer.byteLength(text) < Number(operation.fileSize));
      assert.throws(() => JSON.parse(text.split('\n').at(-1)!));
    });
  });

  describe('tokens', () => {
    const exchange = (body: object) => fetch(`${shop.origin}/admin/oauth/access_token`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
    const grant = () => ({
      client_id: CREDENTIALS.clientId, client_secret: CREDENTIALS.clientSecret, grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange', subject_token: shop.sessionToken(),
      subject_token_type: 'urn:ietf:params:oauth:token-type:id_token', requested_token_type: 'urn:shopify:params:oauth:token-type:offline-access-token', expiring: '1',
    });

    test('the official library exchanges a session token for an expiring one', async () => {
      assert.match(session.accessToken!, /^shpat_/);
      assert.match(session.refreshToken!, /^shprt_/);
      assert.equal(session.scope, CREDENTIALS.scopes.join(','));
      assert.ok(session.expires! > new Date());
      assert.equal((await api.session.decodeSessionToken(shop.sessionToken())).dest, `https://${shop.domain}`);
    });

    test('refresh tokens rotate and work once', async () => {
      const { session: next } = await api.auth.refreshToken({ shop: shop.domain, refreshToken: session.refreshToken! });
      assert.notEqual(next.accessToken, session.accessToken);
      assert.notEqual(next.refreshToken, session.refreshToken);
      assert.equal((await post('{ shop { id } }')).status, 401, 'the old access token is void');
      assert.equal((await post('{ shop { id } }', {}, { token: next.accessToken })).status, 200);
      await assert.rejects(api.auth.refreshToken({ shop: shop.domain, refreshToken: session.refreshToken! }));
    });

    test('expire after an hour, or at once as a fault', async () => {
      now += 3_601_000;
      assert.equal((await post('{ shop { id } }')).status, 401);
      ({ session } = await api.auth.refreshToken({ shop: shop.domain, refreshToken: session.refreshToken! }));
      assert.equal((await post('{ shop { id } }')).status, 200);
      shop.faults.expireToken = true;
      assert.equal((await post('{ shop { id } }')).status, 401);
      ({ session } = await api.auth.refreshToken({ shop: shop.domain, refreshToken: session.refreshToken! }));
      assert.equal((await post('{ shop { id } }')).status, 200);
    });

    test('are refused for a wrong secret, a forged, foreign, late or missing session token', async () => {
      assert.equal((await exchange({ ...grant(), client_secret: 'wrong' })).status, 401);
      assert.equal((await exchange({ ...grant(), client_id: 'wrong' })).status, 400);
      assert.equal((await exchange({ ...grant(), grant_type: 'password' })).status, 400);
      const [head, payload, signature] = shop.sessionToken().split('.');
      const forged = Buffer.from(JSON.stringify({ ...JSON.parse(Buffer.from(payload, 'base64url').toString()), sub: '1' })).toString('base64url');
      const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${payload}.`;
      const late = shop.sessionToken();
      for (const subject_token of [`${head}.${forged}.${signature}`, unsigned, shop.sessionToken({ shopDomain: 'other.myshopify.com' }), '', undefined, 'a.b.c']) {
        const response = await exchange({ ...grant(), subject_token });
        assert.equal(response.status, 400);
        assert.equal(((await response.json()) as { error: string }).error, 'invalid_subject_token');
      }
      const request = grant();
      now += 71_000;
      assert.equal((await exchange({ ...request, subject_token: late })).status, 400);
    });

    test('the app is opened with a signed query', async () => {
      await shop.install({ appUrl: app.url, ...CREDENTIALS });
      const query = Object.fromEntries(new URL(app.received.at(-1)!.url, app.url).searchParams);
      assert.equal(query.shop, shop.domain);
      assert.ok(query.id_token && query.host && query.embedded);
      assert.equal(await api.utils.validateHmac(query as never), true);
    });
  });

  describe('webhooks', () => {
    test('are signed so that the official library accepts them, and not when changed', async () => {
      await subscribe('ORDERS_CREATE');
      const order = shop.placeOrder({ lines: [{ productId: sellable(shop), quantity: 1 }], email: 'a@example.com' });
      await shop.idle();
      const hook = app.hooks().find((request) => request.headers['x-shopify-topic'] === 'orders/create')!;
      const request = (body: string) => ({ rawBody: body, rawRequest: new Request(`${app.url}/webhooks`, { method: 'POST', headers: hook.headers as Record<string, string>, body }) });
      const verdict = await api.webhooks.validate(request(hook.body));
      assert.equal(verdict.valid, true);
      assert.equal((await api.webhooks.validate(request(`${hook.body} `))).valid, false);
      const payload = JSON.parse(hook.body);
      assert.equal(payload.id, Number(order.id));
      assert.equal(payload.admin_graphql_api_id, `gid://shopify/Order/${order.id}`);
      assert.equal(payload.line_items[0].product_id, Number(order.lines[0].productId));
      assert.ok(Number.isSafeInteger(payload.line_items[0].id));
    });

    test('are repeated with the same body and id until the app answers', async () => {
      app.state.status = 500;
      const [delivery] = await shop.deliverWebhook('customers/redact', { shop_id: 1 });
      assert.deepEqual([delivery.attempts, delivery.status], [3, 500]);
      const hooks = app.hooks();
      assert.equal(new Set(hooks.map((hook) => hook.headers['x-shopify-webhook-id'])).size, 1);
      assert.equal(new Set(hooks.map((hook) => hook.body)).size, 1);
    });

    test('faults: dropped, doubled, reordered', async () => {
      const ids = () => app.hooks().map((hook) => JSON.parse(hook.body).n as number);
      shop.faults.dropWebhooks = 1;
      assert.equal((await shop.deliverWebhook('shop/redact', { n: 1 }))[0].dropped, true);
      assert.deepEqual(ids(), []);
      shop.setFaults({ dropWebhooks: 0, duplicateWebhooks: 1 });
      await shop.deliverWebhook('shop/redact', { n: 2 });
      assert.deepEqual(ids(), [2, 2]);
      assert.equal(app.hooks()[0].headers['x-shopify-webhook-id'], app.hooks()[1].headers['x-shopify-webhook-id']);
      shop.setFaults({ duplicateWebhooks: 0, reorderWebhooks: 1 });
      const held = shop.deliverWebhook('shop/redact', { n: 3 });
      await new Promise((resolve) => setImmediate(resolve));
      shop.faults.reorderWebhooks = 0;
      await shop.deliverWebhook('shop/redact', { n: 4 });
      await held;
      assert.deepEqual(ids(), [2, 2, 4, 3]);
    });

    test('selling out sends product and inventory; uninstalling revokes everything', async () => {
      await subscribe('PRODUCTS_UPDATE');
      await subscribe('INVENTORY_LEVELS_UPDATE');
      await subscribe('APP_UNINSTALLED');
      const productId = sellable(shop);
      shop.setStock(productId, 0);
      await shop.idle();
      const topics = app.hooks().map((hook) => hook.headers['x-shopify-topic']);
      assert.ok(topics.includes('products/update') && topics.includes('inventory_levels/update'));
      const product = JSON.parse(app.hooks().find((hook) => hook.headers['x-shopify-topic'] === 'products/update')!.body);
      assert.equal(product.id, Number(productId));
      assert.ok(product.variants.every((variant: { inventory_quantity: number }) => variant.inventory_quantity === 0));
      await shop.uninstall();
      assert.equal(app.hooks().at(-1)!.headers['x-shopify-topic'], 'app/uninstalled');
      assert.equal((await post('{ shop { id } }')).status, 401);
      app.received.length = 0;
      shop.setStock(productId, 5);
      await shop.idle();
      assert.deepEqual(app.hooks(), []);
    });
  });

  test('the faults page sets faults', async () => {
    const set = (body: object) => fetch(`${shop.origin}/__faults`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
    assert.equal((await set({ throttle: 0.5, truncateBulk: true })).status, 200);
    assert.deepEqual([shop.faults.throttle, shop.faults.truncateBulk], [0.5, true]);
    assert.equal((await set({ throttle: 'much' })).status, 400);
    assert.equal((await set(JSON.parse('{"__proto__": 1, "constructor": 1}'))).status, 400);
    assert.equal((await fetch(`${shop.origin}/admin/uninstall`, { method: 'POST', headers: { origin: 'https://evil.example' } })).status, 403);
  });
});

/** A product that can be bought now. */
function sellable(shop: Shop): string {
  return shop.products.find((product) => product.status === 'active' && product.publishedAt !== null && product.variants[0].quantity > 3)!.id;
}
