import { VitrineError } from '@vitrine/sdk/core';
import type { AdminClient } from './admin-graphql.ts';
import { shopifyLibrary, type ShopifyDeps } from './api.ts';
import { WEBHOOK_CREATE, WEBHOOK_LIST, WEBHOOK_TOPICS, WEBHOOK_UPDATE } from './documents.ts';
import { time } from './read-product.ts';
import { hasScope } from './scopes.ts';
import { SHOP_DOMAIN } from './session-token.ts';

/** A webhook whose signature was checked. */
export interface Webhook {
  readonly shop: string;
  /** "orders/create". */
  readonly topic: string;
  readonly webhookId: string;
  readonly triggeredAt: number | null;
}

/**
 * Checks a webhook's signature over its raw body.
 *
 * @throws VitrineError `unauthorized` when it is not signed by Shopify with this app's secret, `bad_input` when headers
 * are missing.
 */
export async function verifyWebhook(deps: Omit<ShopifyDeps, 'fetch'>, request: Request, rawBody: string): Promise<Webhook> {
  const checked = await shopifyLibrary(deps).webhooks.validate({ rawBody, rawRequest: request });
  if (!checked.valid) {
    if (checked.reason === 'missing_headers') throw new VitrineError('bad_input', 'The webhook lacks headers that Shopify sends.');
    throw new VitrineError('unauthorized', 'The webhook is not signed with this app\'s secret.');
  }
  if (!SHOP_DOMAIN.test(checked.domain)) throw new VitrineError('bad_input', 'The webhook does not name a shop.');
  // The library writes topics its own way; the header has Shopify's.
  const topic = (request.headers.get('x-shopify-topic') ?? checked.topic).toLowerCase();
  return { shop: checked.domain, topic, webhookId: checked.webhookId, triggeredAt: time(checked.triggeredAt) };
}

/**
 * Subscribes to every topic that is not subscribed at this address yet, or not to the fields that are read. Topics of
 * permissions that the shop has not granted are left out. Returns how many were added or changed.
 */
export async function registerWebhooks(client: AdminClient, appUrl: string, granted: string | null = null): Promise<number> {
  const uri = `${appUrl}/webhooks`;
  const present = new Map<string, Subscription>();
  let after: string | null = null;
  do {
    const { webhookSubscriptions: page }: Page = await client.request<Page>(WEBHOOK_LIST, { after });
    for (const each of page.nodes) if (each.uri === uri) present.set(each.topic, each);
    after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
  } while (after);
  let changed = 0;
  for (const { topic, includeFields = [], scope } of WEBHOOK_TOPICS) {
    if (scope !== undefined && granted !== null && !hasScope(granted, scope)) continue;
    const known = present.get(topic);
    if (known && sameFields(known.includeFields ?? [], includeFields)) continue;
    const subscription = { uri, includeFields };
    const { userErrors: [problem] } = known
      ? (await client.request<{ webhookSubscriptionUpdate: Outcome }>(WEBHOOK_UPDATE, { id: known.id, subscription })).webhookSubscriptionUpdate
      : (await client.request<{ webhookSubscriptionCreate: Outcome }>(WEBHOOK_CREATE, { topic, subscription })).webhookSubscriptionCreate;
    // Two installations at once: the other one was first.
    if (problem && !/taken/i.test(problem.message)) throw new VitrineError('upstream', `${client.shop} refused the webhook ${topic}: ${problem.message}`);
    changed++;
  }
  return changed;
}

const sameFields = (a: readonly string[], b: readonly string[]): boolean => a.length === b.length && a.every((field) => b.includes(field));

interface Outcome { readonly userErrors: readonly { readonly message: string }[] }
interface Subscription { readonly id: string; readonly topic: string; readonly uri: string; readonly includeFields?: readonly string[] }

interface Page {
  readonly webhookSubscriptions: {
    readonly nodes: readonly Subscription[];
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  };
}
