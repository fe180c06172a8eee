import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Case } from '../dataset/cases.ts';
import { createRandom } from '../dataset/random.ts';
import { shippedRecommender } from '../evaluate/recommenders.ts';
import { chooseCodec, packedBytes } from './choose-codec.ts';
import { compressRecommendation, previewModel } from './compress-recommendation.ts';
import { randomCheckpoint } from './random-checkpoint.ts';

const checkpoint = randomCheckpoint(400, 20);

/** Sessions whose right answers are the first `good` items of what the int8 model itself ranks. */
function casesLikedByInt8(count: number, good: number): Case[] {
  const random = createRandom(5);
  const recommend = shippedRecommender(previewModel(compressRecommendation(checkpoint)));
  return Array.from({ length: count }, () => {
    const question = { goal: 1, items: [Math.floor(random() * 400), Math.floor(random() * 400)], kinds: [1, 1], targets: [], withoutSeen: true };
    return { ...question, targets: recommend(question, good) };
  });
}

test('the smallest codec within half a percent of int8 for sure is chosen, and named in the manifest', () => {
  const cases = casesLikedByInt8(300, 20);
  const { packed, trials } = chooseCodec(checkpoint, { training: cases, validation: cases });
  const int8 = trials.filter(({ name }) => name.startsWith('int8,') && !name.includes('step'));
  assert.deepEqual(int8.map(({ name }) => name), [4, 8, 12, 20].map((count) => `int8, ${count} companions`));
  const chosen = trials.find((trial) => trial.chosen)!;
  assert.equal(trials.filter((trial) => trial.chosen).length, 1);
  const base = int8.find(({ loss }) => loss <= 0.005)!;
  assert.ok(int8.some(({ loss }) => loss === 0), 'the best number of companions loses nothing against itself');
  const rounded = trials.filter(({ name }) => name.includes('step'));
  for (const { ndcg, loss } of rounded) assert.ok(1 - ndcg / base.ndcg <= loss, 'the loss counts with its standard error');
  if (chosen === base) {
    assert.equal(packed.tensors.get('item_table')!.type, 'int8');
    assert.ok(rounded.every(({ loss }) => loss > 0.005));
  } else {
    assert.ok(rounded.includes(chosen) && chosen.loss <= 0.005);
    assert.ok(rounded.slice(0, -1).every(({ loss }) => loss > 0.005));
    assert.equal(trials.at(-1), chosen, 'coarser steps were tried first and fell short');
  }
  assert.equal(`${packed.config.codec}, ${packed.config.neighbours} companions`, chosen.name);
  assert.ok(chosen.name.startsWith(packed.tensors.get('item_table')!.type));
  assert.deepEqual([packed.config.codecNdcg, packed.config.int8Ndcg], [chosen.ndcg, base.ndcg]);
});

test('what takes more bytes than allowed is not chosen, however good', () => {
  const cases = { training: casesLikedByInt8(300, 20), validation: casesLikedByInt8(300, 20) };
  const free = chooseCodec(checkpoint, cases);
  const bytes = packedBytes(free.packed);
  const { packed, trials } = chooseCodec(checkpoint, cases, { mostBytes: bytes - 1 });
  assert.ok(packedBytes(packed) < bytes);
  assert.ok(trials.find(({ chosen }) => chosen)!.bytes === packedBytes(packed));
});

test('with too few cases nothing is chosen: int8 and every companion', () => {
  const { packed, trials } = chooseCodec(checkpoint, { training: casesLikedByInt8(10, 3), validation: casesLikedByInt8(299, 3) });
  assert.deepEqual(trials, []);
  assert.deepEqual(packed.tensors, compressRecommendation(checkpoint).tensors);
  assert.equal(packed.config.codec, 'int8');
  assert.deepEqual(chooseCodec(checkpoint, { training: [], validation: casesLikedByInt8(300, 3) }).trials, [], 'without sessions to look at there is no int4');
});
