import assert from 'node:assert/strict';
import { test } from 'node:test';
import { evaluateProblem, type ModelName } from '../../plugin-server/src/pipeline/evaluate/files/evaluate-problem.ts';
import { dataMissing } from './data-folder.ts';
import { SESSION_DATA } from './session-files.ts';

// Figures of baselines without a setting, as they are published for these files or were computed by other means
// beforehand: they pin down reading, protocol, ranking of ties and metrics at once.

async function figures(name: string, models: readonly ModelName[], withoutSeen = false) {
  const { evaluation } = await evaluateProblem(await SESSION_DATA[name].read(Infinity), { dataset: name, models, seed: 1, withoutSeen });
  return { cases: evaluation.cases, protocol: evaluation.protocol, rows: evaluation.rows.map(({ metrics }) => metrics) };
}

const rounded = (metrics: Readonly<Record<string, number>>, names: readonly string[]) => names.map((name) => Number(metrics[name].toFixed(4)));

test('diginetica: predictions, popularity and session popularity', { skip: dataMissing(SESSION_DATA.diginetica.file) }, async () => {
  const { cases, protocol, rows } = await figures('diginetica', ['popularity', 'session-popularity']);
  assert.equal(cases, 60_858);
  assert.match(protocol, /15,963 test sessions; all 43,097 items ranked, .* 0 targets unknown/);
  assert.deepEqual(rounded(rows[0], ['P@20', 'MRR@20']), [0.0093, 0.0021]);
  assert.deepEqual(rounded(rows[1], ['P@20', 'MRR@20']), [0.2108, 0.1369]);
});

test('amazon-beauty: popularity, with and without the items a user has', { skip: dataMissing(SESSION_DATA['amazon-beauty'].file) }, async () => {
  const all = await figures('amazon-beauty', ['popularity']);
  assert.equal(all.cases, 22_363);
  assert.match(all.protocol, /all 12,101 items ranked/);
  assert.deepEqual(rounded(all.rows[0], ['HR@10', 'NDCG@10']), [0.0114, 0.0054]);
  assert.deepEqual(rounded((await figures('amazon-beauty', ['popularity'], true)).rows[0], ['HR@10', 'NDCG@10']), [0.0135, 0.0061]);
});

test('the other sets are read as their descriptions say', { skip: dataMissing(SESSION_DATA['amazon-video-games'].file) }, async () => {
  // 30 of the users of amazon-video-games have one action, and so nothing to predict.
  for (const [name, users, items, alone] of [['amazon-beauty-bert4rec', 40_226, 54_542, 0], ['amazon-video-games', 31_013, 23_715, 30]] as const) {
    const { known, itemIds, test: predictions } = await SESSION_DATA[name].read(Infinity);
    assert.deepEqual([known.start.length - 1, itemIds.length, predictions.target.length], [users, items, users - alone], name);
  }
  const { known, itemIds, test: predictions } = await SESSION_DATA['yoochoose-clicks-100k'].read(Infinity);
  assert.deepEqual([known.start.length - 1, itemIds.length, predictions.target.length], [17_794, 2_933, 13_568 - 3_416]);
});
