import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { VitrineError } from '@vitrine/sdk/core';
import type { Device } from '../config.ts';
import type { Context } from '../context.ts';
import { updateInWorker } from '../pipeline/train/train-in-worker.ts';
import { trainingFailure } from '../pipeline/train/training-failure.ts';
import { unpackLearnedModel } from '../pipeline/train/update/learned-model.ts';
import type { Evaluation, TrainProgress } from '../pipeline/types.ts';
import type { UpdateResult } from '../pipeline/update-line.ts';
import { readCatalogueContent } from '../store/catalogue-content.ts';
import { findLearnedModel } from '../store/learned-models.ts';
import { findLiveRelease } from '../store/releases.ts';
import { createRun, findRun, finishRun } from '../store/runs.ts';
import { keepLearned } from './keep-learned.ts';
import { publishRelease } from './publish-release.ts';
import { readCredibleInteractions } from './read-credible-interactions.ts';
import { readModelFiles } from './read-model.ts';
import { requireShop } from './require-shop.ts';
import { storeModel } from './store-model.ts';
import { CANCELLED, endRun, newRunId, recordProgress } from './train-shop.ts';

export interface UpdateShopInput {
  readonly shop: string;
  /** A queued run to carry out; a new one by default. */
  readonly runId?: string;
  readonly seed?: number;
  /** Makes the updated model live, unless it is broken. */
  readonly publish?: boolean;
  readonly device?: Device;
  readonly onProgress?: (progress: TrainProgress) => void;
  readonly onNote?: (line: string) => void;
  /** Stops the update; the published release stays. */
  readonly signal?: AbortSignal;
}

export interface UpdateShopResult extends Pick<UpdateResult, 'onNew' | 'groups' | 'placed'> {
  readonly runId: string;
  readonly artifactHash: string;
  readonly bytes: number;
  /** NDCG@20 on the new orders and visits once they have been learned from. */
  readonly after: number;
  /** Why a full training should come next. */
  readonly wantsTraining?: string;
  /** With `publish`: the release made, or why there is none. */
  readonly sequence?: number;
  readonly notPublished?: string;
  readonly seconds: Readonly<Record<'read' | 'dataset' | 'train' | 'compress' | 'evaluate', number>>;
}

/** A model that ranks what it has learned from so much worse than the one before, which had not, is broken. */
const BROKEN = 0.97;
/** With fewer cases no comparison means anything. */
const FEWEST_CASES = 20;

/**
 * Brings the live model up to date: it learns from the orders and visits that came since, and products that have come
 * get a place by their content. A tenth of a training's work, or less; what a training chooses is not chosen anew.
 *
 * @throws VitrineError `not_found` when no published model can be gone on from; `cancelled`; `internal` when the disk or the
 * memory runs out
 */
