import { gunzipSync } from 'node:zlib';
import { readFileSync } from 'node:fs';
import { DEFAULTS, paramShapes } from '@vitrine/sdk/core';
import { createRandom, streamSeed } from '../../../plugin-server/src/pipeline/dataset/random.ts';
import { CANDIDATES } from '../../../plugin-server/src/pipeline/train/batches.ts';
import type { Example } from '../../../plugin-server/src/pipeline/train/examples.ts';
import { createCandidateSampler } from '../../../plugin-server/src/pipeline/train/simd/candidate-sampler.ts';
import { createPacker, type PackedBatch } from '../../../plugin-server/src/pipeline/train/simd/pack-batch.ts';
import type { SimdProblem } from '../../../plugin-server/src/pipeline/train/simd/simd-learner.ts';
import { dataFile } from '../../quality/data-folder.ts';

export const SESSIONS = 'diginetica/train-sessions.txt.gz';

export const WORKLOADS = ['fixed', 'sessions'] as const;
export type WorkloadName = (typeof WORKLOADS)[number];

/** What is trained, in words. */
export const DESCRIPTIONS: Readonly<Record<WorkloadName, string>> = {
  fixed: '10,000 items × 64, sequences of 20, 1,024 draws and the batch\'s own targets, batch 256, no dropout, Adam',
  sessions: '43,097 items × 64, sessions of diginetica as they are (4.3 items in the mean), 1,024 draws and the batch\'s own targets, batch 256, dropout 0.3, Adam: as a shop trains by default',
};

/** Batches made once and gone through again and again. */
const BATCHES = 40;
const BATCH = 256;
const SEED = 7;
const DIM = 64;

/** Items, batches and start values, the same in every process. */
export function makeWorkload(name: WorkloadName): SimdProblem {
  const random = createRandom(SEED);
  const { items, candidates, dropout, examples } = name === 'fixed' ? fixedSessions(random) : realSessions(random);
  const batches = Array.from({ length: BATCHES }, (_, at) => examples.slice(at * BATCH, (at + 1) * BATCH));
  const frequency = new Float64Array(items);
  for (const example of examples) for (const row of [...example.items, ...example.targets]) frequency[row]++;
  const gaussian = (deviation: number) => () => deviation * Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const start = new Map([...paramShapes({ items, dim: DIM })].map(([param, shape]) => {
    const draw = gaussian(param === 'item_table' || param.startsWith('attention') || param === 'project' ? 0.125 : 0.02);
    return [param, { shape, data: Float32Array.from({ length: shape.reduce((product, axis) => product * axis, 1) }, draw) }] as const;
  }));
  start.set('scale', { shape: [1], data: Float32Array.of(DEFAULTS.scale) });
  return {
    config: { items, dim: DIM, maxLength: DEFAULTS.maxLength }, start, dropout, candidates, frequency, seed: SEED, batchSize: BATCH,
    factors: { bonus: 20, repeat_bias: 5, item_bias: 2, scale: 10 }, learningRate: () => 0.002, epochs: 1000, stepsPerEpoch: BATCHES, sources: () => batches,
  };
}

/** The batches of epoch 0 as the SIMD learner packs them, with their candidates. */
export function packWorkload(problem: SimdProblem): PackedBatch[] {
  let random = createRandom(0);
  const pack = createPacker({ ...problem.config, sampler: createCandidateSampler(problem.frequency, problem.candidates, () => random()) });
  return Array.from(problem.sources(0), (examples, step) => {
    random = createRandom(streamSeed(problem.seed, 0, step));
    return pack(examples);
  });
}

interface Sessions {
  readonly items: number;
  readonly candidates: number;
  readonly dropout: number;
  readonly examples: readonly Example[];
}

/** Popularity falls with the rank; no structure. */
function fixedSessions(random: () => number): Sessions {
  const items = 10_000;
  const row = () => Math.floor(items * random() ** 1.5);
  const examples = Array.from({ length: BATCHES * BATCH }, (): Example => ({ goal: 0, items: Array.from({ length: 20 }, row), kinds: new Array<number>(20).fill(0), targets: [row()] }));
  return { items, candidates: CANDIDATES, dropout: 0, examples };
}

/** A random cut of each of some random sessions. */
function realSessions(random: () => number): Sessions {
  const lines = gunzipSync(readFileSync(dataFile(SESSIONS))).toString('utf8').trimEnd().split('\n');
  const rowOf = new Map<string, number>();
  const sessions = lines.map((line) => line.split(' ').map((id) => rowOf.get(id) ?? rowOf.set(id, rowOf.size).size - 1)).filter(({ length }) => length > 1);
  const examples = Array.from({ length: BATCHES * BATCH }, (): Example => {
    const session = sessions[Math.floor(random() * sessions.length)];
    const cut = 1 + Math.floor(random() * (session.length - 1));
    return { goal: 0, items: session.slice(0, cut), kinds: new Array<number>(cut).fill(0), targets: [session[cut]] };
  });
  return { items: rowOf.size, candidates: CANDIDATES, dropout: 0.3, examples };
}
