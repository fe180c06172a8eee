import { availableParallelism } from 'node:os';
import type { TrainingPath } from './choose-device.ts';
import type { Learner } from './learner.ts';
import type { RecommendationProblem } from './recommendation-problem.ts';
import { loadKernels } from './simd/load-kernels.ts';
import { createSimdLearner } from './simd/simd-learner.ts';
import { createTfjsLearner } from './tfjs-learner.ts';

/** More threads wait for each other more than they compute. */
const MOST_THREADS = 8;

/** The learner of a path. For every path but `simd`, tfjs must be ready with its backend. */
export async function createLearner(problem: RecommendationProblem, path: TrainingPath): Promise<Learner> {
  if (path !== 'simd') return createTfjsLearner(problem);
  return createSimdLearner(problem, { kernels: await loadKernels(), threads: Math.min(MOST_THREADS, availableParallelism()) });
}
