import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileFilter, decodeArtifact, encodeArtifact, type ItemFilter, readAttributes, VitrineError } from '@vitrine/sdk/core';
import fc from 'fast-check';
import { packAttributes, type ProductAttributes } from './pack-attributes.ts';

// Values of one kind also occur in the others, so that a filter that mixed them up would be seen.
const word = fc.constantFrom('', 'a', 'b', 'ta', 'p1', '1', 'é', '__proto__');
const price = fc.option(fc.constantFrom(0, 1, 0.1, 19.99, 20, 1e9), { nil: null });
const product = fc.record({ productType: word, vendor: word, tags: fc.array(word, { maxLength: 5 }), price });
const values = fc.array(word, { maxLength: 3 });
const bound = fc.constantFrom(-1, 0, 0.1, 19.99, 19.990001, 1e9);
const filter: fc.Arbitrary<ItemFilter> = fc.record({
  types: values, vendors: values, tags: fc.record({ any: values, none: values }, { requiredKeys: [] }),
  price: fc.record({ min: bound, max: bound }, { requiredKeys: [] }),
}, { requiredKeys: [] });

/** Attributes after the trip through a file. */
async function attributesOf(itemIds: readonly string[], products: readonly ProductAttributes[]) {
  const file = await encodeArtifact(
    { family: 'recommendation', audience: 'browser', shop: 's', version: 'v', createdAt: '2026-01-01T00:00:00.000Z', config: {}, metrics: [] },
    packAttributes(itemIds, products), async () => new Uint8Array(64));
  return readAttributes(itemIds.length, decodeArtifact(file).tensors);
}

/** The filter's meaning, from the products themselves. An empty text is no value: nothing has it. */
function naive({ types, vendors, tags, price: band }: ItemFilter, item: Omit<ProductAttributes, 'id'> | undefined): boolean {
  const within = (list: readonly string[], has: readonly string[]) => has.some((value) => value !== '' && list.includes(value));
  return (!types || within(types, item ? [item.productType] : [])) && (!vendors || within(vendors, item ? [item.vendor] : []))
    && (!tags?.any || within(tags.any, item?.tags ?? [])) && !(tags?.none && within(tags.none, item?.tags ?? []))
    && (band?.min === undefined || (item?.price != null && item.price >= band.min))
    && (band?.max === undefined || (item?.price != null && item.price <= band.max));
}

test('a filter over what the file holds lets through what a naive one does over the products', async () => {
  await fc.assert(fc.asyncProperty(fc.array(fc.option(product, { nil: undefined }), { minLength: 1, maxLength: 20 }), filter, async (items, wanted) => {
    const ids = items.map((_, row) => `p${row}`);
    const attributes = await attributesOf(ids, items.flatMap((item, row) => (item ? [{ id: ids[row], ...item }] : [])));
    if (!attributes) return;
    const allowed = compileFilter({ attributes }, wanted);
    assert.deepEqual(ids.filter((_, row) => allowed(row)), ids.filter((_, row) => naive(wanted, items[row])));
  }), { numRuns: 300 });
});

test('more facets than a byte can number, and more of one item than a byte can count', async () => {
  const items = Array.from({ length: 300 }, (_, i) => ({ id: `${i}`, productType: 't', vendor: '', price: i / 100, tags: i === 0 ? Array.from({ length: 400 }, (_, tag) => `${tag}`) : [] }));
  const ids = items.map(({ id }) => id);
  const attributes = await attributesOf(ids, items);
  assert.deepEqual(ids.filter((_, row) => compileFilter({ attributes }, { price: { min: 2.98 } })(row)), ['298', '299']);
  assert.deepEqual(ids.filter((_, row) => compileFilter({ attributes }, { tags: { any: ['0', '252'] } })(row)), ['0']);
  assert.equal(attributes!.start[1], 255, 'type, price and the first 253 tags');
});

test('no attributes, no tensors', () => {
  assert.equal(packAttributes(['a'], []).size, 0);
  assert.equal(packAttributes(['a'], [{ id: 'b', productType: 'x', vendor: '', tags: [], price: 1 }]).size, 0);
});

test('a filter that is not known is an error that names what there is; so is a value of the wrong type', async () => {
  const attributes = await attributesOf(['a'], [{ id: 'a', productType: 'x', vendor: 'v', tags: [], price: 1 }]);
  const cases: [unknown, RegExp][] = [
    [{ colour: ['red'] }, /filter\.colour: unknown filter; there is types, vendors, tags\.any/], [{ tags: { all: ['x'] } }, /filter\.tags\.all: unknown/],
    [{ tags: ['x'] }, /filter\.tags: unknown/], [{ price: null }, /filter\.price: unknown/], [{ constructor: [] }, /filter\.constructor: unknown/],
    [{ types: 'x' }, /filter\.types: must be a list of texts/], [{ price: { min: '3' } }, /filter\.price\.min: must be a number/], [{ price: { max: NaN } }, /must be a number/],
  ];
  for (const [wrong, message] of cases) {
    assert.throws(() => compileFilter({ attributes }, wrong as ItemFilter), (error) => error instanceof VitrineError && error.code === 'bad_input' && message.test(error.message), String(message));
  }
  assert.throws(() => compileFilter({}, { types: ['x'] }), /published without product attributes/);
  assert.ok(compileFilter({}, {})(0), 'no filter asks for nothing');
  assert.ok(compileFilter({ attributes }, { types: undefined, tags: {} })(0));
});
