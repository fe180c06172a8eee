import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { stratifiedFolds, timeFolds } from './folds.ts';

test('every row is tested once, and each fold has its share of yes', () => {
  fc.assert(fc.property(fc.array(fc.integer({ min: 0, max: 1 }), { minLength: 10, maxLength: 200 }), fc.integer({ min: 2, max: 6 }), fc.nat(), (labels, count, seed) => {
    const folds = stratifiedFolds(labels, count, seed);
    assert.deepEqual(folds.flatMap(({ test: rows }) => [...rows]).sort((a, b) => a - b), labels.map((_, row) => row));
    const yes = labels.filter((label) => label === 1).length;
    for (const { training, test: tested } of folds) {
      assert.equal(training.length + tested.length, labels.length);
      assert.ok(!training.some((row) => tested.includes(row)));
      const found = tested.filter((row) => labels[row] === 1).length;
      assert.ok(Math.abs(found - yes / count) < 1 && Math.abs(tested.length - labels.length / count) < 1);
    }
  }));
});

test('by time, nothing learned is as late as what is tested', () => {
  fc.assert(fc.property(fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 12, maxLength: 80 }), fc.integer({ min: 1, max: 4 }), (times, count) => {
    for (const { training, test: tested } of timeFolds(Float64Array.from(times), count)) {
      const newest = Math.max(...[...training].map((row) => times[row]));
      for (const row of tested) assert.ok(times[row] > newest);
    }
  }));
});
