import '../../plugin-server/src/pipeline/train/tfjs-resolution.ts';
import { promisify } from 'node:util';
import { brotliCompress, constants } from 'node:zlib';
import { encodeArtifact, type RecommendationModel, VitrineError } from '@vitrine/sdk/core';
import { chooseCodec } from '../../plugin-server/src/pipeline/compress/choose-codec.ts';
import { compressRecommendation, type CompressOptions, type PackedModel, previewModel, quantise, unitRows } from '../../plugin-server/src/pipeline/compress/compress-recommendation.ts';
import { queryStatistics } from '../../plugin-server/src/pipeline/compress/query-statistics.ts';
import type { Case } from '../../plugin-server/src/pipeline/dataset/cases.ts';
import { createRandom } from '../../plugin-server/src/pipeline/dataset/random.ts';
import { samplePredictions } from '../../plugin-server/src/pipeline/evaluate/files/choose-settings.ts';
import type { Predictions } from '../../plugin-server/src/pipeline/evaluate/files/problem.ts';
import { K, RankMetrics } from '../../plugin-server/src/pipeline/evaluate/files/rank-metrics.ts';
import type { Ranker } from '../../plugin-server/src/pipeline/evaluate/files/score-predictions.ts';
import { shippedRanker } from '../../plugin-server/src/pipeline/evaluate/files/shipped-ranker.ts';
import { questions, trainOnLists } from '../../plugin-server/src/pipeline/evaluate/files/train-on-lists.ts';
import { dataMissing } from '../quality/data-folder.ts';
import { type CodedTable, groupedInt4, nearestInt4, productQuantised } from './codecs/peer-codecs.ts';
import { topItems } from './codecs/top-items.ts';
import { markdownTable } from './markdown-table.ts';
import type { BenchOptions, Report, Row } from './row.ts';

const ITEMS = 10_000;
/** The newest of the training sessions. */
const SESSIONS = 80_000;
/** Seconds of training steps. */
const BUDGET = 90;
const PREDICTIONS = 4000;
/** Steps of the int4 table, in units of an entry's usual size, 1/√dim. */
const STEPS = [0.8, 1.2, 1.6, 2, 2.4];
const SEED = 1;

/**
 * Bytes of an artifact of 10,000 items by 64 dimensions after brotli, and what each codec costs in quality, on real
 * sessions: the share of float32's twenty that stay, recall@20 and NDCG@20.
 */
