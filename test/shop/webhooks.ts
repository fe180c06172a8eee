import { createHmac, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { InstalledApp, ShopState } from './state.ts';

export interface Delivery {
  readonly topic: string;
  readonly url: string;
  readonly webhookId: string;
  /** Status of the last answer; 0 when none came. */
  readonly status: number;
  readonly attempts: number;
  readonly dropped: boolean;
}

export interface WebhookSender {
  /**
   * Sends a webhook to everyone who subscribed to the topic (as in "orders/create"), and resolves when the last of them
   * answered or was given up. Compliance topics go to the app without a subscription, as its configuration demands.
   */
  deliver(topic: string, payload: object): Promise<Delivery[]>;
  /** Resolves when nothing is on its way. */
  idle(): Promise<void>;
  /** Gives up what is on its way. */
  stop(): void;
}

const COMPLIANCE: ReadonlySet<string> = new Set(['customers/data_request', 'customers/redact', 'shop/redact']);
const ATTEMPT_MS = 5_000;

/** @param retryDelaysMs waits before each repetition; the platform's eight are spread over four hours, these over seconds */
export function createWebhookSender(state: ShopState, retryDelaysMs: readonly number[], send: typeof fetch): WebhookSender {
  const underway = new Set<Promise<unknown>>();
  const stopping = new AbortController();
  /** A delivery that is held back until another one has passed. */
  let heldBack: (() => void) | null = null;

  async function post(app: InstalledApp, topic: string, url: string, payload: object): Promise<Delivery> {
    const { faults, random } = state;
    const body = JSON.stringify(payload);
    const webhookId = randomUUID();
    const headers = {
      'Content-Type': 'application/json',
      'X-Shopify-Topic': topic,
      'X-Shopify-Hmac-Sha256': createHmac('sha256', app.clientSecret).update(body).digest('base64'),
      'X-Shopify-Shop-Domain': state.domain,
      'X-Shopify-Webhook-Id': webhookId,
      'X-Shopify-Event-Id': randomUUID(),
      'X-Shopify-Triggered-At': new Date(state.clock()).toISOString(),
      'X-Shopify-Api-Version': '2026-10',
      'User-Agent': 'Shopify-Captain-Hook',
    };
    if (random.chance(faults.dropWebhooks)) return { topic, url, webhookId, status: 0, attempts: 0, dropped: true };
    if (faults.delayMs > 0) await sleep(faults.delayMs, undefined, { signal: stopping.signal });
    if (random.chance(faults.reorderWebhooks)) await holdBack();
    const twice = random.chance(faults.duplicateWebhooks);
    let status = 0, attempts = 0;
    for (let copy = 0; copy < (twice ? 2 : 1); copy++) {
      for (const delay of [0, ...retryDelaysMs]) {
        if (delay > 0) await sleep(delay, undefined, { signal: stopping.signal });
        attempts++;
        status = await send(url, { method: 'POST', headers, body, redirect: 'manual', signal: AbortSignal.any([stopping.signal, AbortSignal.timeout(ATTEMPT_MS)]) })
          .then(async (response) => {
            await response.body?.cancel();
            return response.status;
          }, () => 0);
        if ((status >= 200 && status < 300) || stopping.signal.aborted) break;
      }
    }
    heldBack?.();
    return { topic, url, webhookId, status, attempts, dropped: false };
  }

  /** Waits for the next delivery to pass, or for a second when none comes. */
  function holdBack(): Promise<void> {
    return new Promise((resolve) => {
      const release = (): void => {
        clearTimeout(timer);
        if (heldBack === release) heldBack = null;
        resolve();
      };
      const timer = setTimeout(release, 1_000);
      heldBack?.();
      heldBack = release;
    });
  }

  return {
    deliver(topic, payload) {
      const { app } = state;
      if (!app) return Promise.resolve([]);
      const name = topic.toUpperCase().replace('/', '_');
      const receivers = COMPLIANCE.has(topic) ? [{ uri: new URL('/webhooks', app.appUrl).href, includeFields: [] }]
        : state.subscriptions.filter((subscription) => subscription.topic === name);
      const all = Promise.all(receivers.map(({ uri, includeFields }) => post(app, topic, uri, includeFields.length > 0 ? onlyFields(payload, includeFields) : payload))).catch((error: unknown) => {
        if (stopping.signal.aborted) return [];
        throw error;
      });
      underway.add(all);
      void all.finally(() => underway.delete(all));
      return all;
    },
    async idle() {
      while (underway.size > 0) await Promise.all(underway);
    },
    stop() {
      stopping.abort();
      heldBack?.();
    },
  };
}

/** The fields that a subscription asks for: "id", or "line_items.price" inside an object or each of a list. */
function onlyFields(value: unknown, fields: readonly string[]): object {
  const out: Record<string, unknown> = {};
  for (const [name, inner] of Object.entries(value as Record<string, unknown>)) {
    if (fields.includes(name) || fields.includes(`${name}.*`)) out[name] = inner;
    else {
      const nested = fields.flatMap((field) => (field.startsWith(`${name}.`) ? [field.slice(name.length + 1)] : []));
      if (nested.length === 0) continue;
      if (Array.isArray(inner)) out[name] = inner.map((each) => onlyFields(each, nested));
      else out[name] = inner === null || typeof inner !== 'object' ? inner : onlyFields(inner, nested);
    }
  }
  return out;
}
