/** How good probabilities of a yes are. */
export interface BinaryMetrics {
  /** Chance that a random yes stands above a random no, ties counted half. */
  readonly 'ROC-AUC': number;
  /** Average precision: the sum of precision × gain in recall over the distinct scores, from the highest. */
  readonly 'PR-AUC': number;
  /** Mean of −ln of the probability given to what happened, nats. */
  readonly 'log loss': number;
  /** Mean squared error of the probability. */
  readonly Brier: number;
  /** Expected calibration error over ten bins of equal width. */
  readonly ECE: number;
}

export type BinaryMetricName = keyof BinaryMetrics;
export const BINARY_METRICS: readonly BinaryMetricName[] = ['ROC-AUC', 'PR-AUC', 'log loss', 'Brier', 'ECE'];

/**
 * All metrics of one set of predictions.
 * @param labels 1 yes, 0 no; both must occur
 * @param probabilities of a yes, each from 0 to 1
 */
export function binaryMetrics(labels: ArrayLike<number>, probabilities: ArrayLike<number>): BinaryMetrics {
  const { rocAuc, averagePrecision } = rankMetrics(labels, probabilities);
  return {
    'ROC-AUC': rocAuc, 'PR-AUC': averagePrecision, 'log loss': logLoss(labels, probabilities),
    Brier: brier(labels, probabilities), ECE: calibrationError(labels, probabilities),
  };
}

/** ROC-AUC and average precision in one pass from the highest score down; equal scores count as one threshold. */
export function rankMetrics(labels: ArrayLike<number>, scores: ArrayLike<number>): { readonly rocAuc: number; readonly averagePrecision: number } {
  const n = labels.length;
  const order = Uint32Array.from({ length: n }, (_, i) => i).sort((a, b) => scores[b] - scores[a]);
  let yes = 0;
  for (let i = 0; i < n; i++) yes += labels[i];
  const no = n - yes;
  let [truePositives, falsePositives, area, precisionSum] = [0, 0, 0, 0];
  for (let i = 0; i < n;) {
    let [tiedYes, tiedNo] = [0, 0];
    const score = scores[order[i]];
    for (; i < n && scores[order[i]] === score; i++) {
      if (labels[order[i]] === 1) tiedYes++;
      else tiedNo++;
    }
    area += tiedNo * (truePositives + tiedYes / 2);
    truePositives += tiedYes;
    falsePositives += tiedNo;
    precisionSum += tiedYes * (truePositives / (truePositives + falsePositives));
  }
  return { rocAuc: area / (yes * no), averagePrecision: precisionSum / yes };
}

/** Mean negative log-likelihood in nats; what happened is given 1e-15 at least. */
export function logLoss(labels: ArrayLike<number>, probabilities: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < labels.length; i++) {
    sum -= Math.log(Math.max(1e-15, labels[i] === 1 ? probabilities[i] : 1 - probabilities[i]));
  }
  return sum / labels.length;
}

function brier(labels: ArrayLike<number>, probabilities: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < labels.length; i++) sum += (probabilities[i] - labels[i]) ** 2;
  return sum / labels.length;
}

/** Σ over bins of (share of rows in the bin) × |mean probability − share of yes|. */
export function calibrationError(labels: ArrayLike<number>, probabilities: ArrayLike<number>, bins = 10): number {
  const gaps = new Float64Array(bins); // Σ probability − Σ label
  for (let i = 0; i < labels.length; i++) gaps[Math.min(bins - 1, Math.floor(probabilities[i] * bins))] += probabilities[i] - labels[i];
  return gaps.reduce((sum, gap) => sum + Math.abs(gap), 0) / labels.length;
}
