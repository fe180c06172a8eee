import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Evaluation } from '../types.ts';
import { gate } from './gate.ts';

const evaluation = (cases: number, ndcg: Record<string, number>): Evaluation => ({
  dataset: 'shop', protocol: 'next-basket: …', goal: 'purchase', seed: 1, cases,
  rows: Object.entries(ndcg).map(([model, value]) => ({ model, seconds: 0, metrics: { 'NDCG@20': value } })),
});

test('a model ahead of both baselines passes', () => {
  assert.equal(gate([evaluation(100, { shipped: 0.2, popularity: 0.1, 'co-purchase': 0.19 })]), undefined);
});

test('each baseline stops a model that does not beat it, by name', () => {
  assert.match(gate([evaluation(100, { shipped: 0.1, popularity: 0.1, 'co-purchase': 0.05 })])!, /does not beat popularity \(0\.1000\)/);
  assert.match(gate([evaluation(100, { shipped: 0.1, popularity: 0.05, 'co-purchase': 0.12 })])!, /does not beat co-purchase \(0\.1200\)/);
});

test('falling behind the live model stops it; the noise of the cases does not', () => {
  assert.match(gate([evaluation(100, { shipped: 0.2, popularity: 0.1, 'co-purchase': 0.1, live: 0.25 })])!, /falls behind the live model/);
  assert.equal(gate([evaluation(100, { shipped: 0.2, popularity: 0.1, 'co-purchase': 0.1, live: 0.201 })]), undefined);
});

test('tasks weigh by their cases', () => {
  const tasks = [evaluation(90, { shipped: 0.3, popularity: 0.1, 'co-purchase': 0.2 }), evaluation(10, { shipped: 0.1, popularity: 0.2, 'co-purchase': 0.2 })];
  assert.equal(gate(tasks), undefined);
  assert.match(gate([tasks[0], { ...tasks[1], cases: 900 }])!, /does not beat/);
});

test('too few cases decide nothing', () => {
  assert.match(gate([evaluation(19, { shipped: 1, popularity: 0, 'co-purchase': 0 })])!, /only 19 test cases/);
  assert.match(gate([])!, /only 0 test cases/);
});

test('a model that ranks what it has learned from worse than one that had not is broken', () => {
  const rows = { shipped: 0.2, popularity: 0.1, 'co-purchase': 0.1 };
  assert.equal(gate([{ ...evaluation(100, rows), final: { shipped: 0.3 } }]), undefined);
  assert.match(gate([{ ...evaluation(100, rows), final: { shipped: 0.1 } }])!, /learned once more from all data, its NDCG@20 fell from 0\.2000 to 0\.1000/);
});

test('a live model that has learned from the test cases is compared with one that has, too', () => {
  const rows = { shipped: 0.2, popularity: 0.1, 'co-purchase': 0.1 };
  assert.equal(gate([{ ...evaluation(100, rows), final: { shipped: 0.3, live: 0.3 } }]), undefined);
  assert.match(gate([{ ...evaluation(100, rows), final: { shipped: 0.3, live: 0.4 } }])!, /0\.3000 falls behind the live model \(0\.4000\)/);
});
