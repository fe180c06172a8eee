import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { VitrineError } from '../errors.ts';
import { LIMITS, SOURCES, WIDGETS } from './types.ts';
import type { CartViewed, VitrineEvent } from './types.ts';
import { validateEvent, validateEventBatch } from './validate.ts';

const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }).filter((text) => !/[\p{Cc}\p{Cs}]/u.test(text));
const quantity = fc.integer({ min: 1, max: LIMITS.quantity });
const position = fc.nat(LIMITS.items - 1);
const widget = fc.constantFrom(...WIDGETS);
const products = fc.array(fc.record({ productId: name, quantity }), { maxLength: 5 });
const shown = fc.array(fc.record({ productId: name, position, source: fc.constantFrom(...SOURCES) }), { maxLength: 5 });

const FIELDS: Record<VitrineEvent['type'], Record<string, fc.Arbitrary<unknown>>> = {
  page_viewed: { path: name },
  product_viewed: { productId: name },
  collection_viewed: { collectionId: name },
  search_submitted: { query: name },
  product_added_to_cart: { productId: name, quantity },
  product_removed_from_cart: { productId: name, quantity },
  cart_viewed: { items: products },
  checkout_started: { items: products, checkoutToken: name },
  checkout_completed: { orderId: name, checkoutToken: name },
  impression: { widget, artifact: name, items: shown },
  recommendation_clicked: { widget, artifact: name, productId: name, position },
};
const OPTIONAL = new Set(['visitorId', 'checkoutToken', 'artifact']);

type Plain = Record<string, unknown>;
const anyEvent: fc.Arbitrary<Plain> = fc.oneof(
  ...Object.entries(FIELDS).map(([type, fields]) => {
    const model = {
      type: fc.constant(type), id: fc.uuid(), at: fc.integer({ min: 0, max: 8.64e15 }), sessionId: name, visitorId: name, ...fields,
    };
    const requiredKeys = Object.keys(model).filter((key) => !OPTIONAL.has(key)) as (keyof typeof model)[];
    return fc.record(model, { requiredKeys, noNullPrototype: true });
  }),
);

/** The message of the refusal; any other outcome fails the test. */
function refusal(validate: () => unknown): string {
  try {
    validate();
  } catch (error) {
    assert.ok(error instanceof VitrineError && error.code === 'bad_input', String(error));
    return error.message;
  }
  return assert.fail('was accepted');
}

const VIEW = { type: 'product_viewed', id: '0b0f6b6e-3b1a-4b6a-9c4b-0f6b6e3b1a4b', at: 1, sessionId: 's1', productId: '42' };

test('every well-formed event passes, as an equal copy', () => {
  fc.assert(fc.property(anyEvent, (event) => {
    const checked = validateEvent(event);
    assert.deepEqual(checked, JSON.parse(JSON.stringify(event)));
    assert.notEqual(checked, event);
  }));
});

test('every missing, additional or wrongly typed field is refused by its path', () => {
  const wrong = fc.constantFrom<unknown>(null, true, {}, [], ['a'], '', 'a\u0000', 'a\nb', '\ud800', 'x'.repeat(LIMITS.text + 1), NaN, Infinity, -1, 1e300, '\u0085');
  fc.assert(fc.property(anyEvent, wrong, fc.nat(), (event, value, pick) => {
    const keys = Object.keys(event);
    const key = keys[pick % keys.length];
    if (!(key === 'items' && Array.isArray(value) && value.length === 0)) {
      assert.match(refusal(() => validateEvent({ ...event, [key]: value })), new RegExp(`^${key}(\\[0\\])?: must `));
    }
    const { [key]: _, ...without } = event;
    if (!OPTIONAL.has(key)) assert.match(refusal(() => validateEvent(without)), new RegExp(`^${key}: must `));
    assert.equal(refusal(() => validateEvent({ ...event, email: 'a@b.c' })), 'email: must not be there: unknown field');
  }));
});

test('items are checked one by one', () => {
  const { id, at, sessionId } = VIEW;
  const base = { type: 'cart_viewed', id, at, sessionId };
  const good = { productId: 'a', quantity: 1 };
  const cases: [unknown, string][] = [
    [{ ...base, items: [good, { ...good, quantity: 0 }] }, 'items[1].quantity: must be a number from 1 to 100000'],
    [{ ...base, items: [good, { ...good, quantity: 1.5 }] }, 'items[1].quantity: must be a whole number'],
    [{ ...base, items: [{ quantity: 1 }] }, 'items[0].productId: must be text of 1 to 256 characters without control characters'],
    [{ ...base, items: [{ ...good, title: 'T' }] }, 'items[0].title: must not be there: unknown field'],
    [{ ...base, items: [null] }, 'items[0]: must be an object'],
    [{ ...base, items: Array(3) }, 'items[0]: must be an object'],
    [{ ...base, items: Array(LIMITS.items + 1).fill(good) }, `items: must be a list of at most ${LIMITS.items}`],
    [{ ...base, productId: 'a', items: [good] }, 'productId: must not be there: unknown field'],
  ];
  for (const [event, message] of cases) assert.equal(refusal(() => validateEvent(event)), message);
  assert.equal((validateEvent({ ...base, items: Array(LIMITS.items).fill(good) }) as CartViewed).items.length, LIMITS.items);
});

