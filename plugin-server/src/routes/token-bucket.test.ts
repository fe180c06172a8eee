import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { TokenBuckets } from './token-bucket.ts';

test('never more than the capacity and what has flowed in since', () => {
  fc.assert(fc.property(fc.array(fc.nat({ max: 3_000 }), { minLength: 1, maxLength: 200 }), (gaps) => {
    const buckets = new TokenBuckets({ capacity: 5, perSecond: 2 });
    let now = 0;
    const passed: number[] = [];
    for (const gap of gaps) {
      now += gap;
      if (buckets.take('a', now) === 0) passed.push(now);
    }
    for (let from = 0; from < passed.length; from++) {
      for (let to = from; to < passed.length; to++) assert.ok(to - from + 1 <= 5 + ((passed[to]! - passed[from]!) / 1000) * 2 + 1e-9);
    }
  }));
});

test('the wait it names is enough, and memory is bounded', () => {
  const buckets = new TokenBuckets({ capacity: 1, perSecond: 0.5, most: 3 });
  assert.equal(buckets.take('a', 0), 0);
  const wait = buckets.take('a', 0);
  assert.equal(wait, 2);
  assert.equal(buckets.take('a', wait * 1000), 0);
  for (let index = 0; index < 100; index++) buckets.take(`k${index}`, 0);
  assert.equal(buckets.size, 3);
});

test('a clock set back gives nothing away', () => {
  const buckets = new TokenBuckets({ capacity: 1, perSecond: 1 });
  assert.equal(buckets.take('a', 10_000), 0);
  assert.ok(buckets.take('a', 5_000) > 0);
});
