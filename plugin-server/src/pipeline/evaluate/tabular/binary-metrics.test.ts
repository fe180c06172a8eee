import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { binaryMetrics, calibrationError, rankMetrics } from './binary-metrics.ts';

// Few distinct scores, so that ties are common.
const rows = fc.array(fc.record({ label: fc.integer({ min: 0, max: 1 }), score: fc.integer({ min: 0, max: 12 }).map((n) => n / 12) }), { minLength: 2, maxLength: 60 })
  .filter((list) => list.some(({ label }) => label === 1) && list.some(({ label }) => label === 0));
const split = (list: readonly { label: number; score: number }[]) => [list.map(({ label }) => label), list.map(({ score }) => score)] as const;
const near = (a: number, b: number) => assert.ok(Math.abs(a - b) < 1e-12, `${a} is not ${b}`);

test('ROC-AUC is the share of pairs in the right order, ties counted half', () => {
  fc.assert(fc.property(rows, (list) => {
    const [labels, scores] = split(list);
    let [right, pairs] = [0, 0];
    for (const a of list) for (const b of list) {
      if (a.label !== 1 || b.label !== 0) continue;
      pairs++;
      right += a.score > b.score ? 1 : a.score === b.score ? 0.5 : 0;
    }
    near(rankMetrics(labels, scores).rocAuc, right / pairs);
  }));
});

test('average precision is Σ (recall − recall before) × precision over all thresholds', () => {
  fc.assert(fc.property(rows, (list) => {
    const [labels, scores] = split(list);
    const yes = labels.filter((label) => label === 1).length;
    let [sum, before] = [0, 0];
    for (const threshold of [...new Set(scores)].sort((a, b) => b - a)) {
      const chosen = list.filter(({ score }) => score >= threshold);
      const found = chosen.filter(({ label }) => label === 1).length;
      sum += (found / yes - before) * (found / chosen.length);
      before = found / yes;
    }
    near(rankMetrics(labels, scores).averagePrecision, sum);
  }));
});

test('log loss, Brier and calibration by their definitions', () => {
  fc.assert(fc.property(rows, (list) => {
    const [labels, scores] = split(list);
    const metrics = binaryMetrics(labels, scores);
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    near(metrics.Brier, mean(list.map(({ label, score }) => (label - score) ** 2)));
    near(metrics['log loss'], mean(list.map(({ label, score }) => -Math.log(Math.max(1e-15, label ? score : 1 - score)))));
    let ece = 0;
    for (let bin = 0; bin < 10; bin++) {
      const inside = list.filter(({ score }) => Math.min(9, Math.floor(score * 10)) === bin);
      if (inside.length > 0) ece += (inside.length / list.length) * Math.abs(mean(inside.map(({ score }) => score)) - mean(inside.map(({ label }) => label)));
    }
    near(metrics.ECE, ece);
  }));
});

test('values that scikit-learn gives for its documented example', () => {
  const { rocAuc, averagePrecision } = rankMetrics([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]);
  near(rocAuc, 0.75);
  near(averagePrecision, 0.5 + 0.5 * (2 / 3));
  near(calibrationError([1, 1], [1, 1]), 0);
});
