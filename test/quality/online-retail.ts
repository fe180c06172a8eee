import '../../plugin-server/src/pipeline/train/tfjs-resolution.ts';
import { mkdtempSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '../../plugin-server/src/config.ts';
import { createContext } from '../../plugin-server/src/create-context.ts';
import type { Dataset } from '../../plugin-server/src/pipeline/dataset/build-dataset.ts';
import { buildDataset } from '../../plugin-server/src/pipeline/dataset/build-dataset.ts';
import type { Evaluation, Interactions } from '../../plugin-server/src/pipeline/types.ts';
import { importFile } from '../../plugin-server/src/services/import-file.ts';
import { readInteractions } from '../../plugin-server/src/store/interactions.ts';
import { firstLines } from '../first-lines.ts';
import { dataFile } from './data-folder.ts';
import { leaveLastBasket } from './leave-last-basket.ts';
import { linearRecommenders } from './linear-recommenders.ts';
import type { QualityOptions } from './run.ts';

/** Lines of some five hundred orders. */
const SMOKE_LINES = 12_000;

/**
 * `npm run quality -- online-retail`: the real file through the real import, then the last basket of each customer and
 * the rest of it from its half, for popularity, co-purchase, item-kNN, EASE and the shipped model.
 */
export async function run(options: QualityOptions): Promise<Evaluation[]> {
  const { note, seed } = options;
  note('Importing online-retail.csv.gz into an embedded database …');
  const { interactions, split } = leaveLastBasket(await importInteractions('online-retail/online-retail.csv.gz', 'online-retail', options.smoke));
  const choosing = buildDataset(interactions, split);
  const known = buildDataset(interactions, { validationFrom: split.testFrom, testFrom: split.testFrom });
  note(`${interactions.item.length} lines of ${known.sequences.time.length} orders, ${interactions.itemIds.length} products. Training …`);
  return trainAndEvaluate('online-retail', { choosing, known }, 'last order of each customer', { ...options, seed });
}

/** Trains with the shop's defaults and evaluates what would ship. All models choose their settings first and then learn from `known`. */
async function trainAndEvaluate(name: string, { choosing, known }: { readonly choosing: Dataset; readonly known: Dataset }, split: string, options: QualityOptions): Promise<Evaluation[]> {
  const { seed, epochs, note } = options;
  const [{ startTfjs }, { trainAgain, trainRecommendation }, { previewModel }, { applyCodec, chooseCodec, codecCases }, { evaluateRecommendation }, { encodeArtifact }] = await Promise.all([
    import('../../plugin-server/src/pipeline/train/start-tfjs.ts'), import('../../plugin-server/src/pipeline/train/train-recommendation.ts'),
    import('../../plugin-server/src/pipeline/compress/compress-recommendation.ts'), import('../../plugin-server/src/pipeline/compress/choose-codec.ts'),
    import('../../plugin-server/src/pipeline/evaluate/evaluate-recommendation.ts'),
    import('@vitrine/sdk/core'),
  ]);
  await startTfjs();
  const started = performance.now();
  const { checkpoint, recipe } = await trainRecommendation(choosing, {
    seed, epochs,
    onProgress: ({ epoch, epochs: of, step, steps, loss, validation }) => {
      if (step === steps && validation) note(`epoch ${epoch}/${of}: loss ${loss.toFixed(4)}, ${validation.name} on validation ${validation.value.toFixed(4)}`);
    },
  });
  const { codec } = chooseCodec(checkpoint, codecCases(choosing.sequences, seed));
  note(`Learning once more, from what chose as well, after ${((performance.now() - started) / 1000).toFixed(1)} s …`);
  const packed = applyCodec(await trainAgain(known, recipe), codec, codecCases(known.sequences, seed).training);
  const seconds = (performance.now() - started) / 1000;
  const file = await encodeArtifact(
    { family: 'recommendation', audience: 'browser', shop: name, version: '1', createdAt: new Date(0).toISOString(), config: { ...packed.config }, metrics: [] },
    packed.tensors, async () => new Uint8Array(64));
  const evaluations = evaluateRecommendation(known, previewModel(packed), {
    dataset: name, seed, split, choosing, limit: Infinity, others: (task) => linearRecommenders(choosing.sequences, task, options, known.sequences),
  });
  return evaluations.map((evaluation) => ({
    ...evaluation, rows: evaluation.rows.map((row) => (row.model === 'shipped' ? { ...row, seconds, bytes: file.length } : row)),
  }));
}

async function importInteractions(file: string, shop: string, smoke = false): Promise<Interactions> {
  const home = mkdtempSync(join(tmpdir(), 'vitrine-quality-'));
  const ctx = await createContext(readConfig({ VITRINE_HOME: home }));
  try {
    let path = dataFile(file);
    if (smoke) await writeFile((path = join(home, 'first.csv')), await firstLines(dataFile(file), SMOKE_LINES));
    await importFile(ctx, { path, shop, currency: 'GBP' });
    return await readInteractions(ctx.db, shop);
  } finally {
    await ctx.close();
    rmSync(home, { recursive: true, force: true });
  }
}