export async function run({ smoke, note }: BenchOptions): Promise<Report> {
  const missing = dataMissing('diginetica/train-sessions.txt.gz');
  if (missing) throw new VitrineError('bad_input', missing);
  // Modules that use tfjs come after its resolution is set.
  const [{ startTfjs }, { floatRanker }] = await Promise.all([
    import('../../plugin-server/src/pipeline/train/start-tfjs.ts'), import('../../plugin-server/src/pipeline/evaluate/files/float-ranker.ts')]);

  const problem = await topItems(smoke ? 300 : ITEMS, smoke ? 4000 : SESSIONS);
  note(`${problem.itemIds.length} items, ${problem.train.start.length - 1} sessions. Training …`);
  const options = { seed: SEED, withoutSeen: false, epochs: smoke ? 1 : undefined, budget: BUDGET };
  // Nothing is learned from the validation part: the codec is chosen by it.
  const { checkpoint } = await trainOnLists({ ...problem, known: problem.train }, { ...options, onNote: note });
  const { dim } = checkpoint.config;
  const sample = (predictions: Predictions) => samplePredictions(predictions, createRandom(SEED), smoke ? 200 : PREDICTIONS);
  const [validation, test] = [sample(problem.validation), sample(problem.test)];

  await startTfjs();
  const floats = floatRanker(checkpoint, problem.itemIds, false);
  const wanted = { validation: await listsOf(floats.rank, validation), test: await listsOf(floats.rank, test) };
  floats.dispose();

  const plain = compressRecommendation(checkpoint);
  const int8 = previewModel(plain);
  // The checkpoint numbers the items its own way.
  const row = Int32Array.from(problem.itemIds, (id) => int8.rowOf.get(id)!);
  const inRows = (cases: readonly Case[]) => cases.map((one) => ({ ...one, items: one.items.map((item) => row[item]), targets: one.targets.map((item) => row[item]) }));
  const training = inRows(questions({ ...problem, validation: sample(lastPositions(problem.train)) }, options));
  const queries = queryStatistics(int8, training)!;
  const { packed: chosen, trials } = chooseCodec(checkpoint, { training, validation: inRows(questions(problem, options)) });
  const few = chosen.config.neighbours;
  const rows = unitRows(checkpoint.params.get('item_table')!.data, dim);

  const lines: Line[] = [];
  const add = async (name: string, packed: PackedModel, table?: CodedTable) => {
    const model = table ? withRows(previewModel(packed), table.rows) : previewModel(packed);
    const stored = table?.bytes ?? (await artifactOf(packed, 'item_table'));
    const rank = shippedRanker(model, problem.itemIds, false);
    const [onValidation, onTest] = [await listsOf(rank, validation), await listsOf(rank, test)];
    const others = await brotliBytes(await artifactOf(packed)) - await brotliBytes(await artifactOf(packed, 'item_table'));
    const tableBytes = await brotliBytes(stored);
    lines.push({
      name, table: tableBytes, whole: tableBytes + others, companions: packed.config.neighbours,
      same: overlap(onValidation, wanted.validation), validation: scoreOf(onValidation, validation), test: scoreOf(onTest, test),
    });
    note(`${name}: ${lines.at(-1)!.whole} B`);
  };
  const withFew = (options: CompressOptions = {}) => compressRecommendation(checkpoint, { ...options, neighbours: few });
  await add('int8', plain);
  if (few < plain.config.neighbours) await add('int8', withFew());
  await add('int4, a scale per 16', withFew(), groupedInt4(rows, 16));
  await add('product quantised, 16 bytes', withFew(), productQuantised(rows, dim, 16, SEED));
  for (const step of STEPS) await add(`nearest step ${step}`, withFew(), nearestInt4(rows, dim, step / Math.sqrt(dim)));
  for (const step of [0.25, 0.5]) await add(`int8 step ${step}`, withFew({ rounding: { type: 'int8', step: step / Math.sqrt(dim), queries } }));
  for (const step of STEPS) await add(`int4 step ${step}`, withFew({ rounding: { type: 'int4', step: step / Math.sqrt(dim), queries } }));
  const more = [8, 12, plain.config.neighbours].filter((count, at, all) => count > few && count <= plain.config.neighbours && all.indexOf(count) === at);
  for (const count of more) await add('int4 step 1.2', compressRecommendation(checkpoint, { neighbours: count, rounding: { type: 'int4', step: 1.2 / Math.sqrt(dim), queries } }));
  await add('chosen by the rule', chosen);
  const floatTable = await brotliBytes(new Uint8Array(rows.buffer));
  lines.unshift({ ...lines[0], name: 'float32', table: floatTable, whole: lines[0].whole - lines[0].table + floatTable, validation: scoreOf(wanted.validation, validation), test: scoreOf(wanted.test, test), same: 1 });

  return { rows: lines.flatMap(figures), markdown: table(lines), setting: { items: problem.itemIds.length, dim, seed: SEED, chosen: trials.find((trial) => trial.chosen)?.name ?? 'int8' }, raw: { lines, trials } };
}

interface Line {
  readonly name: string;
  /** Bytes after brotli. */
  readonly table: number;
  readonly whole: number;
  readonly companions: number;
  /** Share of float32's twenty, validation. */
  readonly same: number;
  readonly validation: Score;
  readonly test: Score;
}
interface Score {
  readonly recall: number;
  readonly ndcg: number;
}

