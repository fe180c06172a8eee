import { Worker } from 'node:worker_threads';
import { type ErrorCode, VitrineError } from '@vitrine/sdk/core';
import type { LineOptions, LineResult } from '../run.ts';
import type { Interactions, TrainProgress } from '../types.ts';

type PlainOptions = Omit<LineOptions, 'live' | 'clock' | 'onProgress' | 'cancelled'>;

export interface ToWorker {
  readonly interactions: Interactions;
  readonly options: PlainOptions;
  /** Bytes of the artifact live now. */
  readonly live?: Uint8Array;
  /** One shared Int32; 1 asks the worker to stop after the current step. */
  readonly cancel: SharedArrayBuffer;
}

export type FromWorker =
  | { readonly type: 'progress'; readonly progress: TrainProgress }
  | { readonly type: 'result'; readonly result: LineResult }
  | { readonly type: 'error'; readonly code: string; readonly message: string; readonly stack?: string };

/**
 * Runs the line in a thread of its own. The interactions' columns move there: the caller must not use them again.
 * @throws VitrineError what the line throws; `cancelled` when `signal` fires
 */
export function trainInWorker(
  interactions: Interactions,
  options: PlainOptions & { readonly live?: Uint8Array; readonly onProgress?: (progress: TrainProgress) => void; readonly signal?: AbortSignal },
): Promise<LineResult> {
  const { live, onProgress, signal, ...plain } = options;
  const cancel = new SharedArrayBuffer(4);
  const { item, kind, group, actor, time } = interactions;
  const workerData: ToWorker = { interactions, options: plain, live, cancel };
  const worker = new Worker(new URL('./worker.ts', import.meta.url), {
    workerData, transferList: [item, kind, group, actor, time].map((column) => column.buffer as ArrayBuffer),
  });
  const stop = () => Atomics.store(new Int32Array(cancel), 0, 1);
  if (signal?.aborted) stop();
  signal?.addEventListener('abort', stop);
  return new Promise<LineResult>((resolve, reject) => {
    worker.on('message', (message: FromWorker) => {
      if (message.type === 'progress') onProgress?.(message.progress);
      else if (message.type === 'result') resolve(message.result);
      else reject(new VitrineError(message.code as ErrorCode, message.message, { cause: message.stack }));
    });
    worker.on('error', (cause) => reject(new VitrineError('internal', `The training thread failed: ${cause.message}. The published release is unchanged.`, { cause })));
    worker.on('exit', (code) => reject(new VitrineError('internal', `The training thread ended early (exit code ${code}). The published release is unchanged.`)));
  }).finally(() => {
    signal?.removeEventListener('abort', stop);
    void worker.terminate();
  });
}
