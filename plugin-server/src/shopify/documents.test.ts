import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { buildClientSchema, GraphQLEnumType, NoDeprecatedCustomRule, parse, specifiedRules, validate } from 'graphql';
import * as documents from './documents.ts';

const data = new URL('../../../node_modules/@shopify/dev-mcp/dist/data/', import.meta.url);

function readSchema(version: string) {
  const json = JSON.parse(gunzipSync(readFileSync(new URL(`admin_${version}.json.gz`, data))).toString());
  return buildClientSchema(json.data ?? json);
}

for (const version of ['2026-07', '2026-10']) {
  test(`every document is valid in ${version}, without a deprecated field`, () => {
    const schema = readSchema(version);
    const texts = Object.entries(documents).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value as string] as const] : []));
    assert.ok(texts.length >= 9);
    texts.push(['bulkOrdersSince', documents.bulkOrdersSince(0)]);
    assert.match(texts.at(-1)![1], /updated_at:>='1970-01-01T00:00:00.000Z'/);
    for (const [name, text] of texts) {
      assert.deepEqual(validate(schema, parse(text), [...specifiedRules, NoDeprecatedCustomRule]).map((error) => error.message), [], name);
    }
    const topics = (schema.getType('WebhookSubscriptionTopic') as GraphQLEnumType).getValues().map((value) => value.name);
    for (const topic of documents.WEBHOOK_TOPICS) assert.ok(topics.includes(topic), topic);
  });
}

test('nothing personal is asked for', () => {
  for (const [name, text] of Object.entries(documents)) {
    if (typeof text === 'string') assert.doesNotMatch(text, /mail|phone|address|firstName|lastName|displayName|\bip\b|note/i, name);
  }
});
