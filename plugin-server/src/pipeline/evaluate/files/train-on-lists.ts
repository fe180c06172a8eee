import { decodeArtifact, encodeArtifact, GOALS, loadRecommendation, type RecommendationModel, VitrineError } from '@vitrine/sdk/core';
import type { Device } from '../../../config.ts';
import type { PackedModel } from '../../compress/compress-recommendation.ts';
import { type Case, type Task, VIEW } from '../../dataset/cases.ts';
import { createRandom } from '../../dataset/random.ts';
import { trainInWorker } from '../../train/train-in-worker.ts';
import type { Checkpoint, Interactions, SearchTrial, TrainProgress } from '../../types.ts';
import { samplePredictions } from './choose-settings.ts';
import { type Lists, listCount } from './lists.ts';
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
  readonly shipped: AsShipped;
  /** The same before it learned from what chose the settings: to compare with figures of those who held that back to the end. */
  readonly heldBack: AsShipped;
  /** What a search found best. */
  readonly settings?: Readonly<Record<string, number>>;
  /** Seconds by stage. */
  readonly seconds: Readonly<Record<string, number>>;
}

export interface AsShipped {
  /** The artifact, unsigned. */
  readonly file: Uint8Array;
  /** Decoded from `file`. */
  readonly model: RecommendationModel;
}

/** Validation predictions that choose epoch and settings. */
const QUESTIONS = 2000;

/**
 * Trains our model with a shop's defaults on the lists of a problem: every list is a visit, every item a page looked at,
 * in order, repeats kept. It chooses epoch and settings on the validation predictions, learning from `train`, and then learns from
 * `known` once more, as the baselines do.
 */
export async function trainOnLists(problem: Problem, options: TrainOnListsOptions): Promise<TrainedOnLists> {
  const { seed, epochs, searchSeconds, device, signal, onProgress, onNote } = options;
  const lists = listCount(problem.train);
  const result = await trainInWorker(interactionsOf(problem.train, problem.itemIds), {
    known: interactionsOf(problem.known, problem.itemIds),
    dataset: 'lists', seed, epochs, searchSeconds, device, signal, onProgress, onNote, keepRepeats: true, keepCheckpoint: true,
    split: { validationFrom: lists, testFrom: lists },
    questions: new Map<Task, Case[]>([['next-view', questions(problem, options)]]),
  }).catch((error: unknown) => {
    if (signal?.aborted) throw new VitrineError('cancelled', 'Evaluation stopped.', { cause: error }); // nothing was published that could change
    throw error;
  });
  return {
    checkpoint: result.checkpoint!, shipped: await encode(result.packed), heldBack: await encode(result.candidate!), seconds: result.seconds, settings: bestSettings(result.search),
  };
}

async function encode({ config, tensors }: PackedModel): Promise<AsShipped> {
  const file = await encodeArtifact(
    { family: 'recommendation', audience: 'browser', shop: 'evaluation', version: '1', createdAt: new Date(0).toISOString(), config: { ...config }, metrics: [] },
    tensors, async () => new Uint8Array(64));
  return { file, model: loadRecommendation(decodeArtifact(file)) };
}

/** Each list a visit of somebody unknown, one after the other in time. */
export function interactionsOf({ start, item }: Lists, itemIds: readonly string[]): Interactions {
  const group = new Int32Array(item.length);
  for (let list = 0; list + 1 < start.length; list++) group.fill(list, start[list], start[list + 1]);
  return { itemIds, item: item.slice(), kind: new Uint8Array(item.length).fill(VIEW), group, actor: new Int32Array(item.length).fill(-1), time: Float64Array.from(group) };
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
