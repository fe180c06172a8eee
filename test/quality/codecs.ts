import '../../plugin-server/src/pipeline/train/tfjs-resolution.ts';
import { brotliCompressSync, constants } from 'node:zlib';
import { encodeArtifact, VitrineError } from '@vitrine/sdk/core';
import { bytes, count } from '../../plugin-server/src/cli/table.ts';
import { applyCodec, type Codec, codecCases } from '../../plugin-server/src/pipeline/compress/choose-codec.ts';
import { type PackedModel, previewModel } from '../../plugin-server/src/pipeline/compress/compress-recommendation.ts';
import type { Dataset } from '../../plugin-server/src/pipeline/dataset/build-dataset.ts';
import { buildDataset } from '../../plugin-server/src/pipeline/dataset/build-dataset.ts';
import { createRandom } from '../../plugin-server/src/pipeline/dataset/random.ts';
import { samplePredictions } from '../../plugin-server/src/pipeline/evaluate/files/choose-settings.ts';
import type { Predictions } from '../../plugin-server/src/pipeline/evaluate/files/problem.ts';
import { type Ranker, scorePredictions } from '../../plugin-server/src/pipeline/evaluate/files/score-predictions.ts';
import { shippedRanker } from '../../plugin-server/src/pipeline/evaluate/files/shipped-ranker.ts';
import { interactionsOf, questions } from '../../plugin-server/src/pipeline/evaluate/files/train-on-lists.ts';
import type { Recipe } from '../../plugin-server/src/pipeline/train/recipe.ts';
import type { Checkpoint, Evaluation, EvaluationRow } from '../../plugin-server/src/pipeline/types.ts';
import { dataMissing } from './data-folder.ts';
import type { QualityOptions } from './run.ts';
import { SESSION_DATA } from './session-files.ts';

/** Models of the teacher: the one that ships, and others that differ from it by their seed. */
const TEACHERS = 3;
/** Predictions each row is scored on. */
const PREDICTIONS = 8000;
const LISTS = 3000;
/** One example of so many is taught: to ask three models about every one takes longer than to train them. */
const TAUGHT = 4;

/**
 * `npm run quality -- codecs [NAME]`: quality against bytes, from a teacher of several models to what ships. Everything learns from the
 * training part only, so that the validation column, by which the rule chooses, is on data that nothing has learned from;
 * what ships learns from that part too in the end.
 */
