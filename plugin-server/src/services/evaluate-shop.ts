import { VitrineError } from '@vitrine/sdk/core';
import type { Context } from '../context.ts';
import { buildDataset } from '../pipeline/dataset/build-dataset.ts';
import type { SplitTimes } from '../pipeline/dataset/sequences.ts';
import { evaluateRecommendation } from '../pipeline/evaluate/evaluate-recommendation.ts';
import type { Evaluation } from '../pipeline/types.ts';
import { findNewestArtifact } from '../store/artifacts.ts';
import { readCredibleInteractions } from './read-credible-interactions.ts';
import { readModel } from './read-model.ts';
import { requireShop } from './require-shop.ts';

/**
 * Evaluates the newest artifact's bytes, with its baselines, on what came after everything it has learned from. Where nothing has come
 * since, that is what was measured at its training, before the newest data were learned too.
 * @throws VitrineError `not_found` when no model was trained
 */
export async function evaluateShop(ctx: Context, input: { readonly shop: string; readonly seed?: number }): Promise<Evaluation[]> {
  const { db } = ctx;
  const shop = await requireShop(ctx, input.shop);
  const artifact = await findNewestArtifact(db, shop.id);
  const model = artifact && (await readModel(ctx, shop.id, artifact.hash));
  if (!artifact || !model) throw new VitrineError('not_found', `Shop "${shop.id}" has no trained model. Run: vitrine train --shop ${shop.id}`);
  const { validationFrom, testFrom, learnedTo = testFrom } = artifact.manifest.config as unknown as SplitTimes & { readonly learnedTo?: number };
  const dataset = buildDataset(await readCredibleInteractions(ctx, shop.id), { validationFrom, testFrom: learnedTo });
  const evaluations = evaluateRecommendation(dataset, model, { dataset: shop.id, seed: input.seed });
  if (evaluations.length === 0) return [...artifact.evaluations];
  return evaluations.map((evaluation) => ({
    ...evaluation, rows: evaluation.rows.map((row) => (row.model === 'shipped' ? { ...row, bytes: artifact.bytes } : row)),
  }));
}
