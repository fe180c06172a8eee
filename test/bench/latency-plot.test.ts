import assert from 'node:assert/strict';
import { test } from 'node:test';
import { latencyPlot } from './latency-plot.ts';

test('ten times as much is one decade higher, and names are text', () => {
  const svg = latencyPlot([
    { name: 'a < b', ours: true, points: [{ x: 1_000, y: 1 }, { x: 100_000, y: 10 }] },
    { name: 'peer', ours: false, points: [{ x: 1_000, y: 10 }, { x: 100_000, y: 100 }] },
  ], { x: 'items', y: 'ms' });
  const heights = [...svg.matchAll(/<circle cx="([\d.]+)" cy="([\d.]+)"/g)].map(([, , y]) => Number(y));
  assert.equal(heights.length, 4);
  const [peerLow, peerHigh, oursLow, oursHigh] = heights; // ours is drawn last, on top
  assert.ok(Math.abs((oursLow - oursHigh) - (peerLow - peerHigh)) < 0.11, 'both lines climb one decade');
  assert.equal(oursHigh, peerLow, 'equal values stand at one height');
  assert.match(svg, />a &lt; b</);
  const labels = [...svg.matchAll(/<text x="[\d.]+" y="([\d.]+)">/g)].map(([, y]) => Number(y));
  assert.equal(labels.length, 2);
});

test('lines that end together are named one below the other', () => {
  const lines = Array.from({ length: 5 }, (_, at) => ({ name: `line ${at}`, ours: at < 3, points: [{ x: 1_000, y: 1 }, { x: 10_000, y: 2 }] }));
  const heights = [...latencyPlot(lines, { x: 'items', y: 'ms' }).matchAll(/<text x="[\d.]+" y="([\d.]+)">/g)].map(([, y]) => Number(y)).sort((a, b) => a - b);
  assert.equal(heights.length, 5);
  for (let at = 1; at < heights.length; at++) assert.ok(heights[at] - heights[at - 1] >= 15);
});