export async function run({ data: name = 'amazon-beauty', seed, epochs, smoke, note }: QualityOptions): Promise<Evaluation[]> {
  const source = SESSION_DATA[name];
  if (!source) throw new VitrineError('bad_usage', `usage: npm run quality -- codecs NAME, where NAME is ${Object.keys(SESSION_DATA).join(' or ')}`);
  const missing = dataMissing(source.file);
  if (missing) throw new VitrineError('bad_input', missing);
  const [{ trainAgain, trainRecommendation }, { chooseCodec }, { floatRanker }, { createEnsemble, teachBy }, { startTfjs }] = await Promise.all([
    import('../../plugin-server/src/pipeline/train/train-recommendation.ts'), import('../../plugin-server/src/pipeline/compress/choose-codec.ts'),
    import('../../plugin-server/src/pipeline/evaluate/files/float-ranker.ts'), import('../../plugin-server/src/pipeline/train/teacher.ts'),
    import('../../plugin-server/src/pipeline/train/start-tfjs.ts'),
  ]);
  await startTfjs();
  const problem = await source.read(smoke ? LISTS : Infinity);
  const lists = problem.train.start.length - 1;
  const dataset = buildDataset(interactionsOf(problem.train, problem.itemIds), { validationFrom: lists, testFrom: lists }, { keepRepeats: true });
  const asked = new Map([['next-view' as const, inRows(questions(problem, { seed, withoutSeen: false }), problem.itemIds, dataset)]]);

  note(`${count(problem.itemIds.length)} items, ${count(lists)} lists. Training the student …`);
  const started = performance.now();
  const { checkpoint, recipe } = await trainRecommendation(dataset, { seed, epochs, cases: asked });
  note(`${seconds(started)}. Choosing the codec …`);
  const cases = codecCases(dataset.sequences, seed, asked);
  const { codec: chosen } = chooseCodec(checkpoint, cases);

  const validation = samplePredictions(problem.validation, createRandom(seed), smoke ? 300 : PREDICTIONS);
  const test = samplePredictions(problem.test, createRandom(seed), smoke ? 300 : PREDICTIONS);
  const rows: EvaluationRow[] = [];
  const add = async (model: string, rank: Ranker, bytes?: number): Promise<void> => {
    const started = performance.now();
    const score = async (predictions: Predictions) => (await scorePredictions(rank, predictions, problem.itemIds.length)).metrics;
    const chosenBy = (await score(validation))['NDCG@20'];
    const { 'P@20': hit, 'MRR@20': reciprocal, 'HR@10': shortHit, 'NDCG@10': gain } = await score(test);
    rows.push({ model, bytes, metrics: { 'NDCG@20, validation': chosenBy, 'P@20': hit, 'MRR@20': reciprocal, 'HR@10': shortHit, 'NDCG@10': gain }, seconds: (performance.now() - started) / 1000 });
    note(`${model}: NDCG@20 ${chosenBy.toFixed(4)} on validation`);
  };
  const float = async (title: string, from: Checkpoint): Promise<void> => {
    const { rank, dispose } = floatRanker(from, problem.itemIds, false);
    await add(title, rank);
    dispose();
  };
  const packed = async (title: string, from: Checkpoint, codec: Codec): Promise<void> => {
    const model = applyCodec(from, codec, cases.training);
    const { file, brotli } = await encode(model);
    await add(`${title} (${bytes(brotli)} brotli)`, shippedRanker(previewModel(model), problem.itemIds, false), file);
  };

  const teachers = [checkpoint];
  for (let more = 1; more < (smoke ? 2 : TEACHERS); more++) {
    note(`Teacher ${more + 1} of ${TEACHERS} …`);
    teachers.push(await trainAgain(dataset, withSeed(recipe, seed + more)));
  }
  const full: Codec = { name: 'int8', scores: {} };
  const answer = createEnsemble(teachers.map((one) => previewModel(applyCodec(one, full, []))));
  await add(`teacher: ${teachers.length} models, int8, 20 companions`, ensembleRanker(answer, problem.itemIds, dataset));
  await float('float32, 20 companions', checkpoint);
  await packed('int8, 20 companions', checkpoint, full);
  for (const neighbours of [12, 8, 4]) await packed(`int8, ${neighbours} companions`, checkpoint, { ...full, neighbours });
  await packed('int8, none', checkpoint, { ...full, neighbours: 0 });
  for (const factor of [0.4, 0.8, 1.2, 1.6]) await packed(`int4, step ${factor}, ${chosen.neighbours ?? 20} companions`, checkpoint, { ...chosen, rounding: { type: 'int4', factor } });
  await packed(`**as the rule chooses: ${chosen.name}, ${chosen.neighbours ?? 20} companions**`, checkpoint, chosen);

  note('Distilling …');
  const distilling = performance.now();
  // The teacher's vectors are learned without its companions: the student has those beside its own.
  const vectors = createEnsemble(teachers.map((one) => previewModel(applyCodec(one, { ...full, neighbours: 0 }, []))));
  const teach = teachBy(vectors);
  let example = 0;
  const distilled = await trainAgain(dataset, recipe, { teach: (one) => (example++ % TAUGHT === 0 ? teach(one) : one) });
  note(`${seconds(distilling)}.`);
  await float('distilled, float32, 20 companions', distilled);
  await packed(`distilled, ${chosen.name}, ${chosen.neighbours ?? 20} companions`, distilled, chosen);

  return [{
    dataset: name, goal: 'view', seed, cases: test.target.length, rows,
    protocol: `codecs: ${count(problem.itemIds.length)} items; ${count(validation.target.length)} validation predictions, by which the rule chooses and from which nothing here has learned; the other figures on test predictions; time: to answer both`,
  }];
}

const seconds = (started: number): string => `${((performance.now() - started) / 1000).toFixed(0)} s`;

const withSeed = (recipe: Recipe, seed: number): Recipe => ({ ...recipe, settings: { ...recipe.settings, seed } });

/** Questions over the problem's rows → over the dataset's. */
function inRows(cases: ReturnType<typeof questions>, itemIds: readonly string[], { sequences }: Dataset): ReturnType<typeof questions> {
  const rowOf = new Map(sequences.itemIds.map((id, row) => [id, row]));
  const row = Int32Array.from(itemIds, (id) => rowOf.get(id)!);
  return cases.map((one) => ({ ...one, items: one.items.map((item) => row[item]), targets: one.targets.map((item) => row[item]) }));
}

function ensembleRanker(answer: (example: { goal: number; items: number[]; kinds: number[] }, count: number) => ReadonlyArray<readonly [number, number]>, itemIds: readonly string[], { sequences }: Dataset): Ranker {
  const rowOf = new Map(sequences.itemIds.map((id, row) => [id, row]));
  const toModel = Int32Array.from(itemIds, (id) => rowOf.get(id)!);
  const fromModel = new Int32Array(toModel.length);
  toModel.forEach((place, row) => { fromModel[place] = row; });
  return ({ item, from, to }, first, last, rows) => {
    for (let p = first; p < last; p++) {
      const items = Array.from(item.subarray(from[p], to[p]), (row) => toModel[row]);
      if (items.length === 0) continue;
      answer({ goal: 0, items, kinds: items.map(() => 0) }, 20).forEach(([row], at) => { rows[(p - first) * 20 + at] = fromModel[row]; });
    }
  };
}

/** Bytes of the artifact, and of what is sent. */
async function encode({ config, tensors }: PackedModel): Promise<{ file: number; brotli: number }> {
  const file = await encodeArtifact(
    { family: 'recommendation', audience: 'browser', shop: 'evaluation', version: '1', createdAt: new Date(0).toISOString(), config: { ...config }, metrics: [] },
    tensors, async () => new Uint8Array(64));
  return { file: file.length, brotli: brotliCompressSync(file, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }).length };
}
