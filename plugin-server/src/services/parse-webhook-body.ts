import { VitrineError } from '@vitrine/sdk/core';
import { parseJson } from '../shopify/parse-json.ts';
import type { DeliveryRow } from '../store/webhook-deliveries.ts';

/**
 * The body of a delivery.
 *
 * @throws VitrineError `bad_input` when it is not a JSON object.
 */
export function parseWebhookBody({ topic, body }: Pick<DeliveryRow, 'topic' | 'body'>): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = parseJson(body);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch { /* reported like every other thing that is not an object */ }
  throw new VitrineError('bad_input', `The webhook ${topic} has a body that is not a JSON object.`);
}
