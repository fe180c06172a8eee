import type { Evaluation } from '../types.ts';

const METRIC = 'NDCG@20';
/** A candidate may be this much worse than the live model: about the noise of the test cases. */
const TOLERANCE = 0.99;
/** A model that has learned from the test cases and ranks them so much worse than one that had not is broken. */
const BROKEN = 0.97;
/** With fewer test cases no comparison means anything. */
const FEWEST_CASES = 20;

/**
 * May this model go live? What was learned without the test cases must beat popularity and co-purchase; the model that ships, which
 * has learned from them, must not be broken; and it must not fall behind the live model.
 * Tasks weigh by their number of cases.
 * @returns undefined when it may; otherwise one line that says why not
 */
export function gate(evaluations: readonly Evaluation[]): string | undefined {
  const cases = evaluations.reduce((sum, evaluation) => sum + evaluation.cases, 0);
  if (cases < FEWEST_CASES) {
    return `there are only ${cases} test cases, and at least ${FEWEST_CASES} are needed; import more orders, or publish with --force`;
  }
  const average = (value: (evaluation: Evaluation) => number | undefined): number | undefined => {
    const values = evaluations.map(value);
    if (values.some((one) => one === undefined)) return undefined;
    return values.reduce<number>((sum, one, at) => sum + evaluations[at].cases * one!, 0) / cases;
  };
  const mean = (model: string) => average(({ rows }) => rows.find((row) => row.model === model)?.metrics[METRIC]);
  const shipped = mean('shipped');
  if (shipped === undefined) return 'the model was not evaluated; train again';
  for (const baseline of ['popularity', 'co-purchase']) {
    const value = mean(baseline);
    if (value !== undefined && shipped <= value) {
      return `its ${METRIC} ${shipped.toFixed(4)} does not beat ${baseline} (${value.toFixed(4)})`;
    }
  }
  const final = average((evaluation) => evaluation.final?.shipped);
  if (final !== undefined && final < shipped * BROKEN) {
    return `learned once more from all data, its ${METRIC} fell from ${shipped.toFixed(4)} to ${final.toFixed(4)}; train again`;
  }
  const lives = [[shipped, mean('live')], [final, average((evaluation) => evaluation.final?.live)]] as const;
  for (const [own, live] of lives) {
    if (own !== undefined && live !== undefined && own < live * TOLERANCE) {
      return `its ${METRIC} ${own.toFixed(4)} falls behind the live model (${live.toFixed(4)})`;
    }
  }
  return undefined;
}
