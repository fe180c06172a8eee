import { VitrineError } from '@vitrine/sdk/core';
import { DEVICES } from '../config.ts';
import { MODELS, type ModelName } from '../pipeline/evaluate/files/evaluate-problem.ts';
import { PROTOCOLS } from '../pipeline/evaluate/files/problem.ts';
import type { Evaluation } from '../pipeline/types.ts';
import { evaluateFiles } from '../services/evaluate-files.ts';
import { type Invocation, oneOf, optional, required, timeSpan, wholeNumber } from './command.ts';
import { formatFileEvaluation } from './evaluation-table.ts';
import { duration } from './table.ts';
import { progressLine } from './terminal.ts';

/** `vitrine evaluate recommendation --sessions …`: no shop, no database. */
export async function evaluateFromFiles(invocation: Invocation): Promise<Evaluation> {
  const { terminal, signal, values } = invocation;
  const sessions = required(invocation, 'sessions', 'train.txt');
  const protocol = oneOf(invocation, 'protocol', PROTOCOLS) ?? 'next-item';
  const test = protocol === 'leave-one-out' ? undefined : required(invocation, 'test', 'test.txt');
  if (protocol === 'leave-one-out' && values.test !== undefined) throw new VitrineError('bad_usage', '--test is not for --protocol leave-one-out: the last item of each line is the test.');
  const evaluation = await evaluateFiles({
    protocol, sessions, test, signal, out: optional(invocation, 'out'), clock: terminal.clock,
    models: chosenModels(optional(invocation, 'model')), withoutSeen: values['without-seen'] === true,
    seed: wholeNumber(invocation, 'seed', 0, 2 ** 31 - 1) ?? 1, epochs: wholeNumber(invocation, 'epochs', 1, 10_000), budget: timeSpan(invocation, 'budget'),
    device: oneOf(invocation, 'device', DEVICES), onProgress: progressLine(terminal), onNote: terminal.note,
    onRow: ({ model, metrics, seconds: taken }) => terminal.note(`${model}: P@20 ${metrics['P@20'].toFixed(4)}, MRR@20 ${metrics['MRR@20'].toFixed(4)} (${duration(taken)})`),
  });
  if (!values.json) terminal.out(formatFileEvaluation(evaluation));
  return evaluation;
}

/** "all", or names separated by commas. @throws VitrineError `bad_usage` */
function chosenModels(text = 'all'): readonly ModelName[] {
  if (text === 'all') return MODELS;
  return text.split(',').map((name) => {
    const model = MODELS.find((known) => known === name.trim());
    if (!model) throw new VitrineError('bad_usage', `--model must be all or some of ${MODELS.join(', ')}, not "${name.trim()}".`);
    return model;
  });
}
