import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createJsScan, rank } from '@vitrine/sdk/core';
import { compressRecommendation, previewModel } from '../compress/compress-recommendation.ts';
import { randomCheckpoint } from '../compress/random-checkpoint.ts';
import { addLists } from './add-lists.ts';
import { madeUpSequences, type MadeUpGroup } from './made-up-sequences.ts';

const DAY = 86_400;
const END = 1_700_000_000;
const ITEMS = 40;

/** Items 0 to 49: the shop has stopped selling the last ten; 38 and 39 of the model are new. */
function groups(): MadeUpGroup[] {
  const all: MadeUpGroup[] = [];
  for (let day = 0; day < 60; day++) for (let shopper = 0; shopper < 40; shopper++) {
    all.push({ time: END - day * DAY - shopper, shopper: day * 100 + shopper, rows: [(shopper * 7 + day) % 38], kind: 0 });
    if (day < 7) all.push({ time: END - day * DAY - shopper, shopper: day * 100 + shopper, rows: [11, 45], kind: 0 });
  }
  for (let customer = 0; customer < 8; customer++) for (const day of [0, 21, 42]) all.push({ time: END - day * DAY - 1_000 - customer, shopper: 9_000 + customer, rows: [3, 4] });
  return all;
}

test('through the artifact: rising, bought again, bought together and new; what the model does not hold is in no list', async () => {
  const packed = compressRecommendation(randomCheckpoint(ITEMS, 6));
  const model = previewModel(addLists(packed, madeUpSequences(50, groups())));
  const lists = model.lists!;
  assert.deepEqual(lists.trending, ['11'], '45 rises too');
  assert.ok(lists.growth[0] > 1.5);
  assert.equal(lists.trendingUntil, (END + 7 * DAY) * 1000);
  assert.equal(lists.repurchaseDays![3], 21);
  assert.equal(lists.usualDays, 21);
  assert.deepEqual([...lists.fresh], ['38', '39']);

  const { neighbours } = model;
  const pairs = [...neighbours.together!.keys()].filter((at) => neighbours.together![at] === 1).map((at) => [Math.floor(at / neighbours.count), neighbours.row[at]].sort((a, b) => a - b).join());
  assert.deepEqual(new Set(pairs), new Set(neighbours.row.subarray(3 * neighbours.count, 4 * neighbours.count).includes(4) || neighbours.row.subarray(4 * neighbours.count, 5 * neighbours.count).includes(3) ? ['3,4'] : []));

  const ask = (now: number) => rank(model, createJsScan(model), { session: [], goal: 'view', limit: 3, origin: { type: 'trending', now } });
  assert.deepEqual((await ask(END * 1000)).map(({ id, reason }) => [id, reason.source]), [['11', 'trending']]);
  assert.deepEqual(await ask((END + 8 * DAY) * 1000), [], 'old news');
});
