import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RankingMetrics, scoreCase } from './metrics.ts';

test('values worked out by hand', () => {
  assert.deepEqual(scoreCase([7, 3, 9], [3], 20), { hit: 1, reciprocalRank: 1 / 2, ndcg: 1 / Math.log2(3), recall: 1 });
  assert.deepEqual(scoreCase([7, 3, 9], [4], 20), { hit: 0, reciprocalRank: 0, ndcg: 0, recall: 0 });
  const two = scoreCase([1, 2, 3], [3, 1, 8], 3);
  assert.equal(two.reciprocalRank, 1);
  assert.equal(two.recall, 2 / 3);
  assert.ok(Math.abs(two.ndcg - (1 + 1 / 2) / (1 + 1 / Math.log2(3) + 1 / 2)) < 1e-12);
  assert.equal(scoreCase([5, 6, 1], [1], 2).hit, 0, 'beyond k does not count');
  assert.equal(scoreCase([1, 2], [1, 1, 2], 20).ndcg, 1, 'a target counts once');
});

test('means over cases, and coverage of the catalogue', () => {
  const metrics = new RankingMetrics(2, 10);
  metrics.add([0, 1], [1]);
  metrics.add([0, 2], [5]);
  assert.deepEqual(metrics.result(), { 'HR@2': 0.5, 'MRR@2': 0.25, 'NDCG@2': 0.5 / Math.log2(3), 'recall@2': 0.5, coverage: 0.3 });
  assert.equal(new RankingMetrics(20, 10).result()['HR@20'], 0);
});
