import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../../dataset/random.ts';
import { columnKind } from './column-kinds.ts';
import { fitLogistic, newton } from './logistic.ts';
import type { Table } from './table.ts';

const repeat = (cells: readonly string[]) => Array.from({ length: 120 }, (_, at) => cells[at % cells.length]);

test('kinds of columns', () => {
  const counted = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, at) => String(from + at));
  assert.equal(columnKind(repeat(['3', '3', '3'])), 'constant');
  assert.equal(columnKind(repeat(['', 'NA', '?'])), 'constant');
  assert.equal(columnKind(repeat(['TRUE', 'FALSE', ''])), 'boolean');
  assert.equal(columnKind(repeat(['0', '1'])), 'boolean');
  assert.equal(columnKind(repeat(counted(1, 9))), 'code');
  assert.equal(columnKind(repeat(counted(0, 9))), 'number', 'a count begins at 0');
  assert.equal(columnKind(repeat(['1', '2', '4', '8'])), 'number', 'a measure has gaps');
  assert.equal(columnKind(repeat(['0.5', '2', 'nan'])), 'number');
  assert.equal(columnKind(repeat(['Feb', 'Mar', ''])), 'word');
  assert.equal(columnKind(counted(1000, 1120)), 'id');
  assert.equal(columnKind(counted(1, 121).map((n) => `visit ${n}`)), 'id');
  assert.equal(columnKind([...counted(1, 100), '1'].map((n) => `note ${n}`)), 'text');
  assert.equal(columnKind(counted(1, 121).map((n) => `${n}.5`)), 'number', 'fractions that never repeat are a measure');
});

test("Newton's method ends where the gradient of the penalised loss is zero", () => {
  const random = createRandom(2);
  const rows = Array.from({ length: 200 }, () => Float64Array.of(1, random() - 0.5, random() * 2, random()));
  const labels = rows.map((row) => (random() < 1 / (1 + Math.exp(-3 * row[1] - row[2] + 1)) ? 1 : 0));
  const weights = newton(rows, labels, 2, new Float64Array(4));
  for (let i = 0; i < 4; i++) {
    const gradient = rows.reduce((sum, row, at) => sum + (1 / (1 + Math.exp(-row.reduce((logit, x, j) => logit + x * weights[j], 0))) - labels[at]) * row[i], i === 0 ? 0 : 2 * weights[i]);
    assert.ok(Math.abs(gradient) < 1e-6, `entry ${i}: ${gradient}`);
  }
});

test('logistic regression learns from training rows only', () => {
  const random = createRandom(4);
  const values = Float64Array.from({ length: 300 }, () => random() * 10);
  const words = Array.from({ length: 300 }, (_, row) => (row < 200 ? ['a', 'b'][row % 2] : 'never seen'));
  const table = (labels: Uint8Array): Table => ({ columns: [{ kind: 'numeric', name: 'n', values }, { kind: 'categorical', name: 'w', values: words }], labels, positive: 'yes' });
  const labels = Uint8Array.from(values, (value) => (value + random() * 4 > 7 ? 1 : 0));
  const [training, validation] = [Uint32Array.from({ length: 200 }, (_, row) => row), Uint32Array.from({ length: 25 }, (_, row) => row * 8)];
  const { predict } = fitLogistic(table(labels), training, validation);
  const other = fitLogistic(table(labels.map((label, row) => (row < 200 ? label : 1 - label))), training, validation);
  for (let row = 200; row < 300; row++) assert.equal(predict(row), other.predict(row));
  assert.ok(predict(values.indexOf(Math.max(...values))) > predict(values.indexOf(Math.min(...values))));
});
