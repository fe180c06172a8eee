import type { StepReport } from '../../../plugin-server/src/pipeline/train/learner.ts';
import { loadKernels } from '../../../plugin-server/src/pipeline/train/simd/load-kernels.ts';
import { createSimdLearner } from '../../../plugin-server/src/pipeline/train/simd/simd-learner.ts';
import { serveSteps } from './serve-steps.ts';
import { makeWorkload, type WorkloadName } from './workload.ts';

// Ours: WORKLOAD THREADS. Making the batches is part of its time.
const [name, threads] = process.argv.slice(2);
const learner = createSimdLearner(makeWorkload(name as WorkloadName), { kernels: await loadKernels(), threads: Number(threads), reportEvery: 1 });

async function* forever(): AsyncGenerator<StepReport, never> {
  // Candidates and dropout depend on the epoch; the first pass has those that the others were given.
  for (let epoch = 0; ; epoch++) yield* learner.steps(epoch, 0);
}
const reports = forever();
await serveSteps(async () => (await reports.next()).value);
learner.dispose();
