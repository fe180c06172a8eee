import { brotliCompressSync } from 'node:zlib';
import { decodeArtifact, encodeArtifact, loadIntent, predictIntent, VitrineError } from '@vitrine/sdk/core';
import { packIntent } from '../../compress/compress-intent.ts';
import { BINARY_METRICS, type BinaryMetricName, type BinaryMetrics, binaryMetrics } from './binary-metrics.ts';
import { type Fold, stratifiedFolds, stratifiedParts, timeFolds } from './folds.ts';
import { fitLogistic } from './logistic.ts';
import { rowOf, type Table } from './table.ts';

/** Models by name, in the order they are shown. */
export const INTENT_MODELS = ['majority', 'logistic regression', 'ensemble', 'shipped'] as const;
export type IntentModelName = (typeof INTENT_MODELS)[number];

/** Fewest rows of each label in the training and the test of a fold. */
const FEWEST = 20;

export interface EvaluateTableOptions {
  readonly dataset: string;
  readonly folds: number;
  readonly seed: number;
  readonly clock: () => number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (line: () => string) => void;
  /** Called when a fold is done. */
  readonly onFold?: (fold: number, metrics: Readonly<Record<IntentModelName, BinaryMetrics>>) => void;
  /** Other models on the same folds: each gives the probabilities of the test rows, in their order. */
  readonly others?: Readonly<Record<string, (fold: Fold, at: number) => ArrayLike<number> | Promise<ArrayLike<number>>>>;
}

export interface TableEvaluationRow {
  readonly model: string;
  /** Mean over the folds. */
  readonly metrics: BinaryMetrics;
  /** Standard deviation over the folds. */
  readonly spread: BinaryMetrics;
  readonly folds: readonly BinaryMetrics[];
  /** To learn and to answer, all folds. */
  readonly seconds: number;
  /** Of the largest artifact among the folds, brotli. */
  readonly bytes?: number;
}

/** The machine-readable form of `vitrine evaluate intent` (`--json`). */
export interface TableEvaluation {
  readonly dataset: string;
  readonly protocol: string;
  readonly seed: number;
  readonly rows: number;
  /** Share of yes. */
  readonly balance: number;
  /** The label's word for yes. */
  readonly positive: string;
  readonly columns: number;
  readonly models: readonly TableEvaluationRow[];
}

/**
 * Trains and scores our model and its baselines on the same folds. Everything that is fitted, from medians to pairs of columns, sees
 * the training rows of its fold only.
 *
 * @throws VitrineError `not_enough_data`, `cancelled`
 */
export async function evaluateTable(table: Table, options: EvaluateTableOptions): Promise<TableEvaluation> {
  const { folds: count, seed, clock, signal } = options;
  await import('../../train/tfjs-resolution.ts');
  const [{ startTfjs }, { trainIntent }] = await Promise.all([import('../../train/start-tfjs.ts'), import('../../train/intent/train-intent.ts')]);
  const folds = table.times ? timeFolds(table.times, count) : stratifiedFolds(table.labels, count, seed);
  folds.forEach((fold) => checkFold(table, fold));
  await startTfjs();

  const results = new Map<string, { folds: BinaryMetrics[]; seconds: number; bytes?: number }>();
  const stop = () => {
    if (signal?.aborted) throw new VitrineError('cancelled', 'Evaluation stopped.');
  };
  for (const [at, fold] of folds.entries()) {
    const actual = Uint8Array.from(fold.test, (row) => table.labels[row]);
    const record = (model: string, started: number, probabilities: ArrayLike<number>, bytes?: number) => {
      const metrics = binaryMetrics(actual, probabilities);
      const known = results.get(model) ?? { folds: [], seconds: 0 };
      results.set(model, { folds: [...known.folds, metrics], seconds: known.seconds + (clock() - started) / 1000, bytes: bytes && Math.max(bytes, known.bytes ?? 0) });
      return metrics;
    };
    const say = (what: string, share: number) => options.onProgress?.(() => `fold ${at + 1} of ${count}: ${what} (${Math.round((100 * (at + share)) / count)} %)`);

    let started = clock();
    const yes = fold.training.reduce((sum, row) => sum + table.labels[row], 0);
    const majority = record('majority', started, new Float64Array(fold.test.length).fill(yes / fold.training.length));
    stop();
    say('logistic regression', 0);
    started = clock();
    const linear = fitLogistic(table, fold.training, stratifiedParts(table.labels, fold.training, 8, seed)[0]);
    const logistic = record('logistic regression', started, Float64Array.from(fold.test, linear.predict));

    started = clock();
    const trained = await trainIntent(table, fold.training, { seed, clock, check: stop, cancelled: () => signal?.aborted ?? false, onProgress: say });
    const ensemble = record('ensemble', started, Float64Array.from(fold.test, (row) => trained.ensemble[row]));
    const packed = packIntent(trained.config, trained.features, trained.params);
    const file = await encodeArtifact(
      { family: 'intent', audience: 'browser', shop: 'evaluation', version: '1', createdAt: new Date(0).toISOString(), config: { ...packed.config }, metrics: [] },
      packed.tensors, async () => new Uint8Array(64));
    const model = loadIntent(decodeArtifact(file));
    const shipped = record('shipped', started, Float64Array.from(fold.test, (row) => predictIntent(model, rowOf(table, row))), brotliCompressSync(file).length);
    for (const [name, predict] of Object.entries(options.others ?? {})) {
      stop();
      say(name, 1);
      started = clock();
      record(name, started, await predict(fold, at));
    }
    options.onFold?.(at, { majority, 'logistic regression': logistic, ensemble, shipped });
  }
  const labels = table.labels.length;
  return {
    dataset: options.dataset, seed, rows: labels, balance: table.labels.reduce((sum, label) => sum + label, 0) / labels, positive: table.positive, columns: table.columns.length,
    protocol: table.times ? `${count} folds by time, each tested on the block after what was learned` : `stratified ${count}-fold, natural balance`,
    models: [...results].map(([model, result]) => ({ model, metrics: overFolds(result.folds, mean), spread: overFolds(result.folds, deviation), ...result })),
  };
}

function checkFold(table: Table, { training, test }: Fold): void {
  for (const [rows, use] of [[training, 'learn from'], [test, 'test on']] as const) {
    const yes = rows.reduce((sum, row) => sum + table.labels[row], 0);
    const least = Math.min(yes, rows.length - yes);
    if (least < FEWEST) throw new VitrineError('not_enough_data', `A fold has only ${least} rows of one label to ${use}; it takes ${FEWEST}. Give more rows or fewer --folds.`);
  }
}

function overFolds(folds: readonly BinaryMetrics[], of: (values: readonly number[]) => number): BinaryMetrics {
  return Object.fromEntries(BINARY_METRICS.map((name: BinaryMetricName) => [name, of(folds.map((metrics) => metrics[name]))])) as unknown as BinaryMetrics;
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const deviation = (values: readonly number[]): number => Math.sqrt(values.reduce((sum, value) => sum + (value - mean(values)) ** 2, 0) / Math.max(1, values.length - 1));
