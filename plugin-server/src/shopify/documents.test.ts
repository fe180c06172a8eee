import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { buildClientSchema, GraphQLEnumType, NoDeprecatedCustomRule, parse, specifiedRules, validate } from 'graphql';
import { API_VERSION } from './api.ts';
import * as documents from './documents.ts';

const data = new URL('../../../node_modules/@shopify/dev-mcp/dist/data/', import.meta.url);

/** The version that is pinned, those published after it, and the one that comes next, as the package has them. */
const VERSIONS = readdirSync(data).flatMap((name) => /^admin_(\d{4}-\d{2}|unstable)\.json\.gz$/.exec(name)?.[1] ?? []).sort()
  .filter((version) => version === 'unstable' || version >= API_VERSION);

function readSchema(version: string) {
  const json = JSON.parse(gunzipSync(readFileSync(new URL(`admin_${version}.json.gz`, data))).toString());
  return buildClientSchema(json.data ?? json);
}

/** Every document there is: what is exported as text, and what is made from it. */
const DOCUMENTS: readonly (readonly [string, string])[] = [
  ...Object.entries(documents).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value as string] as const] : [])),
  ...[{ customers: true, since: 0 }, { customers: false }, { customers: false, since: 0 }].map((options) => [`bulkOrders(${JSON.stringify(options)})`, documents.bulkOrders(options)] as const),
];

test('the schemas of the pinned version and of the next one are there', () => {
  assert.deepEqual([VERSIONS[0], VERSIONS.at(-1)], [API_VERSION, 'unstable']);
  assert.ok(VERSIONS.length >= 2);
});

for (const version of VERSIONS) {
  test(`every document is valid in ${version}, without a deprecated field`, () => {
    const schema = readSchema(version);
    assert.ok(DOCUMENTS.length >= 13);
    for (const [name, text] of DOCUMENTS) {
      assert.deepEqual(validate(schema, parse(text), [...specifiedRules, NoDeprecatedCustomRule]).map((error) => error.message), [], name);
    }
    const topics = (schema.getType('WebhookSubscriptionTopic') as GraphQLEnumType).getValues().map((value) => value.name);
    for (const { topic } of documents.WEBHOOK_TOPICS) assert.ok(topics.includes(topic), topic);
  });
}

test('no document is sent from anywhere else', () => {
  const folder = new URL('../', import.meta.url);
  const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts') && path !== join('shopify', 'documents.ts'));
  assert.ok(sources.length > 50);
  const elsewhere = sources.filter((path) => /#graphql|`\s*(query|mutation)\s*\w*\s*[({]/.test(readFileSync(new URL(path, folder), 'utf8')));
  assert.deepEqual(elsewhere, []);
});

test('a bulk query says since when, and names the customers only where it may', () => {
  assert.match(documents.bulkOrders({ customers: true, since: 0 }), /updated_at:>='1970-01-01T00:00:00.000Z'/);
  assert.equal(documents.bulkOrders({ customers: true }), documents.BULK_ORDERS);
  assert.match(documents.BULK_ORDERS, /customer \{ id \}/);
  assert.doesNotMatch(documents.bulkOrders({ customers: false }), /customer/);
});

test('nothing personal is asked for', () => {
  const fields = documents.WEBHOOK_TOPICS.flatMap(({ includeFields = [] }) => includeFields);
  for (const [name, text] of [...DOCUMENTS, ['webhook fields', fields.join(' ')]]) assert.doesNotMatch(text, /mail|phone|address|firstName|lastName|first_name|last_name|displayName|\bip\b|browser_ip|note/i, name);
  for (const { topic, includeFields } of documents.WEBHOOK_TOPICS) {
    if (/^ORDERS_(?!DELETE)|^SHOP_|^APP_UNINSTALLED/.test(topic)) assert.ok(includeFields!.length > 0, `${topic} would bring whole orders or the owner's address`);
  }
});
