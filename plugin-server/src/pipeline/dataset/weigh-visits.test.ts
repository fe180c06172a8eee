import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Interactions } from '../types.ts';
import { createRandom } from './random.ts';
import { weighVisits } from './weigh-visits.ts';

const DAY = 86_400;

interface Touch { readonly item: number; readonly kind?: number; readonly group: string; readonly actor?: number; readonly time: number; readonly origin?: number }

function columns(touches: readonly Touch[]): Interactions & { readonly origin: Int32Array } {
  const sorted = touches.toSorted((a, b) => a.time - b.time);
  const groups = new Map<string, number>();
  const items = [...new Set(sorted.map(({ item }) => item))];
  return {
    itemIds: items.map(String), item: Int32Array.from(sorted, ({ item }) => items.indexOf(item)), kind: Uint8Array.from(sorted, ({ kind = 0 }) => kind),
    group: Int32Array.from(sorted, ({ group }) => groups.get(group) ?? (groups.set(group, groups.size), groups.size - 1)), actor: Int32Array.from(sorted, ({ actor = -1 }) => actor),
    time: Float64Array.from(sorted, ({ time }) => time), origin: Int32Array.from(sorted, ({ origin = -1 }) => origin),
  };
}

const viewsOf = ({ itemIds, item, kind }: Interactions, wanted: string) => item.filter((row, at) => itemIds[row] === wanted && kind[at] === 0).length;

test('what has no known origin is never touched', () => {
  fc.assert(fc.property(fc.array(fc.record({ item: fc.nat(5), kind: fc.nat(2), group: fc.constantFrom('a', 'b', 'c'), time: fc.nat(30 * DAY) }), { minLength: 1, maxLength: 100 }), (touches) => {
    const { origin, ...given } = columns(touches);
    assert.deepEqual(weighVisits({ ...given, origin }), { interactions: given, leftOut: { robots: 0, origin: 0, visitor: 0, unbacked: 0 } });
  }));
});

test('orders always stay; what stays keeps its order and its meaning', () => {
  fc.assert(fc.property(fc.array(fc.record({ item: fc.nat(3), kind: fc.nat(1), group: fc.nat(20).map((id) => `s${id}`), actor: fc.integer({ min: -1, max: 3 }), time: fc.nat(3 * DAY), origin: fc.nat(1) }), { maxLength: 150 }), (visits) => {
    const orders: Touch[] = Array.from({ length: 5 }, (_, at) => ({ item: at % 4, kind: 2, group: `o${at}`, time: at * 1000 }));
    const given = columns([...visits, ...orders]);
    const { interactions: kept, leftOut } = weighVisits(given);
    assert.equal(kept.kind.filter((kind) => kind === 2).length, 5);
    assert.equal(kept.item.length + Object.values(leftOut).reduce((a, b) => a + b), given.item.length);
    assert.equal(new Set(kept.group).size, kept.group.reduce((most, group) => Math.max(most, group + 1), 0), 'no group is empty');
    for (let at = 1; at < kept.time.length; at++) assert.ok(kept.time[at] >= kept.time[at - 1]);
    assert.equal('origin' in kept, false);
  }));
});

test('visits at a machine\'s pace do not count, a person\'s do', () => {
  const visit = (group: string, gap: (step: number) => number): Touch[] => {
    let time = 0;
    return Array.from({ length: 12 }, (_, step) => ({ item: step, group, time: (time += gap(step)), origin: group.charCodeAt(0) }));
  };
  const random = createRandom(3);
  const { interactions, leftOut } = weighVisits(columns([...visit('a', () => 0.2), ...visit('b', () => 30), ...visit('c', () => 5 + random() * 60)]));
  assert.deepEqual([leftOut.robots, interactions.item.length, new Set(interactions.group).size], [24, 12, 1]);
});

test('one address counts little, and a flood takes no place of what was before it', () => {
  const honest: Touch[] = Array.from({ length: 30 }, (_, at) => ({ item: at % 10, group: `h${at}`, time: at * 60, origin: at }));
  const flood: Touch[] = Array.from({ length: 500 }, (_, at) => ({ item: 99, group: `f${at}`, actor: at, time: 5_000 + at * 7.3, origin: 1_000 }));
  const { interactions, leftOut } = weighVisits(columns([...honest, ...flood]));
  assert.deepEqual([viewsOf(interactions, '99'), leftOut.origin], [2, 498]);
  assert.equal(interactions.item.length, 32);
  const oneVisitor = flood.map((touch, at) => ({ ...touch, actor: 7, origin: 2_000 + at }));
  assert.equal(viewsOf(weighVisits(columns([...honest, ...oneVisitor])).interactions, '99'), 2, 'a visitor with many addresses');
});

test('attention that no order backs counts as much as that of other products, and no more', () => {
  const random = createRandom(5);
  const touches: Touch[] = [];
  for (let at = 0; at < 6_000; at++) {
    const item = Math.floor(random() ** 2 * 100);
    const time = random() * 21 * DAY;
    touches.push({ item, group: `v${at}`, actor: at, time, origin: at });
    if (random() < 0.1) touches.push({ item, kind: 2, group: `o${at}`, time: time + 60 });
  }
  const honest = weighVisits(columns(touches)).leftOut;
  assert.ok(honest.unbacked < 0.02 * 6_000, `${honest.unbacked} honest touches left out`);
  const flood: Touch[] = Array.from({ length: 1_200 }, (_, at) => ({ item: 99, group: `f${at}`, actor: 10_000 + at, time: 20 * DAY + at * 60, origin: 10_000 + at }));
  const { interactions } = weighVisits(columns([...touches, ...flood]));
  const [pushed, top] = [viewsOf(interactions, '99'), viewsOf(interactions, '0')];
  assert.ok(pushed < 200 && pushed < top, `${pushed} of 1,200 count, the top product has ${top}`);
});
