import { MIX_SIZE, paramShapes } from '@vitrine/sdk/core';
import type { Case } from '../../../plugin-server/src/pipeline/dataset/cases.ts';
import { createRandom } from '../../../plugin-server/src/pipeline/dataset/random.ts';
import type { Checkpoint } from '../../../plugin-server/src/pipeline/types.ts';

/** Items of one kind (the many shoes, the few saddles): how many topics a catalogue has, and how near an item is to its own. */
const TOPICS = 600;
const NEARNESS = 1.2;
const COMPANIONS = 6;
const DIM = 64;
const LENGTH = 6;

export interface LargeCatalogue {
  readonly checkpoint: Checkpoint;
  /** Visits that stay in a topic, two of three times; rows, oldest first. */
  readonly visits: (count: number) => number[][];
}

/**
 * A made-up catalogue with the statistics of a large shop: item vectors around topics, popularity as 1 / rank^0.8, companions
 * of the own topic. It says how parts relate to the whole, not how good recommendations are.
 */
export function largeCatalogue(items: number, seed: number): LargeCatalogue {
  const random = createRandom(seed);
  const gaussian = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const unit = (vector: Float64Array) => {
    const length = Math.hypot(...vector);
    return vector.map((value) => value / length);
  };
  const topics = Array.from({ length: TOPICS }, () => unit(Float64Array.from({ length: DIM }, gaussian)));
  const topicOf = Int32Array.from({ length: items }, () => Math.floor(TOPICS * random() ** 1.5));
  const members = Array.from({ length: TOPICS }, (): number[] => []);
  topicOf.forEach((topic, row) => members[topic].push(row));
  const table = new Float32Array(items * DIM);
  for (let row = 0; row < items; row++) {
    const noise = unit(Float64Array.from({ length: DIM }, gaussian));
    table.set(unit(topics[topicOf[row]].map((value, j) => NEARNESS * value + noise[j])), row * DIM);
  }
  /** A member of a topic, the popular ones more often. */
  const member = (topic: number) => members[topic][Math.floor(members[topic].length * random() ** 3)];

  const params = new Map([...paramShapes({ items, dim: DIM })].map(([name, shape]) => [name, { shape, data: new Float32Array(shape.reduce((size, axis) => size * axis, 1)) }]));
  params.get('item_table')!.data.set(table);
  params.get('item_bias')!.data.forEach((_, row, bias) => { bias[row] = -0.4 * Math.log((row + 100) / 100); });
  const { data: project } = params.get('project')!;
  for (let i = 0; i < 2 * DIM; i++) project[i * DIM + (i % DIM)] = 0.5;
  params.set('scale', { shape: [1], data: Float32Array.of(12) });
  const row = new Int32Array(items * COMPANIONS);
  const weight = new Float32Array(items * COMPANIONS);
  for (let at = 0; at < row.length; at++) {
    row[at] = member(topicOf[Math.floor(at / COMPANIONS)]);
    weight[at] = 0.3 * random() ** 2;
  }
  return {
    checkpoint: {
      config: { dim: DIM, maxLength: 50, goals: 1 }, params, history: [], itemIds: Array.from({ length: items }, (_, one) => String(8_000_000_000_000 + Math.floor(one * 7919.37) % 10 ** 12)),
      neighbours: { count: COMPANIONS, row, weight, mix: new Float32Array(MIX_SIZE).fill(10) },
    },
    visits: (count) => Array.from({ length: count }, () => {
      // Popularity as 1 / rank^0.8: its distribution function is (rank / items)^0.2.
      const anyItem = () => Math.floor(items * random() ** 5);
      const topic = topicOf[anyItem()];
      return Array.from({ length: LENGTH }, () => (random() < 2 / 3 ? member(topic) : anyItem()));
    }),
  };
}

/** A visit as the compression looks at sessions. */
export const asCase = (rows: readonly number[]): Case => ({ goal: 0, items: rows, kinds: rows.map(() => 0), targets: [], withoutSeen: false });
