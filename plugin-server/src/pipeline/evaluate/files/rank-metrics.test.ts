import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { RankMetrics } from './rank-metrics.ts';

const ITEMS = 30;
const prediction = fc.record({ rows: fc.uniqueArray(fc.nat(ITEMS - 1), { maxLength: 25 }), target: fc.integer({ min: -1, max: ITEMS - 1 }) });

test('means and standard errors as their definitions say, over clusters of any size', () => {
  fc.assert(fc.property(fc.array(fc.array(prediction, { minLength: 1, maxLength: 5 }), { minLength: 2, maxLength: 12 }), (clusters) => {
    const metrics = new RankMetrics(ITEMS);
    clusters.forEach((own, cluster) => own.forEach(({ rows, target }) => metrics.add(Int32Array.from([...rows, -1, -1]), target, cluster)));
    const { metrics: got, errors } = metrics.result();

    const definitions: Record<string, (rank: number) => number> = { // rank from 1; Infinity where it was not found
      'P@20': (rank) => (rank <= 20 ? 1 : 0), 'MRR@20': (rank) => (rank <= 20 ? 1 / rank : 0), 'HR@10': (rank) => (rank <= 10 ? 1 : 0),
      'NDCG@10': (rank) => (rank <= 10 ? 1 / Math.log2(rank + 1) : 0), 'NDCG@20': (rank) => (rank <= 20 ? 1 / Math.log2(rank + 1) : 0),
    };
    const all = clusters.flat();
    for (const [name, value] of Object.entries(definitions)) {
      const score = ({ rows, target }: (typeof all)[number]) => value(rows.includes(target) ? rows.indexOf(target) + 1 : Infinity);
      const mean = all.reduce((sum, each) => sum + score(each), 0) / all.length;
      assert.ok(Math.abs(got[name] - mean) < 1e-12, name);
      const residuals = clusters.map((own) => own.reduce((sum, each) => sum + score(each) - mean, 0));
      const error = Math.sqrt((clusters.length / (clusters.length - 1)) * residuals.reduce((sum, each) => sum + each ** 2, 0)) / all.length;
      assert.ok(Math.abs(errors[name] - error) < 1e-7, `${name}: ${errors[name]} against ${error}`);
    }
    const shown = all.flatMap(({ rows }) => rows.slice(0, 20));
    assert.ok(Math.abs(got.coverage - new Set(shown).size / ITEMS) < 1e-12);
    const places = shown.map((row) => 1 - row / (ITEMS - 1));
    if (shown.length > 0) assert.ok(Math.abs(got['popularity bias'] - places.reduce((a, b) => a + b, 0) / shown.length) < 1e-12);
  }));
});

test('with one prediction a cluster the standard error is the textbook one', () => {
  const metrics = new RankMetrics(4);
  [0, 1, 1, -1].forEach((target, cluster) => metrics.add(Int32Array.of(1, 0), target, cluster)); // hits 1, 1, 1, 0
  const { metrics: got, errors } = metrics.result();
  assert.equal(got['P@20'], 0.75);
  assert.ok(Math.abs(errors['P@20'] - Math.sqrt((3 * 0.25 ** 2 + 0.75 ** 2) / 3 / 4)) < 1e-12);
  assert.equal(new RankMetrics(4).result().metrics['P@20'], 0, 'nothing asked');
});
