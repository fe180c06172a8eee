import { randomBytes, webcrypto } from 'node:crypto';
import { decodeArtifact, encodeArtifact, hashArtifact, VitrineError } from '@vitrine/sdk/core';
import type { Context } from '../context.ts';
import { packAttributes } from '../pipeline/compress/pack-attributes.ts';
import { createSigner } from '../pipeline/publish/sign.ts';
import { trainInWorker } from '../pipeline/train/train-in-worker.ts';
import type { Evaluation, Interactions, TrainProgress } from '../pipeline/types.ts';
import { insertArtifact, readArtifactBytes } from '../store/artifacts.ts';
import { readInteractions } from '../store/interactions.ts';
import { findProducts } from '../store/products.ts';
import { findLiveRelease } from '../store/releases.ts';
import { createRun, finishRun, updateRunProgress } from '../store/runs.ts';
import { publishRelease } from './publish-release.ts';
import { requireShop, signingKey } from './require-shop.ts';

export interface TrainShopInput {
  readonly shop: string;
  /** A queued run to carry out; a new one by default. */
  readonly runId?: string;
  readonly seed?: number;
  readonly epochs?: number;
  /** Publish the model if the gate lets it through; a model that does not pass is a finished run all the same. */
  readonly publish?: boolean;
  readonly onProgress?: (progress: TrainProgress) => void;
  readonly signal?: AbortSignal;
}

export interface TrainShopResult {
  readonly runId: string;
  readonly artifactHash: string;
  readonly bytes: number;
  readonly evaluations: readonly Evaluation[];
  /** With `publish`: the release made, or why there is none. */
  readonly sequence?: number;
  readonly notPublished?: string;
  /** Seconds by stage. */
  readonly seconds: Readonly<Record<'read' | 'dataset' | 'train' | 'compress' | 'evaluate', number>>;
}

/** Orders a shop needs before a model is worth training. */
export const FEWEST_ORDERS = 100;
const FEWEST_ITEMS = 2;
/** Milliseconds between two progress writes to the database. */
const PROGRESS_EVERY = 500;

/**
 * Trains the recommendation model on what is stored, in a worker thread, and stores the signed artifact with its
 * evaluation.
 *
 * @throws VitrineError `not_found`, `not_enough_data`, `cancelled`
 */
export async function trainShop(ctx: Context, input: TrainShopInput): Promise<TrainShopResult> {
  const { db, clock } = ctx;
  const shop = await requireShop(ctx, input.shop);
  const runId = input.runId ?? newRunId(clock());
  await createRun(db, shop.id, { id: runId, status: 'running', startedAt: clock() });
  try {
    const started = clock();
    const interactions = await readInteractions(db, shop.id);
    checkEnough(interactions);
    const read = (clock() - started) / 1000;
    const live = await findLiveRelease(db, shop.id);

    const result = await trainInWorker(interactions, {
      dataset: shop.id, seed: input.seed, epochs: input.epochs, signal: input.signal,
      live: live && (await readArtifactBytes(db, shop.id, live.hash))?.file,
      onProgress: recordProgress(ctx, shop.id, runId, input.onProgress),
    });

    const itemIds = result.packed.tensors.get('items')!.data as readonly string[];
    const tensors = new Map([...result.packed.tensors, ...packAttributes(itemIds, await findProducts(db, shop.id, itemIds))]);
    const createdAt = clock();
    const version = `${new Date(createdAt).toISOString().replace(/[-:]|\.\d+/g, '')}-${randomBytes(2).toString('hex')}`;
    const file = await encodeArtifact({
      family: 'recommendation', audience: 'browser', shop: shop.id, version, createdAt: new Date(createdAt).toISOString(),
      config: { ...result.packed.config, ...result.split },
      metrics: result.evaluations.flatMap(({ protocol, rows }) =>
        rows.map(({ model, metrics }) => ({ model: `${model} (${protocol.split(':')[0]})`, metrics }))),
    }, tensors, await createSigner(await signingKey(ctx, shop)));
    const hash = await hashArtifact(file, webcrypto.subtle);
    const evaluations = result.evaluations.map((evaluation) => ({
      ...evaluation, rows: evaluation.rows.map((row) => (row.model === 'shipped' ? { ...row, bytes: file.length } : row)),
    }));
    await insertArtifact(db, shop.id, {
      hash, file, family: 'recommendation', version, audience: 'browser', manifest: decodeArtifact(file).manifest, evaluations, createdAt,
    });
    const seconds = { read, ...result.seconds };
    const outcome = input.publish ? await publishIfBetter(ctx, shop.id, hash) : {};
    await finishRun(db, shop.id, runId, { status: 'done', result: { artifact: hash, seconds, ...outcome }, finishedAt: clock() });
    return { runId, artifactHash: hash, bytes: file.length, evaluations, seconds, ...outcome };
  } catch (error) {
    const cancelled = error instanceof VitrineError && error.code === 'cancelled';
    const message = error instanceof VitrineError ? error.message : 'Training failed for a reason on our side. The published release is unchanged.';
    await finishRun(db, shop.id, runId, { status: cancelled ? 'cancelled' : 'failed', result: { error: message }, finishedAt: clock() });
    throw error;
  }
}

async function publishIfBetter(ctx: Context, shop: string, hash: string): Promise<Pick<TrainShopResult, 'sequence' | 'notPublished'>> {
  try {
    return { sequence: (await publishRelease(ctx, { shop, hash })).sequence };
  } catch (error) {
    if (error instanceof VitrineError && error.code === 'not_better') return { notPublished: error.message };
    throw error;
  }
}

/** Run ids sort by age. */
export function newRunId(now: number): string {
  return `${new Date(now).toISOString().replace(/[-:]|\.\d+/g, '')}-${randomBytes(3).toString('hex')}`;
}

function checkEnough(interactions: Interactions): void {
  const groups = interactions.group.reduce((most, group) => Math.max(most, group + 1), 0);
  const items = interactions.itemIds.length;
  if (groups >= FEWEST_ORDERS && items >= FEWEST_ITEMS) return;
  throw new VitrineError('not_enough_data',
    `Not enough to train on: ${groups} orders and visits with ${items} products still sold; at least ${FEWEST_ORDERS} with ${FEWEST_ITEMS} products are needed. Import more orders or wait for new ones.`);
}

function recordProgress(ctx: Context, shop: string, runId: string, report?: (progress: TrainProgress) => void) {
  const history: TrainProgress[] = [];
  let written = 0;
  return (progress: TrainProgress) => {
    report?.(progress);
    const endOfEpoch = progress.step === progress.steps && progress.validation !== undefined;
    if (endOfEpoch) history.push(progress);
    if (!endOfEpoch && ctx.clock() - written < PROGRESS_EVERY) return;
    written = ctx.clock();
    updateRunProgress(ctx.db, shop, runId, progress, history).catch((error: Error) => ctx.log.warn('progress not stored', { error: error.message }));
  };
}
