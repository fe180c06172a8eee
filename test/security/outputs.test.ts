import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHmac, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openPglite } from '../../plugin-server/src/store/pglite.ts';
import { noFaults } from '../shop/faults.ts';
import { createShop } from '../shop/shop.ts';
import { findTraces } from './find-traces.ts';

// The server as it is run, a process of its own: everything it writes and answers is read for what must never be in it.

const CLI = fileURLToPath(new URL('../../plugin-server/src/cli.ts', import.meta.url));
const SECRETS = { own: 'canary-vitrine-secret-of-enough-length', previous: 'canary-former-secret-of-enough-length', api: 'canary-client-secret' };
const PERSON = { email: 'canary-shopper@example.com', phone: '+44 20 7946 0123', first: 'Canarina', street: '12 Canary Row' };

async function startServer(t: TestContext, env: Record<string, string>) {
  const child = spawn(process.execPath, [CLI, 'serve', '--json'], { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  t.after(() => child.kill('SIGKILL'));
  const output = { text: '' };
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => { output.text += text; });
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.on('data', () => {
      const [, found] = /"url":"(http[^"]+)"/.exec(output.text) ?? [];
      if (found) resolve(found);
    });
    child.once('close', (code) => reject(new Error(`the server ended with ${code}: ${output.text}`)));
  });
  return { child, url, output };
}

