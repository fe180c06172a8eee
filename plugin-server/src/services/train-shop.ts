import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { VitrineError } from '@vitrine/sdk/core';
import type { Device } from '../config.ts';
import type { Context } from '../context.ts';
import { removeCheckpointFile } from '../pipeline/train/checkpoint-file.ts';
import { trainInWorker, type WorkerHooks } from '../pipeline/train/train-in-worker.ts';
import { trainingFailure } from '../pipeline/train/training-failure.ts';
import type { Evaluation, Interactions, SearchTrial, TrainProgress } from '../pipeline/types.ts';
import { readCatalogueContent } from '../store/catalogue-content.ts';
import { findLiveRelease } from '../store/releases.ts';
import { createRun, findRun, finishRun, updateRunProgress } from '../store/runs.ts';
import { keepLearned } from './keep-learned.ts';
import { publishRelease } from './publish-release.ts';
import { readCredibleInteractions } from './read-credible-interactions.ts';
import { readModelFiles } from './read-model.ts';
import { requireShop } from './require-shop.ts';
import { storeModel } from './store-model.ts';

export interface TrainShopInput {
  readonly shop: string;
  /** A queued run to carry out; a new one by default. */
  readonly runId?: string;
  readonly seed?: number;
  readonly epochs?: number;
  /** Publish the model if the gate lets it through; a model that does not pass is a finished run all the same. */
  readonly publish?: boolean;
  /** Searches settings for so long, full training included. */
  readonly searchSeconds?: number;
  /** Milliseconds between two checkpoints. */
  readonly saveEvery?: number;
  /** Limits of the training thread's JavaScript heap; Node's own by default. */
  readonly memory?: WorkerHooks['memory'];
  /** The server's own choice by default. */
  readonly device?: Device;
  readonly onProgress?: (progress: TrainProgress) => void;
  /** One line about the machine: what is trained on and why, what is gone on with. */
  readonly onNote?: (line: string) => void;
  /** Stops the training. It goes on where it stood when it is asked for again within a day. */
  readonly signal?: AbortSignal;
}

