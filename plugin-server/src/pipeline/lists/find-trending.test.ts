import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../dataset/random.ts';
import { findTrending } from './find-trending.ts';
import { type MadeUpGroup, madeUpSequences } from './made-up-sequences.ts';

const DAY = 86_400;
const END = 1_700_000_000;
const ITEMS = 1_000;

/** A shop over some weeks: single views at random, more on some weekdays, item by a power law; `rise` multiplies an item's share in the newest week. */
function shop({ seed, weeks = 6, perWeek = 12_000, grow = 1, rise = () => 1 }: {
  seed: number; weeks?: number; perWeek?: number; grow?: number; rise?: (row: number) => number;
}): MadeUpGroup[] {
  const random = createRandom(seed);
  const base = Array.from({ length: ITEMS }, (_, row) => 1 / (row + 5) ** 0.8);
  return Array.from({ length: weeks }, (_, week) => {
    const weights = base.map((share, row) => share * (week === 0 ? rise(row) : 1));
    let sum = 0;
    const upTo = weights.map((weight) => (sum += weight));
    return Array.from({ length: Math.round(perWeek * (week === 0 ? grow : 1)) }, (_, at): MadeUpGroup => {
      const wanted = random() * sum;
      const day = random() < 0.5 ? 5 + Math.floor(random() * 2) : Math.floor(random() * 7);
      return { time: END - week * 7 * DAY - (day + random()) * DAY + 1, shopper: week * 1_000_000 + at, rows: [upTo.findIndex((value) => value >= wanted)], kind: 0 };
    });
  }).flat();
}

test('what rises is found, the fastest first; what is merely large is not', () => {
  const rising = new Map([[40, 4], [120, 5], [300, 6]]);
  const { risers, until } = findTrending(madeUpSequences(ITEMS, shop({ seed: 1, rise: (row) => rising.get(row) ?? 1 })));
  const found = risers.map(({ row }) => row);
  for (const row of rising.keys()) assert.ok(found.includes(row), `${row} of ${found.join()}`);
  assert.ok(!found.slice(0, 3).some((row) => row < 20), 'no bestseller in front');
  for (const { row, growth } of risers) if (rising.has(row)) assert.ok(growth > 1.5 && growth <= rising.get(row)! * 1.4, `${row}: ${growth}`);
  assert.ok(Math.abs(until - END - 7 * DAY) < DAY / 10);
});

test('a season that lifts the whole shop lifts nothing above it; noise hardly ever passes', () => {
  let passed = 0;
  for (let seed = 10; seed < 20; seed++) passed += findTrending(madeUpSequences(ITEMS, shop({ seed, grow: 3 }))).risers.length;
  assert.ok(passed <= 10 * 2, `${passed} false alarms in ten shops of ${ITEMS} products`);
});

test('one shopper who comes back again and again raises nothing', () => {
  const groups = shop({ seed: 3 });
  for (let at = 0; at < 500; at++) groups.push({ time: END - at * 60, shopper: 77, rows: [700], kind: 0 });
  assert.ok(!findTrending(madeUpSequences(ITEMS, groups)).risers.some(({ row }) => row === 700));
});

test('without two weeks before the newest there is nothing to compare with; an empty shop is one', () => {
  assert.deepEqual(findTrending(madeUpSequences(ITEMS, shop({ seed: 4, weeks: 2, rise: () => 9 }))).risers, []);
  assert.deepEqual(findTrending(madeUpSequences(5, [])).risers, []);
});