test('no token, secret, session or person is in anything the server writes or answers', { timeout: 300_000 }, async (t) => {
  const home = mkdtempSync(join(tmpdir(), 'vitrine-outputs-'));
  const app = { clientId: 'client-id', clientSecret: SECRETS.api, scopes: ['read_products', 'read_orders', 'read_inventory', 'read_customers'] };
  const shop = await createShop({ seed: 4, products: 15, orders: 60, customers: 25, days: 40, end: new Date('2026-11-01'), bulkDelayMs: 0, retryDelaysMs: [50] });
  await shop.listen(0);
  t.after(async () => {
    await shop.close();
    rmSync(home, { recursive: true, force: true });
  });
  const { child, url, output } = await startServer(t, {
    VITRINE_HOME: home, PORT: '0', VITRINE_SECRET: SECRETS.own, VITRINE_SECRET_PREVIOUS: SECRETS.previous,
    SHOPIFY_API_KEY: app.clientId, SHOPIFY_API_SECRET: SECRETS.api, SHOPIFY_SHOP_ORIGIN: shop.origin, DATABASE_URL: '',
  });
  const answers: string[] = [];
  const ask = async (path: string, init: RequestInit = {}): Promise<number> => {
    const response = await fetch(`${url}${path}`, { redirect: 'manual', ...init });
    answers.push(`${path} ${JSON.stringify([...response.headers])} ${await response.text()}`);
    return response.status;
  };
  const seen = new Set<string>();
  const session = (): string => {
    const token = shop.sessionToken();
    seen.add(token.split('.')[2]!);
    return token;
  };
  const webhook = (topic: string, text: string, secret = SECRETS.api) => ask('/webhooks', {
    method: 'POST', body: text, headers: {
      'content-type': 'application/json', 'x-shopify-topic': topic, 'x-shopify-shop-domain': shop.domain, 'x-shopify-webhook-id': randomUUID(), 'x-shopify-api-version': '2026-10',
      'x-shopify-triggered-at': new Date().toISOString(), 'x-shopify-hmac-sha256': createHmac('sha256', secret).update(text).digest('base64'),
    },
  });

  // --- Everything goes well, then everything goes wrong.
  assert.equal((await shop.install({ ...app, appUrl: url })).status, 200);
  for (let n = 0; !/"message":"job done","job":"install-import"/.test(output.text); n++) {
    assert.ok(n < 600, output.text.slice(-2_000));
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const product = shop.products.find((each) => each.status === 'active' && each.publishedAt !== null && each.variants[0]!.quantity > 3)!;
  const order = shop.placeOrder({ lines: [{ productId: product.id }], email: PERSON.email, shippingAddress: { address1: PERSON.street, city: 'London', zip: 'N1', countryCode: 'GB', country: 'United Kingdom' } });
  await shop.idle();
  const customer = { id: Number(order.customerId), email: PERSON.email, phone: PERSON.phone, first_name: PERSON.first };
  const about = JSON.stringify({ customer, orders_requested: [Number(order.id)], orders_to_redact: [] });
  for (const topic of ['customers/data_request', 'orders/create', 'products/update', 'customers/update']) {
    await webhook(topic, about);
    await webhook(topic, about, 'another secret');
    await webhook(topic, `${about.slice(0, -1)},"id":{"email":"${PERSON.email}"},"created_at":"${PERSON.email}"`); // no JSON
    await webhook(topic, `["${PERSON.email}"]`);
  }
  shop.setFaults({ unauthorized: 0.5, throttle: 0.5, serverError: 0.5, expireToken: true, loseTokenAnswers: 0.5 });
  for (let n = 0; n < 5; n++) shop.setStock(product.id, n);
  await shop.idle();
  for (const authorization of [`Bearer ${session()}`, `Bearer ${session()}x`, `Bearer ${SECRETS.api}`, `Basic ${SECRETS.own}`, `Bearer ${PERSON.email}`]) {
    for (const path of ['/api/overview', `/api/runs/${PERSON.email}`, `/api/none?token=${session()}`]) await ask(path, { headers: { authorization } });
    await ask('/api/rules', { method: 'POST', body: JSON.stringify({ action: 'pin', productIds: [PERSON.email], token: SECRETS.api }), headers: { authorization, 'content-type': 'application/json' } });
  }
  for (const path of [`/app?shop=${shop.domain}&id_token=${session()}`, `/app?shop=${shop.domain}&id_token=${session()}&hmac=x`, `/app?shop=other.myshopify.com&id_token=${session()}`, '/healthz', `/${PERSON.email}?id_token=${session()}`,
    `/v1/shops/${PERSON.email}/release`, `/proxy/v1/shops/${shop.domain}/release?shop=${shop.domain}&signature=${SECRETS.api}&logged_in_customer_id=${order.customerId}`]) await ask(path);
  await ask(`/v1/shops/${shop.domain}/events`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ key: SECRETS.api, consent: true, events: [{ type: 'search', query: PERSON.email, email: PERSON.email }] }) });
  await new Promise((resolve) => setTimeout(resolve, 1_500)); // jobs fail, and say so
  shop.setFaults(noFaults());
  const closed = once(child, 'close');
  child.kill('SIGTERM');
  await closed;

  // --- What was written.
  assert.ok(output.text.split('\n').length > 60, 'the log was read');
  assert.match(output.text, /"job failed"/, 'something went wrong, as meant');
  const forbidden = [...Object.values(SECRETS), ...Object.values(PERSON), `"${order.customerId}"`, ...seen];
  const tokens = /shp(at|rt)_[\da-f]{8}|eyJ[\w-]{10}/;
  for (const line of output.text.split('\n')) {
    // The path that was asked for is part of the log; whoever writes a mail into an address writes it themselves.
    const shown = line.replaceAll(encodeURIComponent(PERSON.email), '').replaceAll(/"path":"[^"]*"/g, '');
    for (const text of forbidden) assert.ok(!shown.includes(text), `log: ${text} in ${line}`);
    assert.doesNotMatch(shown, tokens);
    assert.doesNotMatch(shown, /\bat .*\.ts:\d+/, 'no stack');
  }
  for (const answer of answers) {
    const body = answer.slice(answer.indexOf(' ') + 1);
    for (const text of forbidden) assert.ok(!body.includes(text), `answer: ${text} in ${answer}`);
    assert.doesNotMatch(body, tokens);
  }

  // --- What was stored: of the person nothing but what waits to be handled or could not be, and that is bounded in time.
  const db = await openPglite(join(home, 'data'));
  t.after(() => db.close());
  const found = await findTraces(db, [...Object.values(SECRETS), 'shpat_', 'shprt_', ...seen, PERSON.email, PERSON.street, PERSON.phone, PERSON.first], home);
  assert.deepEqual(found.filter((place) => !place.startsWith('public.webhook_deliveries')), []);
  const waiting = await db.query<{ body: string }>("SELECT body FROM webhook_deliveries WHERE handled_at IS NOT NULL AND body <> ''");
  assert.deepEqual(waiting, [], 'a delivery that was handled keeps no body');
});
