import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parse } from 'smol-toml';
import { build } from '../../build.ts';
import { createApp } from '../../plugin-server/src/app.ts';
import { API_VERSION } from '../../plugin-server/src/shopify/api.ts';
import { WEBHOOK_TOPICS } from '../../plugin-server/src/shopify/documents.ts';
import { CUSTOMER_SCOPE, REQUIRED_SCOPES, STOREFRONT_SCOPES } from '../../plugin-server/src/shopify/scopes.ts';
import { withContext } from '../context.ts';

// The app's configuration file says what the code does: each half is held against the other.

const file = (path: string) => fileURLToPath(new URL(`../../plugin-server/${path}`, import.meta.url));
const readToml = (path: string) => JSON.parse(JSON.stringify(parse(readFileSync(file(path), 'utf8')))) as Record<string, any>;
const config = readToml('shopify.app.toml');
const HOST = 'https://vitrine.example.com';

test('permissions: what the code asks for, no more', () => {
  assert.deepEqual(config.access_scopes.scopes.split(','), [...REQUIRED_SCOPES, CUSTOMER_SCOPE, ...STOREFRONT_SCOPES]);
  assert.deepEqual(config.access_scopes.optional_scopes, ['read_all_orders']);
  assert.equal(config.access_scopes.use_legacy_install_flow, false);
  const granted = config.access_scopes.scopes.split(',');
  for (const { topic, scope } of WEBHOOK_TOPICS) assert.ok(!scope || granted.includes(scope), `${topic} may be subscribed to`);
});

test('the API version is the one that is pinned', () => {
  assert.equal(config.webhooks.api_version, API_VERSION);
});

test('compliance topics are all three, and each is handled', () => {
  const topics = config.webhooks.subscriptions.flatMap((each: Record<string, string[]>) => each.compliance_topics ?? []);
  assert.deepEqual([...topics].sort(), ['customers/data_request', 'customers/redact', 'shop/redact']);
  assert.deepEqual(config.webhooks.subscriptions.flatMap((each: Record<string, string[]>) => each.topics ?? []), [], 'others are subscribed to by the server');
  const source = readFileSync(file('src/services/handle-webhook.ts'), 'utf8');
  for (const topic of topics) assert.ok(source.includes(`'${topic}':`), `${topic} has a handler`);
});

test('every address is a route of the server', async (t) => {
  const app = createApp(await withContext(t), { assets: [] });
  const addresses = [config.application_url, ...config.auth.redirect_urls, config.app_proxy.url, ...config.webhooks.subscriptions.map(({ uri }: { uri: string }) => uri)];
  for (const address of addresses) assert.equal(new URL(address).origin, HOST);
  const path = (address: string) => new URL(address).pathname;
  assert.equal((await app.request(`${path(config.application_url)}?shop=demo.myshopify.com`)).status, 200);
  assert.equal((await app.request(path(config.webhooks.subscriptions[0].uri), { method: 'POST', body: '{}' })).status, 401, 'an unsigned webhook');
  assert.equal((await app.request(`${path(config.app_proxy.url)}/v1/shops/demo.myshopify.com/release`)).status, 401, 'an unsigned query');
  assert.deepEqual([config.app_proxy.prefix, config.app_proxy.subpath], ['apps', 'vitrine']);
  assert.equal(config.embedded, true);
});

test('every extension is where the command line looks for it, and the pixel declares what it is given', async () => {
  assert.deepEqual(config.extension_directories, ['extensions/*']);
  const extensions = readdirSync(file('extensions')).map((name) => ({ name, toml: readToml(`extensions/${name}/shopify.extension.toml`) }));
  assert.deepEqual(extensions.map(({ name, toml }) => [name, toml.type]), [['theme-blocks', 'theme'], ['web-pixel', 'web_pixel_extension']]);
  const pixel = extensions[1].toml;
  assert.equal(pixel.runtime_context, 'strict');
  assert.deepEqual(pixel.customer_privacy, { analytics: true, marketing: false, preferences: false, sale_of_data: 'disabled' });
  assert.deepEqual(Object.keys(pixel.settings.fields), ['shop', 'key', 'server']);
  // As the command line does it: one entry, one script, nothing left to import.
  assert.ok(existsSync(file('extensions/web-pixel/src/index.ts')));
  const script = readFileSync((await build()).pixel, 'utf8');
  assert.doesNotMatch(script, /(?<!\.)\bdocument\.|(?<!\.)\bwindow\.|\beval\(|new Function|\bimport\(/, 'no page, no evaluation');
  assert.match(script, /WebPixel::Render/);
});
