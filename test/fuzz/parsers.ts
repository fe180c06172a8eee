import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { decodeArtifact, loadRecommendation, parsePublishableKey, validateEventBatch, verifyArtifact } from '@vitrine/sdk/core';
import { checkFilter } from '../../sdk/src/core/models/recommendation/filter.ts';
import { checkRule } from '../../sdk/src/core/models/recommendation/rules.ts';
import type { Context } from '../../plugin-server/src/context.ts';
import { readSessions, readUsers, readInstances, Vocabulary } from '../../plugin-server/src/pipeline/evaluate/files/read-lists.ts';
import { parseMap } from '../../plugin-server/src/pipeline/ingest/columns.ts';
import { readNumber } from '../../plugin-server/src/pipeline/ingest/read-number.ts';
import { chooseEncoding } from '../../plugin-server/src/routes/encoding.ts';
import { verifyOwnerToken, mintOwnerToken } from '../../plugin-server/src/services/owner-token.ts';
import { importFile } from '../../plugin-server/src/services/import-file.ts';
import { createAdminClient } from '../../plugin-server/src/shopify/admin-graphql.ts';
import { groupChildren } from '../../plugin-server/src/shopify/group-children.ts';
import { readJsonLines } from '../../plugin-server/src/shopify/json-lines.ts';
import { readLineNode, readOrderBody, readOrderNode } from '../../plugin-server/src/shopify/read-order.ts';
import { readProductBody, readProductNode, readVariantNode, summarise } from '../../plugin-server/src/shopify/read-product.ts';
import { verifyProxyQuery } from '../../plugin-server/src/shopify/proxy-signature.ts';
import { verifySessionToken } from '../../plugin-server/src/shopify/session-token.ts';
import * as golden from './golden.ts';
import { mutateBytes, mutateText, mutateValue, type Random } from './mutate.ts';
import type { Target } from './run-cases.ts';

const artifacts = ['tiny.vtrn', 'tiny-2.vtrn', 'model-2.vtrn'].map((name) => new Uint8Array(readFileSync(fileURLToPath(new URL(`../contract/golden/${name}`, import.meta.url)))));
const pick = <T>(random: Random, list: readonly T[]): T => list[Math.floor(random() * list.length)];
const drain = async (source: AsyncIterable<unknown>) => { for await (const _ of source) { /* only read */ } };

