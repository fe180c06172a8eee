import type { Evaluation } from '../pipeline/types.ts';
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

/** The machine-readable form: the first evaluation's fields, the others beside it. */
export function evaluationJson(evaluations: readonly Evaluation[]): object {
  const [first, ...others] = evaluations;
  return { ...first, others };
}
