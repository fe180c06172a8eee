import '../tfjs-resolution.ts';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeArtifact, encodeArtifact, encodeRow, type Feature, featureOffsets, loadIntent, prepareIntent, type Row, type TensorInput } from '@vitrine/sdk/core';
import { intentLogit } from '@vitrine/sdk/core/models/intent/forward';
import { packIntent } from '../../compress/compress-intent.ts';
import { createRandom } from '../../dataset/random.ts';
import { rankMetrics } from '../../evaluate/tabular/binary-metrics.ts';
import type { Table } from '../../evaluate/tabular/table.ts';

const tf = await import('@tensorflow/tfjs-core');
const { startTfjs } = await import('../start-tfjs.ts');
const { initIntent, intentLogits } = await import('@vitrine/sdk/core/models/intent/model');
const { intentLoss } = await import('@vitrine/sdk/core/models/intent/loss');
const { trainIntent } = await import('./train-intent.ts');
await startTfjs();

const source = (a: number) => ({ operation: 'column', a, b: a, floor: 1 }) as const;
const features: Feature[] = [
  { kind: 'numeric', name: 'pages', source: source(0), knots: Float32Array.of(0, 1, 2, 5, 9), fill: 2, indicator: true },
  { kind: 'categorical', name: 'source', column: 2, levels: ['', 'ads', 'mail'] },
  { kind: 'numeric', name: 'seconds a page', source: { operation: 'ratio', a: 1, b: 0, floor: 1 }, knots: Float32Array.of(0, 10, 100), fill: 20, indicator: false },
];
const { width } = featureOffsets(features);
const random = createRandom(7);
const rows: Row[] = Array.from({ length: 60 }, () => {
  const values = [random() < 0.2 ? NaN : Math.floor(random() * 12) - 1, random() * 500, ['ads', 'mail', undefined, 'fax'][Math.floor(random() * 4)]];
  return (column) => values[column];
});

/** As training may leave them: every tensor away from where it began. */
function trainedParams(members: number) {
  const config = { width, hidden: 12, members };
  const started = initIntent(config, random);
  return { config, params: new Map([...started].map(([name, { data }]) => [name, data.map((value) => value + (random() - 0.5) / 2)])), shapes: started };
}

for (const members of [1, 4]) {
  test(`the forward pass in plain JavaScript says what the tfjs ops say, ${members} member(s)`, () => {
    const { config, params, shapes } = trainedParams(members);
    const encoded = new Float32Array(rows.length * width);
    rows.forEach((row, at) => encodeRow(features, row, encoded, at * width));
    const logits = tf.tidy(() => {
      const tensors = Object.fromEntries([...shapes].map(([name, { shape }]) => [name, tf.tensor(params.get(name)!, [...shape])]));
      return tf.mean(intentLogits(tensors, tf.tensor2d(encoded, [rows.length, width])), 1).dataSync();
    });
    const model = prepareIntent(config, features, params);
    rows.forEach((row, at) => assert.ok(Math.abs(intentLogit(model, row) - logits[at]) < 1e-4, `${intentLogit(model, row)} is not ${logits[at]}`));
  });
}

test('the loss is the mean cross-entropy of all members', () => {
  const [logits, targets] = [[2, -1, 0.5, 30], [1, 0.3]];
  const expected = logits.reduce((sum, z, at) => sum + Math.log1p(Math.exp(-Math.abs(z))) + Math.max(z, 0) - z * targets[at >> 1], 0) / 4;
  const [value] = tf.tidy(() => intentLoss(tf.tensor2d(logits, [2, 2]), tf.tensor2d(targets, [2, 1])).dataSync());
  assert.ok(Math.abs(value - expected) < 1e-5);
});

const file = async (config: object, tensors: ReadonlyMap<string, TensorInput>) => encodeArtifact(
  { family: 'intent', audience: 'browser', shop: 's', version: '1', createdAt: '2026-01-01T00:00:00Z', config: { ...config } as Record<string, number>, metrics: [] },
  tensors, async () => new Uint8Array(64));