/** Everything that parses what others have written, but for the routes. `folder` is for files that are imported. */
export function parserTargets(ctx: Context, folder: string): Target[] {
  const target = (name: string, weight: number, make: (random: Random) => unknown, read: (input: never, random: Random) => unknown): Target => ({
    name, weight,
    run(random) {
      const input = make(random);
      // Within a promise, so that what is thrown at once counts with what was tried.
      return { input, outcome: new Promise((resolve) => { resolve(read(input as never, random)); }) };
    },
  });
  const file = (name: string, make: (random: Random) => string | Uint8Array, read: (path: string) => Promise<unknown>, weight: number): Target =>
    target(name, weight, make, (content: string | Uint8Array) => {
      const path = join(folder, name.replace(/[^a-z]/g, '-'));
      writeFileSync(path, content);
      return read(path);
    });
  const ignored = () => new Vocabulary();
  return [
    target('events: a batch', 12, (random) => mutateValue(random, golden.BATCH), (input) => validateEventBatch(input)),
    target('artifact', 12, (random) => mutateBytes(random, pick(random, artifacts)), (bytes: Uint8Array) => loadRecommendation(decodeArtifact(bytes))),
    target('artifact, its signature', 2, (random) => mutateBytes(random, artifacts[0]), (bytes: Uint8Array<ArrayBuffer>) => verifyArtifact(bytes, { publicKey: golden.KEY, hash: 'a'.repeat(64), shop: 'demo', subtle: crypto.subtle })),
    target('publishable key', 2, (random) => mutateText(random, golden.KEY), (text: string) => parsePublishableKey(text)),
    target('rule', 6, (random) => mutateValue(random, pick(random, golden.RULES)), (input) => checkRule(input, 'rule')),
    target('filter', 6, (random) => mutateValue(random, golden.FILTER), (input) => checkFilter(input, 'filter')),
    target('order, webhook', 8, (random) => mutateValue(random, golden.ORDER_BODY), (input: never) => typeof input === 'object' && input !== null && readOrderBody(input)),
    target('product, webhook', 8, (random) => mutateValue(random, golden.PRODUCT_BODY), (input: never) => typeof input === 'object' && input !== null && readProductBody(input, 0)),
    target('order, bulk', 6, (random) => mutateValue(random, golden.ORDER_NODE), (input: never) => typeof input === 'object' && input !== null && [readOrderNode(input), readLineNode(input, '1')]),
    target('product, bulk', 6, (random) => mutateValue(random, golden.PRODUCT_NODE), (input: never) => {
      if (typeof input !== 'object' || input === null) return;
      readProductNode(input, 0);
      const variant = readVariantNode(input, '1');
      if (variant) summarise([variant]);
    }),
    target('bulk result', 8, (random) => mutateText(random, golden.BULK), async (text: string, random) => {
      const bytes = Buffer.from(text);
      const cut = Math.floor(random() * bytes.length);
      await drain(groupChildren(readJsonLines((async function* () { yield bytes.subarray(0, cut); yield bytes.subarray(cut); })(), 'bulk.jsonl')));
    }),
    target('answer of the Admin API', 4, (random) => (random() < 0.7 ? JSON.stringify(mutateValue(random, golden.ADMIN_ANSWER)) : mutateText(random, JSON.stringify(golden.ADMIN_ANSWER))), async (text: string, random) => {
      const status = pick(random, [200, 200, 200, 400, 401, 403, 404, 429, 500, 503]);
      const fetch = async () => new Response(text, { status, headers: { 'content-type': pick(random, ['application/json', 'application/json; charset=utf-8', 'text/html']) } });
      const client = createAdminClient({ ...ctx, fetch }, { shop: 'demo.myshopify.com', accessToken: 'shpat_x', sleep: async () => {} });
      await client.request('query { shop { id } }');
    }),
    target('session token', 5, (random) => mutateText(random, golden.SESSION_TOKEN), (text: string) => verifySessionToken(ctx, text)),
    target('owner token', 5, (random) => mutateText(random, mintOwnerToken(ctx.config, 'demo', { now: 0 })), (text: string) => verifyOwnerToken(ctx.config, text, 0)),
    target('proxied query', 5, (random) => mutateText(random, golden.PROXY_QUERY), (text: string) => verifyProxyQuery(new URLSearchParams(text), 'secret', 0)),
    target('accept-encoding', 2, (random) => mutateText(random, 'gzip, deflate;q=0.5, br;q=1.0, *;q=0'), (text: string) => chooseEncoding(text, ['br', 'gzip'])),
    target('column map', 2, (random) => mutateText(random, 'order=InvoiceNo,product=StockCode'), (text: string) => parseMap(text)),
    target('number', 3, (random) => mutateText(random, '1.234,56'), (text: string) => readNumber(text)),
    file('orders.csv', (random) => mutateText(random, golden.ORDERS_CSV), (path) => importFile(ctx, { path, shop: 'fuzz', currency: 'EUR', dryRun: true }), 6),
    file('shopify-orders.csv', (random) => mutateText(random, golden.SHOPIFY_CSV), (path) => importFile(ctx, { path, shop: 'fuzz', currency: 'EUR', dryRun: true }), 4),
    file('products.csv', (random) => mutateText(random, golden.PRODUCTS_CSV), (path) => importFile(ctx, { path, shop: 'fuzz', currency: 'EUR', dryRun: true }), 4),
    file('events.jsonl', (random) => mutateText(random, golden.EVENTS_JSONL), (path) => importFile(ctx, { path, shop: 'fuzz', currency: 'EUR', dryRun: true }), 4),
    file('bytes.csv', (random) => mutateBytes(random, Buffer.from(golden.ORDERS_CSV)), (path) => importFile(ctx, { path, shop: 'fuzz', currency: 'EUR', dryRun: true }), 4),
    file('sessions.txt', (random) => mutateText(random, golden.SESSIONS), (path) => { const words = ignored(); return readSessions(path, (id) => words.add(id)); }, 2),
    file('users.txt', (random) => mutateText(random, golden.SESSIONS), (path) => { const words = ignored(); return readUsers(path, (id) => words.add(id)); }, 2),
    file('instances.tsv', (random) => mutateText(random, golden.INSTANCES), (path) => { const words = ignored(); return readInstances(path, (id) => words.add(id)); }, 2),
  ];
}
