import { buildCases, type Case, type Task, TASKS } from '../dataset/cases.ts';
import { createRandom } from '../dataset/random.ts';
import type { Sequences } from '../dataset/sequences.ts';

const VALIDATION_CASES = 600;

/** Cases of the validation groups by which settings are chosen, a sample of each task. */
export function validationCases(sequences: Sequences, seed: number): Map<Task, Case[]> {
  return new Map(TASKS.map((task) => [task, buildCases(sequences, task, sequences.train, sequences.validation, createRandom(seed), VALIDATION_CASES)]));
}
