import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { Session } from '@shopify/shopify-api';
import { setAbstractFetchFunc } from '@shopify/shopify-api/runtime';
import { noFaults } from './faults.ts';
import { CREDENTIALS, library, OFFLINE, startApp } from './receiving-app.ts';
import type { Shop } from './shop.ts';
import { createShop } from './shop.ts';

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

    test('opens what was granted, and says what is missing', async () => {
      await shop.setScopes(['write_products', 'read_orders']);
      const { errors } = await ask('{ orders(first: 1) { nodes { id customer { id } } } inventoryItem(id: "gid://shopify/InventoryItem/1") { id } }');
      assert.deepEqual(errors!.map(({ message }) => message), ['Access denied for customer field. Required access: `read_customers` access scope.', 'Access denied for inventoryItem field. Required access: `read_inventory` access scope.']);
      assert.equal(errors![0].extensions.code, 'ACCESS_DENIED');
      assert.equal((await ask('{ products(first: 1) { nodes { id } } orders(first: 1) { nodes { id } } }')).errors, undefined);
      const { data } = await ask('mutation { webhookSubscriptionCreate(topic: INVENTORY_LEVELS_UPDATE, webhookSubscription: { uri: "https://app.example" }) { userErrors { message } } }');
      assert.match(data.webhookSubscriptionCreate.userErrors[0].message, /needs the read_inventory/);
    });

    test('orders shoppers placed in another currency, times by the shop\'s clock', async () => {
      const { data } = await ask('{ orders(first: 20) { nodes { number presentmentCurrencyCode totalPriceSet { shopMoney { amount currencyCode } presentmentMoney { amount currencyCode } } } } }');
      const foreign = data.orders.nodes.filter((node: { presentmentCurrencyCode: string }) => node.presentmentCurrencyCode === 'USD');
      assert.ok(foreign.length > 0 && foreign.length < 10);
      for (const { totalPriceSet: { shopMoney, presentmentMoney } } of foreign) {
        assert.deepEqual([shopMoney.currencyCode, presentmentMoney.currencyCode], ['EUR', 'USD']);
        assert.ok(Math.abs(presentmentMoney.amount - shopMoney.amount * 1.08) < 0.01);
      }
    });

    test('faults: enum values that no schema has, a gateway\'s page', async () => {
      shop.faults.unknownEnums = true;
      const { data } = await ask('{ products(first: 1) { nodes { status variants(first: 1) { nodes { inventoryPolicy } } } } }');
      assert.deepEqual([data.products.nodes[0].status, data.products.nodes[0].variants.nodes[0].inventoryPolicy], ['SECRET_SALE', 'ASK_NICELY']);
      shop.setFaults({ unknownEnums: false, serverError: 1 });
      assert.equal((await post('{ shop { id } }')).status, 502);
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

    test('some children come before their parents', async () => {
      now += 120_000;
      const { operation } = await runBulk(ORDERS);
      const seen = new Set<string>();
      let early = 0;
      for (const line of (await (await fetch(operation.url)).text()).trimEnd().split('\n')) {
        const row = JSON.parse(line) as { id: string; __parentId?: string };
        if (row.__parentId === undefined) seen.add(row.id); else if (!seen.has(row.__parentId)) early++;
      }
      assert.ok(early > 10, `${early} lines stand before their order`);
    });

    test('faults: each way to end, with a partial result and without, and each way to be busy', async () => {
      for (const bulkEnds of ['FAILED', 'CANCELED', 'EXPIRED'] as const) {
        for (const partialBulk of [false, true]) {
          now += 120_000;
          shop.setFaults({ bulkEnds, partialBulk });
          const { bulkOperation: { id } } = (await ask('mutation ($q: String!) { bulkOperationRunQuery(query: $q, groupObjects: false) { bulkOperation { id } } }', { q: ORDERS })).data.bulkOperationRunQuery;
          await new Promise((resolve) => setTimeout(resolve, 150));
          const { bulkOperation } = (await ask('query ($id: ID!) { bulkOperation(id: $id) { status errorCode url partialDataUrl objectCount } }', { id })).data;
          assert.deepEqual([bulkOperation.status, bulkOperation.errorCode, bulkOperation.url, bulkOperation.partialDataUrl !== null], [bulkEnds, bulkEnds === 'FAILED' ? 'TIMEOUT' : null, null, partialBulk]);
          if (partialBulk) assert.equal((await (await fetch(bulkOperation.partialDataUrl)).text()).trimEnd().split('\n').length, Number(bulkOperation.objectCount));
        }
      }
      shop.setFaults({ ...noFaults(), bulkBusy: 1 });
      assert.equal((await runBulk(ORDERS)).userErrors[0].code, 'OPERATION_IN_PROGRESS');
      shop.setFaults({ bulkBusy: 0, bulkLimit: 1 });
      assert.equal((await runBulk(ORDERS)).userErrors[0].code, 'LIMIT_REACHED');
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

    test('carry the fields that were asked for, and times with the shop\'s offset', async () => {
      const { data } = await ask('mutation ($uri: String!) { webhookSubscriptionCreate(topic: ORDERS_UPDATED, webhookSubscription: { uri: $uri, includeFields: ["id", "updated_at", "customer.id", "line_items.price"] }) { webhookSubscription { includeFields } userErrors { message } } }', { uri: `${app.url}/webhooks` });
      assert.equal(data.webhookSubscriptionCreate.userErrors.length, 0);
      now = Date.parse('2026-07-01T10:00:00Z');
      const order = shop.placeOrder({ lines: [{ productId: sellable(shop), quantity: 1 }], email: 'a@example.com' });
      shop.refundOrder(order.id);
      await shop.idle();
      const body = JSON.parse(app.hooks().find((hook) => hook.headers['x-shopify-topic'] === 'orders/updated')!.body);
      assert.deepEqual(body, { id: Number(order.id), updated_at: '2026-07-01T12:00:00+02:00', customer: { id: Number(order.customerId) }, line_items: [{ price: (order.lines[0].price / 100).toFixed(2) }] });
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
});

/** A product that can be bought now. */
function sellable(shop: Shop): string {
  return shop.products.find((product) => product.status === 'active' && product.publishedAt !== null && product.variants[0].quantity > 3)!.id;
}
