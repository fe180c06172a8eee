import { VitrineError } from '@vitrine/sdk/core';
import type { AdminClient } from './admin-graphql.ts';
import { shopifyLibrary, type ShopifyDeps } from './api.ts';
import { WEBHOOK_CREATE, WEBHOOK_LIST, WEBHOOK_TOPICS } from './documents.ts';
import { time } from './read-product.ts';
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

/** Subscribes to every topic that is not subscribed at this address yet. Returns how many were added. */
export async function registerWebhooks(client: AdminClient, appUrl: string): Promise<number> {
  const uri = `${appUrl}/webhooks`;
  const present = new Set<string>();
  let after: string | null = null;
  do {
    const { webhookSubscriptions: page }: Page = await client.request<Page>(WEBHOOK_LIST, { after });
    for (const { topic, uri: at } of page.nodes) if (at === uri) present.add(topic);
    after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
  } while (after);
  const missing = WEBHOOK_TOPICS.filter((topic) => !present.has(topic));
  for (const topic of missing) {
    const { webhookSubscriptionCreate: { userErrors } } = await client.request<{ webhookSubscriptionCreate: { userErrors: { message: string }[] } }>(
      WEBHOOK_CREATE, { topic, subscription: { uri } });
    const [problem] = userErrors;
    // Two installations at once: the other one was first.
    if (problem && !/taken/i.test(problem.message)) throw new VitrineError('upstream', `${client.shop} refused the webhook ${topic}: ${problem.message}`);
  }
  return missing.length;
}

interface Page {
  readonly webhookSubscriptions: {
    readonly nodes: readonly { readonly topic: string; readonly uri: string }[];
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  };
}
