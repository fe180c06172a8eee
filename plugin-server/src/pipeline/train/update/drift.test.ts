import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type DriftInput, trainingReason } from './drift.ts';

const DAY = 86_400_000;
const score = (ndcg: number, coPurchase: number, cases = 100) => ({ at: 0, cases, ndcg, coPurchase });
const input = (changes: Partial<DriftInput> = {}): DriftInput =>
  ({ scores: Array.from({ length: 7 }, () => score(0.3, 0.2)), lead: 1.5, fullAt: 0, now: 5 * DAY, products: 100, added: 5, ...changes });

test('a model that keeps its lead asks for nothing', () => {
  assert.equal(trainingReason(input()), undefined);
});

test('age, turnover, a lost lead and a lost comparison each say why', () => {
  assert.match(trainingReason(input({ now: 30 * DAY }))!, /30 days ago/);
  assert.match(trainingReason(input({ added: 26 }))!, /26 % of the products/);
  assert.match(trainingReason(input({ scores: Array.from({ length: 7 }, () => score(0.26, 0.2)) }))!, /lost more than a tenth of its lead of 1\.50 to 1/);
  assert.match(trainingReason(input({ scores: Array.from({ length: 7 }, () => score(0.2, 0.2)) }))!, /no longer beats it/);
});

test('a season that is harder for both is no reason, nor are a few cases, nor what is long past', () => {
  assert.equal(trainingReason(input({ scores: Array.from({ length: 7 }, () => score(0.15, 0.1)) })), undefined);
  assert.equal(trainingReason(input({ scores: [score(0.1, 0.2, 299)] })), undefined);
  assert.equal(trainingReason(input({ scores: [...Array.from({ length: 9 }, () => score(0.1, 0.2)), ...input().scores] })), undefined);
});

test('days weigh by their cases', () => {
  assert.equal(trainingReason(input({ scores: [score(0.1, 0.2, 10), score(0.3, 0.2, 1000)] })), undefined);
});
