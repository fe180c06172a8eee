import type { Evaluation } from '../types.ts';

const METRIC = 'NDCG@20';
/** A candidate may be this much worse than the live model: about the noise of the test cases. */
const TOLERANCE = 0.99;
/** With fewer test cases no comparison means anything. */
const FEWEST_CASES = 20;

/**
 * May this model go live? It must beat popularity and co-purchase, and must not fall behind the live model.
 * Tasks weigh by their number of cases.
 * @returns undefined when it may; otherwise one line that says why not
 */
export function gate(evaluations: readonly Evaluation[]): string | undefined {
  const cases = evaluations.reduce((sum, evaluation) => sum + evaluation.cases, 0);
  if (cases < FEWEST_CASES) {
    return `there are only ${cases} test cases, and at least ${FEWEST_CASES} are needed; import more orders, or publish with --force`;
  }
  const mean = (model: string): number | undefined => {
    const rows = evaluations.map((evaluation) => ({ cases: evaluation.cases, row: evaluation.rows.find((row) => row.model === model) }));
    if (rows.some(({ row }) => row === undefined)) return undefined;
    return rows.reduce((sum, { cases: weight, row }) => sum + weight * row!.metrics[METRIC], 0) / cases;
  };
  const shipped = mean('shipped');
  if (shipped === undefined) return 'the model was not evaluated; train again';
  for (const baseline of ['popularity', 'co-purchase']) {
    const value = mean(baseline);
    if (value !== undefined && shipped <= value) {
      return `its ${METRIC} ${shipped.toFixed(4)} does not beat ${baseline} (${value.toFixed(4)})`;
    }
  }
  const live = mean('live');
  if (live !== undefined && shipped < live * TOLERANCE) {
    return `its ${METRIC} ${shipped.toFixed(4)} falls behind the live model (${live.toFixed(4)})`;
  }
  return undefined;
}