test('limits are inclusive', () => {
  validateEvent({ ...VIEW, productId: 'x'.repeat(LIMITS.text), at: 0 });
  validateEvent({ ...VIEW, type: 'product_added_to_cart', quantity: LIMITS.quantity });
  const click = { ...VIEW, type: 'recommendation_clicked', widget: 'related', position: LIMITS.items - 1 };
  validateEvent(click);
  assert.equal(refusal(() => validateEvent({ ...click, position: LIMITS.items })), 'position: must be a number from 0 to 99');
  for (const id of ['', 'B0F6B6E-0', VIEW.id.toUpperCase(), `${VIEW.id}\n`, `x${VIEW.id}`]) {
    assert.equal(refusal(() => validateEvent({ ...VIEW, id })), 'id: must be a UUID in lower case');
  }
});

test('__proto__, constructor and inherited names are only data', () => {
  const parsed = (json: string) => JSON.parse(json) as unknown;
  const text = JSON.stringify(VIEW);
  assert.match(refusal(() => validateEvent(parsed(text.replace('{', '{"__proto__":{"polluted":1},')))), /^__proto__: must not be there/);
  assert.match(refusal(() => validateEvent(parsed(text.replace('{', '{"constructor":{"prototype":{"polluted":1}},')))), /^constructor: must not/);
  for (const type of ['__proto__', 'constructor', 'toString']) assert.equal(refusal(() => validateEvent({ ...VIEW, type })), 'type: must be a known event type');
  assert.equal((validateEvent({ ...VIEW, productId: '__proto__' }) as { productId: string }).productId, '__proto__');
  assert.equal(({} as Plain).polluted, undefined);
});

test('messages never repeat what was sent', () => {
  const secret = 'jane.doe@example.com';
  const inputs = [{ ...VIEW, [secret]: 1 }, { ...VIEW, id: secret }, { ...VIEW, type: secret }, { ...VIEW, at: secret }, { ...VIEW, productId: `${secret}\n` }, secret, [secret]];
  for (const input of inputs) assert.ok(!refusal(() => validateEvent(input)).includes(secret));
});

test('a batch: key, consent, at most 50 events, paths from its root', () => {
  const batch = { key: 'pk_abc', consent: true, events: [VIEW] };
  assert.deepEqual(validateEventBatch(batch), batch);
  assert.deepEqual(validateEventBatch({ ...batch, events: [] }).events, []);
  const cases: [unknown, string][] = [
    [{ ...batch, consent: false }, 'consent: must be true'],
    [{ ...batch, consent: 'true' }, 'consent: must be true'],
    [{ ...batch, key: 'sk_abc' }, 'key: must be a publishable key (pk_…)'],
    [{ ...batch, key: `pk_${'a'.repeat(500)}` }, 'key: must be a publishable key (pk_…)'],
    [{ ...batch, events: VIEW }, 'events: must be a list of at most 50'],
    [{ ...batch, events: Array(51).fill(VIEW) }, 'events: must be a list of at most 50'],
    [{ ...batch, events: [VIEW, { ...VIEW, productId: 42 }] }, 'events[1].productId: must be text of 1 to 256 characters without control characters'],
    [{ ...batch, events: [VIEW, 'x'] }, 'events[1]: must be an object'],
    [{ ...batch, events: [{}] }, 'events[0].type: must be a known event type'],
    [{ ...batch, ip: '::1' }, 'ip: must not be there: unknown field'],
    [null, 'input: must be an object'],
    [[batch], 'input: must be an object'],
  ];
  for (const [input, message] of cases) assert.equal(refusal(() => validateEventBatch(input)), message);
});

test('anything at all: accepted or refused with VitrineError, never another failure', () => {
  const anything = fc.anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true, withSparseArray: true, withTypedArray: true });
  fc.assert(
    fc.property(anything, anyEvent, fc.nat(), (value, event, pick) => {
      const keys = Object.keys(event);
      const almost = { ...event, [keys[pick % keys.length]]: value };
      for (const attempt of [() => validateEvent(value), () => validateEventBatch(value), () => validateEvent(almost), () => validateEventBatch({ key: 'pk_a', consent: true, events: [almost, value] })]) {
        try {
          attempt();
        } catch (error) {
          assert.ok(error instanceof VitrineError && error.code === 'bad_input', String(error));
        }
      }
    }),
    { numRuns: 1000 },
  );
});
