import { VitrineError } from '@vitrine/sdk/core';
import { BINARY_METRICS } from '../pipeline/evaluate/tabular/binary-metrics.ts';
import type { TableEvaluation } from '../pipeline/evaluate/tabular/evaluate-table.ts';
import type { ReadTable } from '../pipeline/evaluate/tabular/read-table.ts';
import { evaluateIntent } from '../services/evaluate-intent.ts';
import { type Invocation, optional, required, wholeNumber } from './command.ts';
import { bytes, count, duration, formatTable } from './table.ts';
import { progressLine } from './terminal.ts';

/** Options of `vitrine evaluate intent`, and of no other form of the verb but `seed`. */
export const INTENT_OPTIONS = ['file', 'label', 'drop', 'time', 'folds'] as const;

/** `vitrine evaluate intent --file …`: no shop, no database. */
export async function evaluateIntentFile(invocation: Invocation): Promise<TableEvaluation> {
  const { terminal, signal, values } = invocation;
  const extra = Object.keys(values).find((name) => ![...INTENT_OPTIONS, 'seed', 'json', 'help'].includes(name));
  if (extra) throw new VitrineError('bad_usage', `--${extra} is not for intent. See: vitrine help evaluate`);
  const evaluation = await evaluateIntent({
    file: required(invocation, 'file', 'visits.csv'), label: required(invocation, 'label', 'Revenue'), drop: names(optional(invocation, 'drop')), time: optional(invocation, 'time'),
    folds: wholeNumber(invocation, 'folds', 2, 20) ?? 5, seed: wholeNumber(invocation, 'seed', 0, 2 ** 31 - 1) ?? 0, signal, clock: terminal.clock,
    onTable: (read) => describeTable(read).forEach(terminal.note), onProgress: progressLine(terminal),
    onFold: (fold, { shipped }) => terminal.note(`fold ${fold + 1}: shipped ROC-AUC ${shipped['ROC-AUC'].toFixed(4)}, PR-AUC ${shipped['PR-AUC'].toFixed(4)}`),
  });
  if (!values.json) terminal.out(formatTableEvaluation(evaluation));
  return evaluation;
}

const names = (text: string | undefined): string[] => text?.split(',').map((name) => name.trim()).filter((name) => name !== '') ?? [];

const KIND_WORDS = { number: 'numbers', code: 'whole-number codes', word: 'words', boolean: 'yes or no' } as const;
const LEFT_OUT = { constant: 'it has one value only', id: 'its values never repeat, so it is an id', text: 'nearly each row has its own words' } as const;

/** What was found in a file, a line a kind, and why columns are left out. */
function describeTable({ name, table, kinds }: ReadTable): string[] {
  const yes = table.labels.reduce((sum, label) => sum + label, 0);
  return [
    `${name}: ${count(table.labels.length)} rows, ${count(yes)} of them ${table.positive} (${((100 * yes) / table.labels.length).toFixed(1)} %)`,
    ...Object.entries(KIND_WORDS).flatMap(([kind, words]) => {
      const found = kinds.filter((column) => column.kind === kind).map((column) => column.name + (column.missing > 0 ? ` (${count(column.missing)} missing)` : ''));
      return found.length === 0 ? [] : [`${words}: ${found.join(', ')}`];
    }),
    ...kinds.flatMap(({ name: column, kind }) => (kind in LEFT_OUT ? [`${column} is left out: ${LEFT_OUT[kind as keyof typeof LEFT_OUT]}`] : [])),
  ];
}

/** Means over the folds, and after ± their standard deviation. */
export function formatTableEvaluation({ dataset, protocol, seed, rows, models }: TableEvaluation): string {
  const table = formatTable(
    [{ heading: 'Model' }, ...[...BINARY_METRICS, 'Time', 'Size'].map((heading) => ({ heading, align: 'right' as const }))],
    models.map(({ model, metrics, spread, seconds, bytes: size }) => [
      model, ...BINARY_METRICS.map((name) => `${metrics[name].toFixed(4)} ±${spread[name].toFixed(4)}`), duration(seconds), size === undefined ? '' : bytes(size),
    ]));
  return `${dataset}, ${protocol}\n${count(rows)} rows, seed ${seed}\n\n${table}`;
}