test('what ships answers as the network did, within what eight bits lose', async () => {
  const { config, params } = trainedParams(1);
  const packed = packIntent(config, features, params);
  const before = prepareIntent(config, features, params);
  const after = loadIntent(decodeArtifact(await file(packed.config, packed.tensors)));
  assert.deepEqual(after.features, features);
  for (const row of rows) assert.ok(Math.abs(intentLogit(after, row) - intentLogit(before, row)) < 0.05);
});

test('a malformed artifact is refused in one line', async () => {
  const { config, params } = trainedParams(1);
  const { tensors } = packIntent(config, features, params);
  const broken: [string, ReadonlyMap<string, TensorInput>][] = [
    ['a tensor is missing', new Map([...tensors].filter(([name]) => name !== 'second'))],
    ['knots that do not rise', new Map([...tensors, ['knots', { type: 'float32', shape: [8], data: new Float32Array(8) }]])],
    ['no JSON', new Map([...tensors, ['features', { type: 'utf8', shape: [1], data: ['{'] }]])],
    ['another width', new Map([...tensors, ['features', { type: 'utf8', shape: [0], data: [] }], ['knots', { type: 'float32', shape: [0], data: new Float32Array(0) }]])],
  ];
  for (const [what, others] of broken) {
    const artifact = decodeArtifact(await file(config, others));
    assert.throws(() => loadIntent(artifact), { code: 'artifact_corrupt', message: /^The artifact is not a usable intent model: [^\n]+$/ }, what);
  }
});

/** A yes hangs on a ratio of two columns and on a word; a third column is noise. */
function madeUp(count: number): { table: Table; truth: Float64Array } {
  const [pages, seconds, noise, words] = [new Float64Array(count), new Float64Array(count), new Float64Array(count), [] as (string | undefined)[]];
  const truth = new Float64Array(count);
  const labels = new Uint8Array(count);
  for (let row = 0; row < count; row++) {
    pages[row] = 1 + Math.floor(random() * 20);
    seconds[row] = random() * 60 * pages[row];
    noise[row] = random();
    words.push(['ads', 'mail', undefined][Math.floor(random() * 3)]);
    truth[row] = 1 / (1 + Math.exp(3 - (seconds[row] / pages[row]) / 12 - (words[row] === 'mail' ? 1.5 : 0)));
    labels[row] = random() < truth[row] ? 1 : 0;
    if (row % 11 === 0) seconds[row] = Number.NaN;
  }
  const columns = [
    { kind: 'numeric', name: 'pages', values: pages }, { kind: 'numeric', name: 'seconds', values: seconds }, { kind: 'numeric', name: 'noise', values: noise },
    { kind: 'categorical', name: 'source', values: words },
  ] as const;
  return { table: { columns, labels, positive: 'yes' }, truth };
}

test('finds the ratio that decides, comes near the true probability on new rows, and is the same each time', async () => {
  const { table, truth } = madeUp(2400);
  const training = Uint32Array.from({ length: 1600 }, (_, row) => row);
  const train = () => trainIntent(table, training, { seed: 1, clock: () => 0 });
  const trained = await train();
  const { operation, a, b } = trained.combinations[0];
  assert.deepEqual([operation, Math.min(a, b), Math.max(a, b)], ['ratio', 0, 1], 'either way up: trees split both alike');
  const model = prepareIntent(trained.config, trained.features, trained.params);
  const tested = Array.from({ length: 800 }, (_, at) => 1600 + at);
  const labels = tested.map((row) => table.labels[row]);
  const area = (scores: number[]) => rankMetrics(labels, scores).rocAuc;
  const [best, network, ensemble] = [area(tested.map((row) => truth[row])), area(tested.map((row) => intentLogit(model, (column) => table.columns[column].values[row]))), area(tested.map((row) => trained.ensemble[row]))];
  assert.ok(network > best - 0.04 && ensemble > best - 0.04, `${network} and ${ensemble} of at most ${best}`);
  const again = await train();
  assert.deepEqual([...again.params], [...trained.params]);
});
