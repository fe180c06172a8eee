import { exactly, fail, join, list, matching, number, oneOf, optional, plain, text, whole } from '../check.ts';
import type { Check, Fields } from '../check.ts';
import { LIMITS, SOURCES, WIDGETS } from './types.ts';
import type { EventBatch, EventType, VitrineEvent } from './types.ts';

const name = text(LIMITS.text);
const quantity = whole(1, LIMITS.quantity);
const position = whole(0, LIMITS.items - 1);
const productId = name;
const widget = oneOf(...WIDGETS);
const artifact = optional(name);
const checkoutToken = optional(name);
const products = list(LIMITS.items, exactly({ productId, quantity }));

const FIELDS: Record<EventType, Fields> = {
  page_viewed: { path: name },
  product_viewed: { productId },
  collection_viewed: { collectionId: name },
  search_submitted: { query: name },
  product_added_to_cart: { productId, quantity },
  product_removed_from_cart: { productId, quantity },
  cart_viewed: { items: products },
  checkout_started: { items: products, checkoutToken },
  checkout_completed: { orderId: name, checkoutToken },
  impression: {
    widget,
    artifact,
    items: list(LIMITS.items, exactly({ productId, position, source: oneOf(...SOURCES) })),
  },
  recommendation_clicked: { widget, artifact, productId, position },
};

const BASE: Fields = {
  type: name,
  id: matching(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/, 'be a UUID in lower case'),
  at: number(0, 8.64e15), // the range of Date
  sessionId: name,
  visitorId: optional(name),
};

const event: Check = (value, path) => {
  const { type } = plain(value, path);
  return typeof type === 'string' && Object.hasOwn(FIELDS, type)
    ? exactly({ ...BASE, ...FIELDS[type as EventType] })(value, path)
    : fail(join(path, 'type'), 'be a known event type');
};

const batch = exactly({
  key: matching(/^pk_[\w-]{1,128}$/, 'be a publishable key (pk_…)'),
  consent: oneOf(true),
  events: list(LIMITS.batchEvents, event),
});

/**
 * Checks one event and returns a copy that holds its known fields only.
 *
 * @throws VitrineError `bad_input`; the message names the field by its path and never repeats its value.
 *
 * @example
 * validateEvent({ type: 'product_viewed', id: crypto.randomUUID(), at: Date.now(), sessionId: 's1', productId: '42' });
 */
export function validateEvent(input: unknown): VitrineEvent {
  return event(input, '') as VitrineEvent;
}

/**
 * Checks the body of a collector request, its `LIMITS.batchEvents` included. `LIMITS.batchBytes` is for whoever still
 * holds the bytes.
 *
 * @throws VitrineError `bad_input`, e.g. "events[3].items[0].productId: must be text of 1 to 256 characters …".
 */
export function validateEventBatch(input: unknown): EventBatch {
  return batch(input, '') as EventBatch;
}
