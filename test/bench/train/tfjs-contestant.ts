import '../../../plugin-server/src/pipeline/train/tfjs-resolution.ts';
import { createRequire } from 'node:module';
import { dirname, sep } from 'node:path';
import { serveSteps } from './serve-steps.ts';
import { makeWorkload, packWorkload, type WorkloadName } from './workload.ts';

// tfjs on WebAssembly, one thread (more of them it does not have in Node): WORKLOAD, and `kernels` or `stock`. Batches are made before.
const [name, kind] = process.argv.slice(2);
const tf = await import('@tensorflow/tfjs-core');
const { batchLoss } = await import('../../../plugin-server/src/pipeline/train/recommendation-problem.ts');
const { createTfjsLearner } = await import('../../../plugin-server/src/pipeline/train/tfjs-learner.ts');
const { padBatch } = await import('../../../plugin-server/src/pipeline/train/simd/padded-batch.ts');
type TrainingBatch = ReturnType<typeof padBatch>;

if (kind === 'kernels') {
  const { startTfjs } = await import('../../../plugin-server/src/pipeline/train/start-tfjs.ts');
  await startTfjs();
} else {
  await startStock();
}

const problem = makeWorkload(name as WorkloadName);
const keep = 1 / (1 - problem.dropout);
const batches = packWorkload(problem).map((packed) => padBatch(packed, problem.config.dim));
const learner = createTfjsLearner<TrainingBatch, TrainingBatch>({
  start: problem.start, factors: problem.factors, learningRate: () => 0.002, loss: batchLoss,
  *sources() { for (;;) yield* batches; },
  batch: (batch) => (problem.dropout === 0 ? batch : { ...batch, sessions: { ...batch.sessions, dropout: dropoutMask(batch) } }),
});

function dropoutMask({ sessions: { items: { shape: [b, t] } } }: TrainingBatch) {
  const mask = new Float32Array(b * t * problem.config.dim);
  for (let i = 0; i < mask.length; i++) if (Math.random() >= problem.dropout) mask[i] = keep;
  return tf.tensor3d(mask, [b, t, problem.config.dim]);
}

const reports = learner.steps(0, 0)[Symbol.asyncIterator]();
await serveSteps(async () => (await reports.next()).value);

/** tfjs as it comes, but for the sum by segment: without it the gradient of a gather does not exist. */
async function startStock(): Promise<void> {
  const wasm = await import('@tensorflow/tfjs-backend-wasm');
  await import('@tensorflow/tfjs-core/dist/register_all_gradients.js' as string);
  wasm.setWasmPaths(dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm.wasm')) + sep);
  await tf.setBackend('wasm');
  await tf.ready();
  const backend = tf.backend() as import('@tensorflow/tfjs-backend-wasm').BackendWasm;
  tf.registerKernel({
    kernelName: 'UnsortedSegmentSum', backendName: 'wasm',
    kernelFunc: ({ inputs, attrs }) => {
      const x = inputs.x as import('@tensorflow/tfjs-core').TensorInfo;
      const { numSegments } = attrs as unknown as { numSegments: number };
      const width = x.shape.slice(1).reduce((product, axis) => product * axis, 1);
      const out = backend.makeOutput([numSegments, ...x.shape.slice(1)], 'float32');
      const view = (info: import('@tensorflow/tfjs-core').TensorInfo) => backend.typedArrayFromHeap(info as import('@tensorflow/tfjs-core').Tensor);
      const [source, segment, target] = [view(x), view(inputs.segmentIds as typeof x), view(out).fill(0)];
      for (let i = 0; i < segment.length; i++) {
        for (let j = 0, from = i * width, to = segment[i] * width; j < width; j++) target[to + j] += source[from + j];
      }
      return out;
    },
  });
}
