import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { BUCKETS, bucketOf, FIELDS, hashFeatures, wordsOf } from './hash-features.ts';
import type { ProductContent } from '../../types.ts';

const content = fc.record<ProductContent>({
  id: fc.string(), title: fc.string({ unit: 'grapheme' }), productType: fc.string(), vendor: fc.string({ unit: 'grapheme' }), tags: fc.array(fc.string(), { maxLength: 5 }),
  price: fc.oneof(fc.constant(null), fc.double()),
});
const of = (changes: Partial<ProductContent>) => hashFeatures({ id: '', title: '', productType: '', vendor: '', tags: [], price: null, ...changes });

test('any product has features in range, and the same ones each time; its id is not one', () => {
  fc.assert(fc.property(content, fc.string(), (product, id) => {
    const features = hashFeatures(product);
    for (const field of FIELDS) {
      for (const { bucket, value } of features.get(field)!) {
        assert.ok(Number.isInteger(bucket) && bucket >= 0 && bucket < BUCKETS);
        assert.ok(value > 0 && value <= 1);
      }
    }
    assert.deepEqual(hashFeatures({ ...product, id }), features);
  }));
});

test('case, width and the order of tags make no difference; the order of words only to pairs', () => {
  fc.assert(fc.property(fc.array(fc.stringMatching(/^[a-z]{1,8}$/), { minLength: 1, maxLength: 6 }), (words) => {
    const title = words.join(' ');
    assert.deepEqual(of({ title }), of({ title: `  ${title.toUpperCase()}! ` }));
    const sorted = (features: ReturnType<typeof of>, field: 'word' | 'gram' | 'tag') => features.get(field)!.map(({ bucket }) => bucket).sort((a, b) => a - b);
    const turned = words.toReversed().join(' ');
    assert.deepEqual(sorted(of({ title }), 'word'), sorted(of({ title: turned }), 'word'));
    assert.deepEqual(sorted(of({ title }), 'gram'), sorted(of({ title: turned }), 'gram'));
    assert.deepEqual(sorted(of({ tags: words }), 'tag'), sorted(of({ tags: words.toReversed() }), 'tag'));
  }));
  assert.deepEqual(wordsOf('Ｔｅａ-Pot №3, Größe L'), ['tea', 'pot', 'no3', 'größe', 'l']);
});

test('a price is shared between the two nearest buckets of its scale, and near prices share one', () => {
  fc.assert(fc.property(fc.double({ min: 0.01, max: 1e6, noNaN: true }), fc.double({ min: 1, max: 1.4, noNaN: true }), (price, factor) => {
    const own = of({ price }).get('price')!;
    assert.ok(own.length >= 1 && own.length <= 2);
    assert.ok(Math.abs(own.reduce((sum, { value }) => sum + value, 0) - 1) < 1e-9);
    const other = new Set(of({ price: price * factor }).get('price')!.map(({ bucket }) => bucket));
    assert.ok(own.some(({ bucket }) => other.has(bucket)), `${price} and ${price * factor}`);
  }));
  for (const price of [null, 0, -1, Infinity, NaN]) assert.deepEqual(of({ price }).get('price'), []);
});

test('words rarely meet in a bucket, and a word of one field is not that of another', () => {
  const words = Array.from({ length: 20_000 }, (_, i) => `word${i}`);
  const buckets = new Set(words.map((word) => bucketOf('word', word)));
  // 20,000 of 2^20 buckets: about 190 are expected to hold two.
  assert.ok(words.length - buckets.size < 300, `${words.length - buckets.size} met`);
  assert.notEqual(bucketOf('tag', 'tea'), bucketOf('type', 'tea'));
});
