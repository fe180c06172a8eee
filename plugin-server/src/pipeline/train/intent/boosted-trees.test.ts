import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createRandom } from '../../dataset/random.ts';
import { fitBinner } from './bin-columns.ts';
import { BOOST, growBoostedTrees, predictBoostedTrees } from './boosted-trees.ts';
import { distinctQuantiles } from './quantiles.ts';

const whole = { ...BOOST, rowShare: 1, columnShare: 1, leafRows: 1, seed: 1 };
const range = (from: number, to: number) => Uint32Array.from({ length: to - from }, (_, at) => from + at);

test('one tree of two leaves makes the split and the Newton step that an exhaustive search finds', () => {
  const random = createRandom(3);
  fc.assert(fc.property(fc.array(fc.record({ bin: fc.integer({ min: 0, max: 7 }), label: fc.integer({ min: 0, max: 1 }) }), { minLength: 6, maxLength: 40 })
    .filter((rows) => new Set(rows.map(({ label }) => label)).size === 2), (rows) => {
    const labels = rows.map(({ label }) => label);
    const columns = { bins: [Uint8Array.from(rows, ({ bin }) => bin)], sizes: [8] };
    const all = range(0, rows.length);
    const { base, trees } = growBoostedTrees(columns, labels, all, all, { ...whole, leaves: 2, trees: 1, seed: Math.floor(random() * 1e6) });
    const share = labels.reduce((sum, label) => sum + label, 0) / labels.length;
    const step = (side: typeof rows) => [side.reduce((sum, { label }) => sum + share - label, 0), side.length * share * (1 - share) + BOOST.l2];
    const gain = (side: typeof rows) => step(side)[0] ** 2 / step(side)[1];
    const gains = [0, 1, 2, 3, 4, 5, 6].map((cut) => {
      const [left, right] = [rows.filter(({ bin }) => bin <= cut), rows.filter(({ bin }) => bin > cut)];
      return left.length === 0 || right.length === 0 ? -Infinity : gain(left) + gain(right) - gain(rows);
    });
    const best = Math.max(...gains);
    const out = new Float64Array(rows.length);
    predictBoostedTrees({ base, trees, validation: 0 }, columns, all, out);
    if (trees.length === 0 || best <= 1e-6) return; // no split that helps
    const cut = trees[0].cut[0];
    if (trees[0].column[0] < 0) return assert.ok(best < 1e-5);
    assert.ok(gains[cut] > best - 1e-4 * Math.max(1, best));
    rows.forEach((row, at) => {
      const [gradient, curvature] = step(rows.filter(({ bin }) => (bin <= cut) === (row.bin <= cut)));
      assert.ok(Math.abs(out[at] - (base - (BOOST.learningRate * gradient) / curvature)) < 1e-5);
    });
  }));
});

test('an exclusive or of two columns, which no single split sees, is learned', () => {
  const random = createRandom(5);
  const bins = [0, 1].map(() => Uint8Array.from({ length: 800 }, () => Math.floor(random() * 2)));
  const labels = range(0, 800).map((row) => bins[0][row] ^ bins[1][row]);
  const columns = { bins, sizes: [2, 2] };
  const boosted = growBoostedTrees(columns, labels, range(0, 400), range(400, 600), { ...BOOST, columnShare: 1, leaves: 4, leafRows: 5, trees: 200, seed: 1 });
  const out = new Float64Array(800);
  predictBoostedTrees(boosted, columns, range(600, 800), out);
  for (let row = 600; row < 800; row++) assert.equal(out[row] > 0 ? 1 : 0, labels[row]);
});

test('bins keep the order of numbers, and words stand by their share of yes', () => {
  const values = Float64Array.of(3, 1, Number.NaN, 2, 2, 100);
  const table = {
    columns: [{ kind: 'numeric', name: 'n', values }, { kind: 'categorical', name: 'w', values: ['low', 'high', 'low', 'high', undefined, 'low'] }] as const,
    labels: Uint8Array.of(0, 1, 0, 1, 0, 0), positive: 'yes',
  };
  const { bins, sizes } = fitBinner(table, [{ operation: 'column', a: 0, b: 0, floor: 1 }], range(0, 6))(table);
  assert.deepEqual(bins.map((own) => [...own]), [[3, 1, 0, 2, 2, 4], [0, 2, 0, 2, 1, 0]]);
  assert.deepEqual(sizes, [5, 3]);
});

test('quantiles rise from the least to the largest', () => {
  fc.assert(fc.property(fc.array(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 }), { minLength: 1, maxLength: 50 }), fc.integer({ min: 1, max: 30 }), (values, count) => {
    const found = distinctQuantiles(Float64Array.from([...values, Number.NaN]), count);
    assert.ok(found.every((value, at) => at === 0 || value > found[at - 1]));
    assert.ok(found[0] === Math.min(...values) && found.at(-1) === Math.max(...values) && found.length <= count + 1);
  }));
});