const figures = ({ name, companions, table: own, whole, same, validation, test }: Line): Row[] => {
  const subject = `${name}, ${companions} companions`;
  return [
    { subject, metric: 'item table, brotli', value: own, unit: 'B' }, { subject, metric: 'artifact, brotli', value: whole, unit: 'B' },
    { subject, metric: "of float32's top 20", value: same, unit: '1' }, { subject, metric: 'recall@20, validation', value: validation.recall, unit: '1' },
    { subject, metric: 'NDCG@20, validation', value: validation.ndcg, unit: '1' }, { subject, metric: 'recall@20, test', value: test.recall, unit: '1' },
    { subject, metric: 'NDCG@20, test', value: test.ndcg, unit: '1' },
  ];
};

const table = (lines: readonly Line[]): string => markdownTable(
  ['item table as', '>companions', '>table, kB', '>artifact, kB', ">of float32's top 20", '>recall@20, validation', '>NDCG@20', '>recall@20, test', '>NDCG@20'],
  lines.map(({ name, companions, table: own, whole, same, validation, test }) => [
    name, String(companions), (own / 1000).toFixed(0), (whole / 1000).toFixed(0), same.toFixed(3),
    (100 * validation.recall).toFixed(2), (100 * validation.ndcg).toFixed(2), (100 * test.recall).toFixed(2), (100 * test.ndcg).toFixed(2)]));

/** An unsigned artifact, or one that holds a single tensor. */
function artifactOf({ config, tensors }: PackedModel, only?: string): Promise<Uint8Array> {
  return encodeArtifact(
    { family: 'recommendation', audience: 'browser', shop: 'bench', version: '1', createdAt: '2026-01-01T00:00:00.000Z', config: { ...config }, metrics: [] },
    new Map([...tensors].filter(([name]) => only === undefined || name === only)), async () => new Uint8Array(64));
}

const compress = promisify(brotliCompress);
/** As the server sends it. */
const brotliBytes = async (bytes: Uint8Array): Promise<number> =>
  (await compress(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } })).length;

/** The model with another table, brought to int8 as every reader does. */
function withRows(model: RecommendationModel, rows: Float32Array): RecommendationModel {
  const { data, scale } = quantise(rows, [rows.length]);
  return { ...model, table: data, tableScale: scale };
}

/** The last position of each list: what training sessions ask. */
function lastPositions({ start, item }: { readonly start: Int32Array; readonly item: Int32Array }): Predictions {
  const lists = Array.from({ length: start.length - 1 }, (_, list) => list).filter((list) => start[list + 1] - start[list] > 1);
  return {
    item, cluster: Int32Array.from(lists), from: Int32Array.from(lists, (list) => start[list]),
    to: Int32Array.from(lists, (list) => start[list + 1] - 1), target: Int32Array.from(lists, (list) => item[start[list + 1] - 1]),
  };
}

async function listsOf(rank: Ranker, predictions: Predictions): Promise<Int32Array> {
  const rows = new Int32Array(predictions.target.length * K).fill(-1);
  await rank(predictions, 0, predictions.target.length, rows);
  return rows;
}

function scoreOf(lists: Int32Array, { target, cluster }: Predictions): Score {
  const metrics = new RankMetrics(1 + lists.reduce((most, row) => Math.max(most, row), 0));
  target.forEach((row, p) => metrics.add(lists.subarray(p * K, (p + 1) * K), row, cluster[p]));
  const { metrics: values } = metrics.result();
  return { recall: values['P@20'], ndcg: values['NDCG@20'] };
}

/** Mean share of one list that stands in the other. */
function overlap(lists: Int32Array, wanted: Int32Array): number {
  let same = 0;
  for (let from = 0; from < lists.length; from += K) {
    const own = new Set(wanted.subarray(from, from + K));
    for (let at = from; at < from + K; at++) if (own.has(lists[at])) same++;
  }
  return same / lists.length;
}
