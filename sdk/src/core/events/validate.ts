import { VitrineError } from '../errors.ts';
import { LIMITS, WIDGETS } from './types.ts';
import type { EventBatch, EventType, VitrineEvent } from './types.ts';

/**
 * The only judge of what a well-formed event is. Written by hand because it ships to every shopper: a table of fields
 * for each type, and five kinds of check. A check returns the value (a list or an object as a fresh copy that holds
 * the known fields only) or throws with the path of the field, never with its value: that may be personal.
 */
type Check = (value: unknown, path: string) => unknown;
type Fields = Record<string, Check>;

const fail = (path: string, must: string): never => {
  throw new VitrineError('bad_input', `${path}: must ${must}`);
};

/** Text without control characters or lone surrogates, which neither JSON readers nor databases agree on. */
const text: Check = (value, path) =>
  typeof value === 'string' && value && value.length <= LIMITS.text && !/[\p{Cc}\p{Cs}]/u.test(value)
    ? value
    : fail(path, `be text of 1 to ${LIMITS.text} characters without control characters`);

/** Text of one shape; `must` says which. */
const matching = (pattern: RegExp, must: string): Check => (value, path) =>
  pattern.test(text(value, path) as string) ? value : fail(path, must);

const number = (least: number, most: number, whole: boolean): Check => (value, path) =>
  typeof value === 'number' && value >= least && value <= most && (!whole || value % 1 === 0)
    ? value
    : fail(path, `be a ${whole ? 'whole ' : ''}number from ${least} to ${most}`);

const oneOf = (...values: readonly unknown[]): Check => (value, path) =>
  values.includes(value) ? value : fail(path, `be ${values.join(' or ')}`);

const optional = (check: Check): Check => (value, path) => (value === undefined ? value : check(value, path));

const list = (most: number, check: Check): Check => (value, path) =>
  Array.isArray(value) && value.length <= most
    ? Array.from(value, (entry, index) => check(entry, `${path}[${index}]`))
    : fail(path, `be a list of at most ${most}`);

const fieldPath = (path: string, key: string): string => (path ? `${path}.${key}` : key);

const object = (fields: Fields): Check => (value, path) => {
  const input = plain(value, path);
  for (const key of Object.keys(input)) {
    // A key is repeated in the message only when it looks like a field's name.
    if (!Object.hasOwn(fields, key)) fail(fieldPath(path, /^\w{1,32}$/.test(key) ? key : '(field)'), 'not be there: unknown field');
  }
  const result: Record<string, unknown> = {};
  for (const key of Object.keys(fields)) {
    const checked = fields[key](input[key], fieldPath(path, key));
    if (checked !== undefined) result[key] = checked;
  }
  return result;
};

const plain = (value: unknown, path: string): Record<string, unknown> =>
  typeof value === 'object' && value && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : fail(path || 'input', 'be an object');

const quantity = number(1, LIMITS.quantity, true);
const position = number(0, LIMITS.items - 1, true);
const productId = text;
const widget = oneOf(...WIDGETS);
const artifact = optional(text);
const checkoutToken = optional(text);
const products = list(LIMITS.items, object({ productId, quantity }));

const FIELDS: Record<EventType, Fields> = {
  page_viewed: { path: text },
  product_viewed: { productId },
  collection_viewed: { collectionId: text },
  search_submitted: { query: text },
  product_added_to_cart: { productId, quantity },
  product_removed_from_cart: { productId, quantity },
  cart_viewed: { items: products },
  checkout_started: { items: products, checkoutToken },
  checkout_completed: { orderId: text, checkoutToken },
  impression: {
    widget,
    artifact,
    items: list(LIMITS.items, object({ productId, position, source: oneOf('model', 'popular') })),
  },
  recommendation_clicked: { widget, artifact, productId, position },
};

const BASE: Fields = {
  type: text,
  id: matching(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/, 'be a UUID in lower case'),
  at: number(0, 8.64e15, false), // the range of Date
  sessionId: text,
  visitorId: optional(text),
};

const event: Check = (value, path) => {
  const { type } = plain(value, path);
  return typeof type === 'string' && Object.hasOwn(FIELDS, type)
    ? object({ ...BASE, ...FIELDS[type as EventType] })(value, path)
    : fail(fieldPath(path, 'type'), 'be a known event type');
};

const batch = object({
  key: matching(/^pk_[\w-]+$/, 'be a publishable key (pk_…)'),
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
