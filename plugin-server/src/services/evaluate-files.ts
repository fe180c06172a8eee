import { access, constants, mkdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { VitrineError } from '@vitrine/sdk/core';
import { evaluateProblem, type EvaluateProblemOptions } from '../pipeline/evaluate/files/evaluate-problem.ts';
import { instancesProblem, leaveOneOutProblem, nextItemProblem, type Problem, type Protocol } from '../pipeline/evaluate/files/problem.ts';
import { joinInstances, readInstances, readSessions, readUsers, type ReadOptions, Vocabulary } from '../pipeline/evaluate/files/read-lists.ts';
import type { Evaluation } from '../pipeline/types.ts';

export interface EvaluateFilesInput extends Omit<EvaluateProblemOptions, 'dataset'> {
  readonly protocol: Protocol;
  /** Path of what is learned from; for `leave-one-out` of everything. */
  readonly sessions: string;
  /** Path of the test; not for `leave-one-out`. */
  readonly test?: string;
  /** Folder for our model's artifact and the evaluation as JSON; made where it is absent. */
  readonly out?: string;
}

/**
 * Evaluates our model and its baselines on plain files, without a shop or a database.
 * @throws VitrineError `bad_input` with line numbers, `not_enough_data`, `cancelled`
 */
export async function evaluateFiles(input: EvaluateFilesInput): Promise<Evaluation> {
  if (input.out !== undefined) await makeFolder(input.out);
  const problem = await readProblem(input);
  const { evaluation, trained } = await evaluateProblem(problem, { ...input, dataset: basename(input.sessions) });
  if (input.out !== undefined) {
    await writeFile(join(input.out, 'evaluation.json'), `${JSON.stringify(evaluation, null, 2)}\n`);
    if (trained) await writeFile(join(input.out, 'model.vtrn'), trained.shipped.file);
  }
  return evaluation;
}

/** Before hours of work, not after. */
async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
    await access(path, constants.W_OK);
  } catch (cause) {
    throw new VitrineError('bad_input', `${path}: no folder that can be written to. Give --out another one.`, { cause });
  }
}

/** Reads files as the protocol says. */
export async function readProblem(
  { protocol, sessions, test, signal, onProgress }: Pick<EvaluateFilesInput, 'protocol' | 'sessions' | 'test' | 'signal' | 'onProgress'>,
): Promise<Problem> {
  const vocabulary = new Vocabulary();
  const learn = (id: string) => vocabulary.add(id);
  const find = (id: string) => vocabulary.find(id);
  const reading = (path: string): ReadOptions => ({ signal, onProgress: (share) => onProgress?.(() => `reading ${basename(path)}: ${Math.round(share * 100)} %`) });
  if (protocol === 'leave-one-out') return leaveOneOutProblem(await readUsers(sessions, learn, reading(sessions)), vocabulary.ids);
  if (protocol === 'instances') {
    const training = joinInstances(await readInstances(sessions, learn, reading(sessions)));
    return instancesProblem(training, await readInstances(test!, find, reading(test!)), vocabulary.ids);
  }
  const training = await readSessions(sessions, learn, reading(sessions));
  return nextItemProblem(training, await readSessions(test!, find, reading(test!)), vocabulary.ids);
}
