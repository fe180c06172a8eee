import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Feature } from '../../features/encode.ts';
import { featureOffsets } from '../../features/encode.ts';
import type { Row } from '../../features/row.ts';
import { intentShapes } from './config.ts';
import { explainIntent } from './explain.ts';
import { addFeature, intentLogit, prepareIntent } from './forward.ts';

const number = (name: string, column: number): Feature =>
  ({ kind: 'numeric', name, source: { operation: 'column', a: column, b: column, floor: 1 }, knots: Float32Array.of(-2, 0, 1, 4), fill: 0.5, indicator: true });
const features: Feature[] = [number('a', 0), number('b', 1), { kind: 'categorical', name: 'c', column: 2, levels: ['', 'x', 'y'] }];

/** A network of any weights. */
const model = (members: number, seed: number) => {
  let state = seed;
  const next = () => ((state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 31 - 1) * 1.5;
  const config = { width: featureOffsets(features).width, hidden: 9, members };
  return prepareIntent(config, features, new Map([...intentShapes(config)].map(([name, shape]) => [name, Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, next)])));
};
const cell = fc.oneof(fc.double({ min: -3, max: 5, noNaN: true }), fc.constant(Number.NaN));
const row = fc.tuple(cell, cell, fc.constantFrom('x', 'y', undefined, 'z')).map((values): Row => (column) => values[column]);

test('contributions are complete: together they are what the rows differ by', () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 3 }), fc.nat(), row, row, (members, seed, one, other) => {
    const net = model(members, seed);
    const { logit, reference, contributions } = explainIntent(net, one, other);
    assert.ok(Math.abs(logit - intentLogit(net, one)) < 1e-9 && Math.abs(reference - intentLogit(net, other)) < 1e-9);
    assert.ok(Math.abs(contributions.reduce((sum, { value }) => sum + value, 0) - (logit - reference)) < 1e-8);
  }));
});

test('they are the integral that many small steps along the line approach', () => {
  fc.assert(fc.property(fc.nat(), row, row, (seed, one, other) => {
    const net = model(1, seed);
    const { contributions } = explainIntent(net, one, other);
    // The first layer of a row as a table of one level makes any point of the line a row of its own.
    const layer = (at: number, of: Row) => { const units = new Float64Array(9); addFeature(net, at, of, units); return units; };
    const point = (shares: readonly number[]) => {
      const table = new Float32Array(9);
      features.forEach((_, at) => { const [a, b] = [layer(at, other), layer(at, one)]; a.forEach((value, unit) => { table[unit] += value + shares[at] * (b[unit] - value); }); });
      return intentLogit({ ...net, features: [{ kind: 'categorical', name: '', column: 0, levels: ['l'] }], starts: [0], table }, () => 'l');
    };
    const steps = 200;
    features.forEach((_, at) => {
      let sum = 0;
      for (let step = 0; step < steps; step++) {
        const shares = (move: number) => features.map((__, feature) => (step + 0.5) / steps + (feature === at ? move : 0));
        sum += (point(shares(0.002)) - point(shares(-0.002))) / 0.004 / steps;
      }
      assert.ok(Math.abs(sum - contributions[at].value) < 0.05 * (1 + Math.abs(sum)), `${sum} is not ${contributions[at].value}`);
    });
  }), { numRuns: 20 });
});

test('a feature that both rows share adds nothing', () => {
  fc.assert(fc.property(fc.nat(), row, cell, (seed, one, other) => {
    const { contributions } = explainIntent(model(2, seed), one, (column) => (column === 1 ? other : one(column)));
    assert.deepEqual([contributions[0].value, contributions[2].value], [0, 0]);
  }));
});
