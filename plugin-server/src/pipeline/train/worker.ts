import './tfjs-resolution.ts';
import { parentPort, workerData } from 'node:worker_threads';
import type { FromWorker, ToWorker } from './train-in-worker.ts';

// The training thread: one line, then it ends. The server's own thread keeps answering.
const port = parentPort!;
const { interactions, options, cancel, live } = workerData as ToWorker;
const post = (message: FromWorker) => port.postMessage(message);

try {
  const [{ startTfjs }, { runLine }, { decodeArtifact, loadRecommendation }] =
    await Promise.all([import('./start-tfjs.ts'), import('../run.ts'), import('@vitrine/sdk/core')]);
  await startTfjs();
  const flag = new Int32Array(cancel);
  const result = runLine(interactions, {
    ...options,
    live: live && loadRecommendation(decodeArtifact(live)),
    onProgress: (progress) => post({ type: 'progress', progress }),
    cancelled: () => Atomics.load(flag, 0) === 1,
  });
  post({ type: 'result', result });
} catch (error) {
  const { code, message } = error as { code?: string; message: string };
  post({ type: 'error', code: code ?? 'internal', message, stack: (error as Error).stack });
}
