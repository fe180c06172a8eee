import { logLoss } from './binary-metrics.ts';
import { rowOf, type Table } from './table.ts';

/** Strengths of L2 that validation chooses among; the data are standardised. */
const STRENGTHS = [300, 100, 30, 10, 3, 1, 0.3] as const;
const MOST_STEPS = 25;

/**
 * The baseline that a table deserves: logistic regression on sign(x)·ln(1 + |x|), standardised, missing numbers by the
 * median and an indicator, words as levels; L2 chosen on the validation rows, then all training rows are learned from.
 *
 * @returns the probability of a yes for any row of the table, and the strength chosen
 */
export function fitLogistic(table: Table, training: Uint32Array, validation: Uint32Array): { readonly predict: (row: number) => number; readonly strength: number } {
  const held = new Set(validation);
  const part = training.filter((row) => !held.has(row));
  const encode = fitEncoder(table, part);
  const labels = (rows: Uint32Array) => Uint8Array.from(rows, (row) => table.labels[row]);
  const learn = { rows: Array.from(part, encode), labels: labels(part) };
  const check = { rows: Array.from(validation, encode), labels: labels(validation) };
  let best = { strength: STRENGTHS[0] as number, loss: Infinity };
  let weights: Float64Array = new Float64Array(learn.rows[0].length);
  for (const strength of STRENGTHS) {
    weights = newton(learn.rows, learn.labels, strength, weights);
    const loss = logLoss(check.labels, check.rows.map((row) => probability(weights, row)));
    if (loss < best.loss) best = { strength, loss };
  }
  const encodeAll = fitEncoder(table, training);
  const final = newton(Array.from(training, encodeAll), labels(training), best.strength, new Float64Array(encodeAll(0).length));
  return { predict: (row) => probability(final, encodeAll(row)), strength: best.strength };
}

/** Settles the encoding on rows: an intercept, then the columns' entries. */
function fitEncoder(table: Table, rows: Uint32Array): (row: number) => Float64Array {
  const parts = table.columns.map((column, at) => {
    if (column.kind === 'numeric') {
      const values = Float64Array.from(rows, (row) => squash(column.values[row])).filter((value) => !Number.isNaN(value)).sort();
      const middle = values.length === 0 ? 0 : values[values.length >> 1];
      const mean = values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
      const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, values.length)) || 1;
      return {
        width: 2,
        write: (row: number, out: Float64Array, to: number) => {
          const value = squash(column.values[row]);
          out[to] = ((Number.isNaN(value) ? middle : value) - mean) / deviation;
          out[to + 1] = Number.isNaN(value) ? 1 : 0;
        },
      };
    }
    const levels = new Map<string, number>();
    for (const row of rows) {
      const word = column.values[row] ?? '';
      if (!levels.has(word)) levels.set(word, levels.size);
    }
    return {
      width: levels.size,
      write: (row: number, out: Float64Array, to: number) => {
        const level = levels.get(String(rowOf(table, row)(at) ?? ''));
        if (level !== undefined) out[to + level] = 1;
      },
    };
  });
  const width = parts.reduce((sum, part) => sum + part.width, 1);
  return (row) => {
    const out = new Float64Array(width);
    out[0] = 1;
    let at = 1;
    for (const part of parts) {
      part.write(row, out, at);
      at += part.width;
    }
    return out;
  };
}

const squash = (value: number): number => Math.sign(value) * Math.log1p(Math.abs(value));

function probability(weights: Float64Array, row: Float64Array): number {
  let logit = 0;
  for (let i = 0; i < row.length; i++) if (row[i] !== 0) logit += weights[i] * row[i];
  return 1 / (1 + Math.exp(-logit));
}

/** Newton's method on Σ log loss + strength / 2 · ‖w‖², the intercept (entry 0) free. */
export function newton(rows: readonly Float64Array[], labels: ArrayLike<number>, strength: number, start: Float64Array): Float64Array {
  const d = start.length;
  const weights = start.slice();
  for (let step = 0; step < MOST_STEPS; step++) {
    const gradient = Float64Array.from(weights, (weight, i) => (i === 0 ? 0 : -strength * weight));
    const hessian = new Float64Array(d * d);
    for (let i = 0; i < d; i++) hessian[i * d + i] = i === 0 ? 1e-9 : strength;
    for (const [at, row] of rows.entries()) {
      const p = probability(weights, row);
      const curvature = p * (1 - p);
      for (let i = 0; i < d; i++) {
        if (row[i] === 0) continue;
        gradient[i] += (labels[at] - p) * row[i];
        const scaled = curvature * row[i];
        for (let j = 0; j <= i; j++) hessian[i * d + j] += scaled * row[j];
      }
    }
    const move = solve(hessian, gradient);
    let largest = 0;
    for (let i = 0; i < d; i++) {
      weights[i] += Math.max(-5, Math.min(5, move[i])); // separable data would run away
      largest = Math.max(largest, Math.abs(move[i]));
    }
    if (largest < 1e-5) break;
  }
  return weights;
}

/** Solves A x = b for a positive definite A, of which the lower triangle is given, by Cholesky's factors in place. */
function solve(a: Float64Array, b: Float64Array): Float64Array {
  const d = b.length;
  const x = b.slice();
  for (let i = 0; i < d; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = a[i * d + j];
      for (let k = 0; k < j; k++) sum -= a[i * d + k] * a[j * d + k];
      a[i * d + j] = i === j ? Math.sqrt(Math.max(sum, 1e-12)) : sum / a[j * d + j];
    }
  }
  for (let i = 0; i < d; i++) {
    for (let k = 0; k < i; k++) x[i] -= a[i * d + k] * x[k];
    x[i] /= a[i * d + i];
  }
  for (let i = d - 1; i >= 0; i--) {
    for (let k = i + 1; k < d; k++) x[i] -= a[k * d + i] * x[k];
    x[i] /= a[i * d + i];
  }
  return x;
}
