import { decodeArtifact, encodeArtifact, GOALS, loadRecommendation, type RecommendationModel, VitrineError } from '@vitrine/sdk/core';
import type { Device } from '../../../config.ts';
import { type Case, type Task, VIEW } from '../../dataset/cases.ts';
import { createRandom } from '../../dataset/random.ts';
import { trainInWorker } from '../../train/train-in-worker.ts';
import type { Checkpoint, SearchTrial, TrainProgress } from '../../types.ts';
import { samplePredictions } from './choose-settings.ts';
import { listCount } from './lists.ts';
import type { Problem } from './problem.ts';

export interface TrainOnListsOptions {
  readonly seed: number;
  readonly withoutSeen: boolean;
  readonly epochs?: number;
  /** Searches learning rate, dropout, batch size, temperature and length for so many seconds, full training included. */
  readonly searchSeconds?: number;
  readonly device?: Device;
  /** One line about the machine. */
  readonly onNote?: (line: string) => void;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: TrainProgress) => void;
}

export interface TrainedOnLists {
  readonly checkpoint: Checkpoint;
  /** The artifact as it would ship, unsigned. */
  readonly file: Uint8Array;
  /** Decoded from `file`. */
  readonly model: RecommendationModel;
  /** What a search found best. */
  readonly settings?: Readonly<Record<string, number>>;
  /** Seconds by stage. */
  readonly seconds: Readonly<Record<string, number>>;
}

/** Validation predictions that choose epoch and settings. */
const QUESTIONS = 1000;

/**
 * Trains our model with a shop's defaults on the lists of a problem: every list is a visit, every item a page looked at,
 * in order, repeats kept. It learns from `train` only: what chooses epoch and settings, the validation predictions, is not
 * learned from once more as the baselines do.
 */
export async function trainOnLists(problem: Problem, options: TrainOnListsOptions): Promise<TrainedOnLists> {
  const { train, itemIds } = problem;
  const { seed, epochs, searchSeconds, device, signal, onProgress, onNote } = options;
  const count = train.item.length;
  const lists = listCount(train);
  const group = new Int32Array(count);
  for (let list = 0; list < lists; list++) group.fill(list, train.start[list], train.start[list + 1]);
  const result = await trainInWorker({
    itemIds, item: train.item.slice(), kind: new Uint8Array(count).fill(VIEW), group,
    actor: new Int32Array(count).fill(-1), time: Float64Array.from(group),
  }, {
    dataset: 'lists', seed, epochs, searchSeconds, device, signal, onProgress, onNote, keepRepeats: true, keepCheckpoint: true,
    split: { validationFrom: lists, testFrom: lists },
    questions: new Map<Task, Case[]>([['next-view', questions(problem, options)]]),
  }).catch((error: unknown) => {
    if (signal?.aborted) throw new VitrineError('cancelled', 'Evaluation stopped.', { cause: error }); // nothing was published that could change
    throw error;
  });
  const { packed } = result;
  const file = await encodeArtifact(
    { family: 'recommendation', audience: 'browser', shop: 'evaluation', version: '1', createdAt: new Date(0).toISOString(), config: { ...packed.config }, metrics: [] },
    packed.tensors, async () => new Uint8Array(64));
  return { checkpoint: result.checkpoint!, file, model: loadRecommendation(decodeArtifact(file)), seconds: result.seconds, settings: bestSettings(result.search) };
}

/** Of the best full training. */
function bestSettings(search: readonly SearchTrial[] = []): SearchTrial['settings'] | undefined {
  return search.filter(({ share }) => share === 1).sort((a, b) => b.score - a.score)[0]?.settings;
}

/** Validation predictions as the trainer asks them. */
export function questions({ validation }: Problem, { seed, withoutSeen }: TrainOnListsOptions): Case[] {
  const { item, from, to, target } = samplePredictions(validation, createRandom(seed), QUESTIONS);
  const goal = GOALS.indexOf('view');
  return Array.from(target.keys()).filter((p) => to[p] > from[p] && target[p] >= 0).map((p) => {
    const items = Array.from(item.subarray(from[p], to[p]));
    return { goal, items, kinds: items.map(() => VIEW), targets: [target[p]], withoutSeen };
  });
}
