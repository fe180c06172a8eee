import { VitrineError } from '@vitrine/sdk/core';
import type { Context } from '../context.ts';
import { buildDataset } from '../pipeline/dataset/build-dataset.ts';
import type { SplitTimes } from '../pipeline/dataset/sequences.ts';
import { evaluateRecommendation } from '../pipeline/evaluate/evaluate-recommendation.ts';
import type { Evaluation } from '../pipeline/types.ts';
import { findNewestArtifact } from '../store/artifacts.ts';
import { readInteractions } from '../store/interactions.ts';
import { readModel } from './read-model.ts';
import { requireShop } from './require-shop.ts';

/**
 * Evaluates the newest artifact's bytes, with its baselines, on what is stored now: everything after the time up to
 * which it was trained and chosen, orders that arrived since included.
 * @throws VitrineError `not_found` when no model was trained; `not_enough_data` when nothing lies after its training
 */
export async function evaluateShop(ctx: Context, input: { readonly shop: string; readonly seed?: number }): Promise<Evaluation[]> {
  const { db } = ctx;
  const shop = await requireShop(ctx, input.shop);
  const artifact = await findNewestArtifact(db, shop.id);
  const model = artifact && (await readModel(ctx, shop.id, artifact.hash));
  if (!artifact || !model) throw new VitrineError('not_found', `Shop "${shop.id}" has no trained model. Run: vitrine train --shop ${shop.id}`);
  const { validationFrom, testFrom } = artifact.manifest.config as unknown as SplitTimes;
  const dataset = buildDataset(await readInteractions(db, shop.id), { validationFrom, testFrom });
  const evaluations = evaluateRecommendation(dataset, model, { dataset: shop.id, seed: input.seed });
  if (evaluations.length === 0) throw new VitrineError('not_enough_data', `Shop "${shop.id}" has no orders after ${new Date(testFrom * 1000).toISOString()}, the time its model was trained up to.`);
  return evaluations.map((evaluation) => ({
    ...evaluation, rows: evaluation.rows.map((row) => (row.model === 'shipped' ? { ...row, bytes: artifact.bytes } : row)),
  }));
}
