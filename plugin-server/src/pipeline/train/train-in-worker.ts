import { Worker } from 'node:worker_threads';
import { type ErrorCode, VitrineError } from '@vitrine/sdk/core';
import type { Device } from '../../config.ts';
import type { LineOptions, LineResult } from '../run.ts';
import type { UpdateOptions, UpdateResult } from '../update-line.ts';
import type { Interactions, TrainProgress } from '../types.ts';
import type { DeviceOptions } from './choose-device.ts';
import { trainingFailure } from './training-failure.ts';

type PlainOptions = Omit<LineOptions, 'live' | 'clock' | 'onProgress' | 'cancelled' | 'resume' | 'save' | 'path' | 'onTrial'> & DeviceOptions & {
  /** What to train on; `auto` by default. */
  readonly device?: Device;
  /** File that keeps where the training stands. A training stopped before goes on from it; the caller removes it at the end. */
  readonly checkpointFile?: string;
};

export interface ToWorker {
  readonly interactions: Interactions;
  readonly options: PlainOptions;
  /** Goes on from a model instead of training one from the beginning. */
  readonly update?: Pick<UpdateOptions, 'learned' | 'products'>;
  /** The files of the model live now, its artifact first. */
  readonly live?: readonly Uint8Array[];
  /** One shared Int32; 1 asks the worker to stop after the current step. */
  readonly cancel: SharedArrayBuffer;
}

export type FromWorker =
  | { readonly type: 'progress'; readonly progress: TrainProgress }
  | { readonly type: 'resumed'; readonly history: readonly TrainProgress[] }
  | { readonly type: 'note'; readonly line: string }
  | { readonly type: 'result'; readonly result: LineResult | UpdateResult }
  | { readonly type: 'error'; readonly code: string; readonly message: string; readonly stack?: string };

export interface WorkerHooks {
  /** The files of the model live now, its artifact first. */
  readonly live?: readonly Uint8Array[];
  readonly onProgress?: (progress: TrainProgress) => void;
  /** What an earlier training has reported that this one goes on with. */
  readonly onResume?: (history: readonly TrainProgress[]) => void;
  /** One line about the machine: what is trained on and why, what is gone on with. */
  readonly onNote?: (line: string) => void;
  readonly signal?: AbortSignal;
  /** Limits of the thread's JavaScript heap. */
  readonly memory?: { readonly maxOldGenerationSizeMb?: number };
}

/**
 * Runs the line in a thread of its own. The interactions' columns move there: the caller must not use them again.
 * @throws VitrineError what the line throws; `cancelled` when `signal` fires; `internal`, with the reason, when the disk
 * or the memory runs out
 */
export async function trainInWorker(interactions: Interactions, options: PlainOptions & WorkerHooks): Promise<LineResult> {
  return await inWorker(interactions, options) as LineResult;
}

/**
 * Runs the line of a daily update in a thread of its own, like `trainInWorker`.
 * @param options.live the files of the model that is gone on from
 */
export async function updateInWorker(
  interactions: Interactions, { learned, products, ...options }: Pick<UpdateOptions, 'learned' | 'products'> & PlainOptions & WorkerHooks & { readonly live: readonly Uint8Array[] },
): Promise<UpdateResult> {
  return await inWorker(interactions, options, { learned, products }) as UpdateResult;
}

async function inWorker(interactions: Interactions, options: PlainOptions & WorkerHooks, update?: ToWorker['update']): Promise<LineResult | UpdateResult> {
  const { live, onProgress, onResume, onNote, signal, memory, ...plain } = options;
  if (signal?.aborted) throw new VitrineError('cancelled', 'Training was cancelled. The published release is unchanged.');
  const cancel = new SharedArrayBuffer(4);
  const { item, kind, group, actor, time } = interactions;
  const workerData: ToWorker = { interactions, options: plain, update, live, cancel };
  const worker = new Worker(new URL('./worker.ts', import.meta.url), {
    workerData, resourceLimits: memory, transferList: [item, kind, group, actor, time].map((column) => column.buffer as ArrayBuffer),
  });
  const stop = () => Atomics.store(new Int32Array(cancel), 0, 1);
  signal?.addEventListener('abort', stop);
  return new Promise<LineResult | UpdateResult>((resolve, reject) => {
    worker.on('message', (message: FromWorker) => {
      if (message.type === 'progress') onProgress?.(message.progress);
      else if (message.type === 'resumed') onResume?.(message.history);
      else if (message.type === 'note') onNote?.(message.line);
      else if (message.type === 'result') resolve(message.result);
      else reject(new VitrineError(message.code as ErrorCode, message.message, { cause: message.stack }));
    });
    worker.on('error', (cause) => reject(trainingFailure(cause)));
    worker.on('exit', (code) => reject(new VitrineError('internal', `The training thread ended early (exit code ${code}). The published release is unchanged.`)));
  }).finally(() => {
    signal?.removeEventListener('abort', stop);
    void worker.terminate();
  });
}
