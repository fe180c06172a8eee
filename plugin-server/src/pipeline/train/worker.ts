import './tfjs-resolution.ts';
import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import type { TrainProgress } from '../types.ts';
import type { FromWorker, ToWorker } from './train-in-worker.ts';
import { trainingFailure } from './training-failure.ts';

// The training thread: one line, then it ends. The server's own thread keeps answering.
const port = parentPort!;
const { interactions, options, update, cancel, live } = workerData as ToWorker;
const { device = 'auto', softwareGpu, checkpointFile, ...line } = options;
const post = (message: FromWorker) => port.postMessage(message);
const note = (text: string) => post({ type: 'note', line: text });

/** Linux gives each thread a priority of its own, handed on to the threads it starts: requests go before training, whatever the server itself was started with. */
const NICE = 19;

try {
  if (process.platform === 'linux') setPriority(NICE);
  const [{ startDevice }, { runLine }, { updateLine }, { loadTraining, saveTraining }, { loadModel }] =
    await Promise.all([import('./choose-device.ts'), import('../run.ts'), import('../update-line.ts'), import('./saved-training.ts'), import('../publish/load-model.ts')]);
  const { path, reason, close } = await startDevice(device, { softwareGpu });
  try {
    note(reason);
    const settings = JSON.stringify({ ...line, known: undefined, products: undefined, saveEvery: undefined });
    const flag = new Int32Array(cancel);
    const hooks = { onProgress: (progress: TrainProgress) => post({ type: 'progress', progress }), cancelled: () => Atomics.load(flag, 0) === 1 };
    const resume = checkpointFile === undefined ? undefined : loadTraining(checkpointFile, { settings, now: Date.now(), note });
    if (resume) post({ type: 'resumed', history: resume.state.history });
    const model = live && loadModel(live);
    const result = update ? await updateLine(interactions, { ...update, ...hooks, live: model!, seed: line.seed, path, consume: true }) : await runLine(interactions, {
      ...line, ...hooks, path, consume: true,
      live: model,
      resume,
      onTrial: ({ settings, share, score }, trials) => note(
        `Search, training ${trials}: ${Object.entries(settings).map(([name, value]) => `${name} ${value}`).join(', ')}; ${Math.round(share * 100)} % of the epochs: NDCG@20 ${score.toFixed(4)}.`),
      save: checkpointFile === undefined ? undefined : (standing) => saveTraining(checkpointFile, standing, { settings, now: Date.now() }),
    });
    post({ type: 'result', result });
  } finally {
    await close();
  }
} catch (error) {
  const { code, message } = trainingFailure(error);
  post({ type: 'error', code, message, stack: (error as Error).stack });
}