export async function updateShop(ctx: Context, input: UpdateShopInput): Promise<UpdateShopResult> {
  const { db, clock } = ctx;
  const shop = await requireShop(ctx, input.shop);
  const runId = input.runId ?? newRunId(clock());
  if (!(await createRun(db, shop.id, { id: runId, status: 'running', startedAt: clock(), kind: 'update' }))) throw new VitrineError('cancelled', CANCELLED);
  const unwanted = new AbortController();
  try {
    const started = clock();
    const release = await findLiveRelease(db, shop.id);
    const stored = release && await findLearnedModel(db, shop.id, release.hash);
    const learned = stored && unpackLearnedModel(stored.bytes);
    const live = release && (await readModelFiles(ctx, shop.id, release.hash));
    if (!stored || !learned || !live) throw new VitrineError('not_found', `Shop "${shop.id}" has no published model to go on from. Run: vitrine train --shop ${shop.id}, then vitrine publish --shop ${shop.id}`);
    const products = await readCatalogueContent(db, shop.id);
    const interactions = await readCredibleInteractions(ctx, shop.id);
    const read = (clock() - started) / 1000;

    const result = await updateInWorker(interactions, {
      dataset: shop.id, seed: input.seed, device: input.device ?? ctx.config.device, learned, products, live,
      signal: AbortSignal.any([unwanted.signal, ...(input.signal ? [input.signal] : [])]),
      onProgress: recordProgress(ctx, shop.id, runId, { history: [], report: input.onProgress, unwanted }),
      onNote: input.onNote,
    });
    if ((await findRun(db, shop.id, runId))?.status !== 'running') throw new VitrineError('cancelled', CANCELLED);

    const createdAt = clock();
    const { onNew, after, groups, placed } = result;
    const evaluations = evaluationOf(shop.id, input.seed ?? 1, result);
    const version = `${new Date(createdAt).toISOString().replace(/[-:]|\.\d+/g, '')}-${randomBytes(2).toString('hex')}`;
    const metrics = evaluations.flatMap(({ protocol, rows }) => rows.map(({ model, metrics: values }) => ({ model: `${model} (${protocol.split(':')[0]})`, metrics: values })));
    const { validationFrom, testFrom } = learned.full.split;
    const { hash, bytes } = await storeModel(ctx, shop, { packed: result.packed, manifest: { version, metrics }, config: { validationFrom, testFrom, learnedTo: result.learned.learnedTo }, evaluations, createdAt });
    const score = { at: createdAt, cases: onNew.cases, ndcg: onNew.live.ndcg, coPurchase: onNew.coPurchase.ndcg };
    const wantsTraining = await keepLearned(ctx, shop.id, {
      hash, learned: result.learned, scores: [...stored.scores, ...(onNew.cases > 0 ? [score] : [])], createdAt, fullAt: stored.fullAt,
    });
    const seconds = { read, ...result.seconds };
    const outcome = input.publish ? await publishUnlessBroken(ctx, shop.id, hash, result) : {};
    await finishRun(db, shop.id, runId, {
      status: 'done', result: { artifact: hash, seconds, onNew: { cases: onNew.cases, ndcg: onNew.live.ndcg, coPurchase: onNew.coPurchase.ndcg }, learned: { groups, placed }, wantsTraining, ...outcome }, finishedAt: clock(),
    });
    ctx.log.info('updated', { shop: shop.id, run: runId, groups, placed, wantsTraining });
    return { runId, artifactHash: hash, bytes, onNew, after, groups, placed, wantsTraining, seconds, ...outcome };
  } catch (cause) {
    const error = trainingFailure(cause);
    // An update is short: one that was stopped begins anew, so there is no file to go on from.
    await endRun(ctx, shop.id, runId, { error, stopped: input.signal?.aborted === true, queued: input.runId !== undefined, checkpointFile: join(ctx.config.home, 'training', `${encodeURIComponent(shop.id)}.update`) });
    throw error;
  }
}

/** The model before the update on what came after it, as `shipped`; and the updated one, which has learned from that, as `final`. */
function evaluationOf(dataset: string, seed: number, { onNew: { cases, live, coPurchase }, after }: UpdateResult): Evaluation[] {
  if (cases === 0) return [];
  const row = (model: string, { ndcg, hr }: typeof live) => ({ model, metrics: { 'NDCG@20': ndcg, 'HR@20': hr }, seconds: 0 });
  return [{
    dataset, goal: 'view', seed, cases, final: { shipped: after },
    protocol: 'update: the model before it, on the orders and visits that came after that one; all tasks together, all items ranked',
    rows: [row('shipped', live), row('co-purchase', coPurchase)],
  }];
}

async function publishUnlessBroken(ctx: Context, shop: string, hash: string, { onNew: { cases, live }, after }: UpdateResult): Promise<Pick<UpdateShopResult, 'sequence' | 'notPublished'>> {
  if (cases >= FEWEST_CASES && after < live.ndcg * BROKEN) {
    return { notPublished: `Not published: having learned from the new orders and visits, its NDCG@20 on them fell from ${live.ndcg.toFixed(4)} to ${after.toFixed(4)}. The live release is unchanged.` };
  }
  return { sequence: (await publishRelease(ctx, { shop, hash, force: true })).sequence };
}
