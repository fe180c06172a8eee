import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compressRecommendation, previewModel } from '../compress/compress-recommendation.ts';
import { randomCheckpoint } from '../compress/random-checkpoint.ts';
import { shippedRecommender } from '../evaluate/recommenders.ts';
import { createEnsemble, teachBy } from './teacher.ts';

const model = previewModel(compressRecommendation(randomCheckpoint(60, 5)));
const example = { goal: 0, items: [3, 7], kinds: [0, 0], targets: [11, 12] };
const near = (actual: number, expected: number) => assert.ok(Math.abs(actual - expected) < 1e-12, `${actual} is not ${expected}`);

test('an ensemble of one answers what the model ranks, of two the same the same', () => {
  const one = createEnsemble([model])(example, 20);
  assert.deepEqual(one.map(([row]) => row), shippedRecommender(model)({ ...example, withoutSeen: false }, 20));
  near(one.reduce((sum, [, probability]) => sum + probability, 0), 1);
  const two = createEnsemble([model, model])(example, 20);
  assert.deepEqual(two.map(([row]) => row), one.map(([row]) => row));
});

test('what came keeps its share, the teacher has the rest', () => {
  const answer = () => [[11, 0.75], [20, 0.25]] as const;
  const taught = teachBy(answer, { share: 0.4 })(example);
  assert.deepEqual(taught.targets, [11, 12, 20]);
  [0.3 + 0.3, 0.3, 0.1].forEach((share, i) => near(taught.shares![i], share));
  const shared = teachBy(answer, { share: 0.4 })({ ...example, shares: [0.9, 0.1] });
  [0.54 + 0.3, 0.06, 0.1].forEach((share, i) => near(shared.shares![i], share));
  assert.equal(teachBy(answer)({ ...example, items: [] }).shares, undefined, 'nothing seen: nothing to say');
});