export interface TrainShopResult {
  readonly runId: string;
  readonly artifactHash: string;
  readonly bytes: number;
  readonly evaluations: readonly Evaluation[];
  /** What it trained on and why. */
  readonly device: string;
  /** With `searchSeconds`: what the search tried. */
  readonly search?: readonly SearchTrial[];
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

/** What the training thread is told when the owner cancels the run, in whatever process that was. */
export const CANCELLED = 'Training was cancelled. The published release is unchanged.';

/**
 * Trains the recommendation model on what is stored, in a worker thread, and stores the signed artifact with its
 * evaluation. A training that was stopped or killed goes on where it stood.
 *
 * @throws VitrineError `not_found`, `not_enough_data`, `cancelled`; `internal` when the disk or the memory runs out
 */
export async function trainShop(ctx: Context, input: TrainShopInput): Promise<TrainShopResult> {
  const { db, clock } = ctx;
  const shop = await requireShop(ctx, input.shop);
  const runId = input.runId ?? newRunId(clock());
  if (!(await createRun(db, shop.id, { id: runId, status: 'running', startedAt: clock() }))) throw new VitrineError('cancelled', CANCELLED);
  const checkpointFile = join(ctx.config.home, 'training', `${encodeURIComponent(shop.id)}.state`);
  const unwanted = new AbortController();
  try {
    const started = clock();
    const interactions = await readCredibleInteractions(ctx, shop.id);
    checkEnough(interactions);
    const read = (clock() - started) / 1000;
    const live = await findLiveRelease(db, shop.id);

    const notes: string[] = [];
    const history: TrainProgress[] = [];
    const result = await trainInWorker(interactions, {
      dataset: shop.id, seed: input.seed, epochs: input.epochs, searchSeconds: input.searchSeconds, saveEvery: input.saveEvery, memory: input.memory, device: input.device ?? ctx.config.device, checkpointFile,
      signal: AbortSignal.any([unwanted.signal, ...(input.signal ? [input.signal] : [])]),
      // A model that is not whole is no reason not to make another.
      products: await readCatalogueContent(db, shop.id), keepCheckpoint: true,
      live: live && (await readModelFiles(ctx, shop.id, live.hash).catch((error: Error) => void ctx.log.warn('live model not compared', { shop: shop.id, error: error.message }))),
      onResume: (earlier) => { history.push(...earlier); },
      onProgress: recordProgress(ctx, shop.id, runId, { history, report: input.onProgress, unwanted }),
      onNote(line) {
        notes.push(line);
        input.onNote?.(line);
        ctx.log.info('training', { shop: shop.id, run: runId, note: line });
      },
    });
    if ((await findRun(db, shop.id, runId))?.status !== 'running') throw new VitrineError('cancelled', CANCELLED);

    const createdAt = clock();
    const version = `${new Date(createdAt).toISOString().replace(/[-:]|\.\d+/g, '')}-${randomBytes(2).toString('hex')}`;
    const metrics = result.evaluations.flatMap(({ protocol, rows }) => rows.map(({ model, metrics: values }) => ({ model: `${model} (${protocol.split(':')[0]})`, metrics: values })));
    const { hash, bytes, evaluations } = await storeModel(ctx, shop, { packed: result.packed, manifest: { version, metrics }, config: { ...result.split, learnedTo: result.learnedTo }, evaluations: result.evaluations, createdAt });
    await keepLearned(ctx, shop.id, { hash, learned: result.learned!, scores: [], createdAt, fullAt: createdAt });
    removeCheckpointFile(checkpointFile);
    const seconds = { read, ...result.seconds };
    const device = notes[0];
    const outcome = input.publish ? await publishIfBetter(ctx, shop.id, hash) : {};
    await finishRun(db, shop.id, runId, { status: 'done', result: { artifact: hash, seconds, device, search: result.search, ...outcome }, finishedAt: clock() });
    return { runId, artifactHash: hash, bytes, evaluations, seconds, device, search: result.search, ...outcome };
  } catch (cause) {
    const error = trainingFailure(cause);
    await endRun(ctx, shop.id, runId, { error, stopped: input.signal?.aborted === true, queued: input.runId !== undefined, checkpointFile });
    throw error;
  }
}

/** Says in the run why it ended, and keeps the checkpoint where going on from it makes sense. */
export async function endRun(
  { db, clock, log }: Context, shop: string, runId: string,
  end: { readonly error: VitrineError; readonly stopped: boolean; readonly queued: boolean; readonly checkpointFile: string },
): Promise<void> {
  const { error, stopped, queued, checkpointFile } = end;
  const goesOn = stopped || error.code === 'internal'; // the process stops, or disk or memory ran out
  if (!goesOn) removeCheckpointFile(checkpointFile);
  try {
    // The queue takes up what a stopping server leaves.
    if (stopped && queued) await createRun(db, shop, { id: runId, status: 'queued', startedAt: clock() });
    else {
      await finishRun(db, shop, runId, {
        status: error.code === 'cancelled' ? 'cancelled' : 'failed', result: { error: error.message }, finishedAt: clock(),
      });
    }
  } catch (cause) {
    // A full disk refuses this too. The reason must reach the person all the same.
    log.error('run not stored', { shop, run: runId, error: (cause as Error).message });
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

export function recordProgress(
  ctx: Context, shop: string, runId: string, { history, report, unwanted }: { readonly history: TrainProgress[]; readonly report?: (progress: TrainProgress) => void; readonly unwanted: AbortController },
) {
  let written = 0;
  return (progress: TrainProgress) => {
    report?.(progress);
    const endOfEpoch = progress.step === progress.steps && progress.validation !== undefined;
    if (endOfEpoch) history.push(progress);
    if (!endOfEpoch && ctx.clock() - written < PROGRESS_EVERY) return;
    written = ctx.clock();
    updateRunProgress(ctx.db, shop, runId, progress, history).then(
      (wanted) => { if (!wanted) unwanted.abort(); },
      (error: Error) => ctx.log.warn('progress not stored', { error: error.message }));
  };
}
