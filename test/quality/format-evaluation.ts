import { bytes, count, duration } from '../../plugin-server/src/cli/table.ts';
import type { Evaluation } from '../../plugin-server/src/pipeline/types.ts';
import { markdownTable } from '../bench/markdown-table.ts';

/** An evaluation in Markdown: metrics, with one standard error where it is known, and what they cost. */
export function markdownEvaluation({ dataset, protocol, cases, seed, rows }: Evaluation): string {
  const names = [...new Set(rows.flatMap(({ metrics }) => Object.keys(metrics)))];
  const table = markdownTable(['model', ...[...names, 'time', 'size'].map((name) => `>${name}`)], rows.map((row) => [
    row.model,
    ...names.map((name) => (name in row.metrics ? row.metrics[name].toFixed(4) + (row.errors?.[name] ? ` ±${row.errors[name].toFixed(4)}` : '') : '')),
    duration(row.seconds), row.bytes === undefined ? '' : bytes(row.bytes),
  ]));
  return `${dataset}, ${protocol}. ${count(cases)} predictions, seed ${seed}.\n\n${table}`;
}
