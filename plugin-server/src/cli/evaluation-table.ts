import type { Evaluation, EvaluationRow } from '../pipeline/types.ts';
import { bytes, count, duration, formatTable } from './table.ts';

/** An evaluation as a person reads it: the shipped model first, its baselines beside it. */
export function formatEvaluation(evaluation: Evaluation): string {
  const names = [...new Set(evaluation.rows.flatMap((row) => Object.keys(row.metrics)))];
  const table = formatTable(
    [{ heading: 'Model' }, ...names.map((heading) => ({ heading, align: 'right' as const })), { heading: 'Time', align: 'right' }, { heading: 'Size', align: 'right' }],
    evaluation.rows.map((row) => [
      row.model, ...names.map((name) => (name in row.metrics ? row.metrics[name].toFixed(4) : '')),
      duration(row.seconds), row.bytes === undefined ? '' : bytes(row.bytes),
    ]));
  return `${evaluation.dataset}: ${evaluation.protocol}\n${count(evaluation.cases)} cases, goal ${evaluation.goal}, seed ${evaluation.seed}\n\n${table}`;
}

/** Columns of an evaluation on files. */
const FILE_COLUMNS = ['P@20', 'MRR@20', 'HR@10', 'NDCG@10', 'coverage', 'popularity bias'] as const;

/** An evaluation on files: metrics with their standard errors, in the order the models were run. */
export function formatFileEvaluation(evaluation: Evaluation): string {
  const table = formatTable(
    [{ heading: 'Model' }, ...[...FILE_COLUMNS, 'Learn', 'Answer', 'Size'].map((heading) => ({ heading, align: 'right' as const }))],
    evaluation.rows.map((row) => [row.model, ...fileCells(row), ...fileCosts(row)]));
  return `${evaluation.dataset}, ${evaluation.protocol}\n${count(evaluation.cases)} predictions, seed ${evaluation.seed}\n\n${table}`;
}

function fileCells({ metrics, errors }: EvaluationRow): string[] {
  return FILE_COLUMNS.map((name) => metrics[name].toFixed(4) + (errors && name in errors ? ` ±${errors[name].toFixed(4)}` : ''));
}

function fileCosts({ seconds, learning = 0, bytes: size }: EvaluationRow): string[] {
  return [duration(learning), duration(seconds - learning), size === undefined ? '' : bytes(size)];
}

/** The machine-readable form: the first evaluation's fields, the others beside it. */
export function evaluationJson(evaluations: readonly Evaluation[]): object {
  const [first, ...others] = evaluations;
  return { ...first, others };
}
