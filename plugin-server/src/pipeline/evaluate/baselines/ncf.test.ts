import '../../train/tfjs-resolution.ts';
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { createRandom } from '../../dataset/random.ts';
import { ListBuilder } from '../files/lists.ts';
import { nextItemProblem } from '../files/problem.ts';
import { rankWith } from '../files/rank-with.ts';
import { scorePredictions } from '../files/score-predictions.ts';
import { BestRows } from './best-rows.ts';

const [{ startTfjs }, { ncfScores, trainNcf }] = await Promise.all([import('../../train/start-tfjs.ts'), import('./ncf.ts')]);

before(() => startTfjs());

test('scores are those of the equations, written out', () => {
  const [items, width, hidden] = [7, 32, 16];
  const random = createRandom(3);
  const draw = (size: number) => Float32Array.from({ length: size }, () => random() - 0.5);
  const values = new Map(Object.entries({
    P: draw(items * width), Q: draw(items * width), P2: draw(items * width), B: draw(items * hidden), A: draw(width * hidden), b: draw(hidden), v: draw(hidden), h: draw(width),
  }));
  const of = (name: string, row: number, k: number, columns: number) => values.get(name)![row * columns + k];
  const seen = [2, 5, 5];
  const mean = (name: string, k: number) => seen.reduce((sum, row) => sum + of(name, row, k, width) / seen.length, 0);
  const expected = Array.from({ length: items }, (_, j) => {
    let score = 0;
    for (let k = 0; k < width; k++) score += values.get('h')![k] * mean('P', k) * of('Q', j, k, width);
    for (let m = 0; m < hidden; m++) {
      let sum = values.get('b')![m] + of('B', j, m, hidden);
      for (let k = 0; k < width; k++) sum += mean('P2', k) * of('A', k, m, hidden);
      score += values.get('v')![m] * Math.max(0, sum);
    }
    return score;
  });
  const best = new BestRows(items);
  best.clear();
  ncfScores(values, items)(Int32Array.from(seen), best);
  const rows = new Int32Array(items);
  best.best(rows);
  assert.deepEqual([...rows], Array.from({ length: items }, (_, row) => row).sort((a, b) => expected[b] - expected[a]));
  assert.ok(Math.abs(best.largest() - Math.max(...expected, 0)) < 1e-5);
});

test('it learns what follows what; the same seed learns the same; a deadline ends it after one epoch', async () => {
  const items = 12;
  const lists = new ListBuilder();
  for (let session = 0; session < 2000; session++) {
    for (let step = 0; step < 3; step++) lists.push((session * 5 + step) % items);
    lists.end();
  }
  const data = lists.build();
  const problem = nextItemProblem(data, data, Array.from({ length: items }, (_, at) => `p${at}`));
  const mrr = async (score: Parameters<typeof rankWith>[0]) => (await scorePredictions(rankWith(score, items, false), problem.validation, items)).metrics['MRR@20'];
  const options = { seed: 4, validate: mrr };
  const trained = await trainNcf(problem, options);
  const reached = await mrr(trained.score);
  assert.ok(reached > 0.6, `reached ${reached}; at random it would be ${Array.from({ length: items }, (_, at) => 1 / (at + 1) / items).reduce((a, b) => a + b)}`);
  assert.equal(await mrr((await trainNcf(problem, options)).score), reached);
  assert.equal((await trainNcf(problem, { ...options, deadline: () => true })).epochs, 1);
  await assert.rejects(trainNcf(problem, { ...options, signal: AbortSignal.abort() }), { code: 'cancelled' });
});
