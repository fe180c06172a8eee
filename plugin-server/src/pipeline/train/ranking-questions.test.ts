import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MIX_SIZE, POSITION_BUCKETS } from '@vitrine/sdk/core';
import { compressRecommendation, previewModel } from '../compress/compress-recommendation.ts';
import { randomCheckpoint } from '../compress/random-checkpoint.ts';
import type { Case } from '../dataset/cases.ts';
import { createRandom } from '../dataset/random.ts';
import { scoreCase } from '../evaluate/metrics.ts';
import { shippedRecommender } from '../evaluate/recommenders.ts';
import { RankingQuestions } from './ranking-questions.ts';

test('a mixture scores as the shipped model with that mixture would', () => {
  const items = 120;
  const random = createRandom(5);
  const whole = (below: number) => Math.floor(random() * below);
  const checkpoint = randomCheckpoint(items, 4);
  const list = checkpoint.neighbours;
  const cases: Case[] = Array.from({ length: 60 }, (_, i) => {
    const length = 1 + whole(8);
    const seen = Array.from({ length }, () => whole(items));
    return { goal: i % 2, items: seen, kinds: seen.map(() => whole(3)), targets: [whole(items), whole(items)].filter((target) => i % 3 > 0 || !seen.includes(target)).concat(0), withoutSeen: i % 3 === 0 };
  });
  const params = new Map([...checkpoint.params].map(([name, { shape, data }]) => [name, { shape, data: name === 'bonus' ? data.map(() => random() - 0.5) : data }]));
  const none = { count: 0, row: new Int32Array(0), weight: new Float32Array(0), mix: new Float32Array(MIX_SIZE) };
  const questions = new RankingQuestions(previewModel(compressRecommendation({ ...checkpoint, params, neighbours: none })), cases, [list]);

  for (let trial = 0; trial < 12; trial++) {
    const mixture = {
      strength: Float32Array.from({ length: MIX_SIZE }, () => whole(4)), decay: Float32Array.from({ length: MIX_SIZE }, () => [0.97, 0.8, 0.5][whole(3)]),
      root: Array.from({ length: MIX_SIZE }, () => random() < 0.5), shift: Float32Array.from({ length: MIX_SIZE }, () => whole(3) - 1),
    };
    const bonus = params.get('bonus')!;
    const shipped = previewModel(compressRecommendation({
      ...checkpoint, params: new Map([...params, ['bonus', { ...bonus, data: bonus.data.map((value, at) => value + mixture.shift[Math.floor(at / POSITION_BUCKETS)]) }]]), neighbours: none,
    }));
    const neighbours = { ...list, mix: mixture.strength, sums: Array.from(mixture.decay, (decay, at) => ({ decay, root: mixture.root[at] })) };
    const recommend = shippedRecommender({ ...shipped, neighbours });
    const wanted = cases.reduce((sum, question) => sum + scoreCase(recommend(question, 20), question.targets, 20).ndcg, 0) / cases.length;
    assert.ok(Math.abs(questions.score(list, 0, mixture) - wanted) < 1e-9, `${questions.score(list, 0, mixture)} against ${wanted}`);
  }
});
