import * as tf from '@tensorflow/tfjs-core';
import { setImmediate } from 'node:timers/promises';
import { VitrineError } from '@vitrine/sdk/core';
import { createRandom, shuffle } from '../../dataset/random.ts';
import { everyPosition, type Predictions, type Problem } from '../files/problem.ts';
import type { ScoreRows } from './baseline.ts';

export interface NcfOptions {
  readonly seed: number;
  readonly signal?: AbortSignal;
  /** No epoch begins after it says so. */
  readonly deadline?: () => boolean;
  /** Scores a state of the model on validation; larger is better. */
  readonly validate: (score: ScoreRows) => Promise<number>;
  readonly onProgress?: (line: { epoch: number; epochs: number; step: number; steps: number; loss: number }) => void;
}

const WIDTH = 32; // of each embedding
const HIDDEN = 16;
const NEGATIVES = 4; // drawn uniformly, as in the paper
const POSITIVES = 1024; // a batch
const NEWEST = 20; // items a session's vector is the mean of
const EPOCHS = 12;
const PATIENCE = 2;
const RATE = 0.003;

/**
 * Neural collaborative filtering (NeuMF: He et al., 2017), small: a product of embeddings beside a perceptron with one
 * hidden layer, binary cross-entropy with four random negatives, early stopping on validation. The paper's users have a
 * vector each; a new session has none, so a user is the mean of the vectors of the items seen:
 *
 *     s(u, j) = h · (p_u ⊙ q_j) + v · relu(A p'_u + B_j + b),  p_u = mean of P_i, p'_u = mean of P'_i over the items seen
 *
 * B_j = B q'_j is learned as a table of its own. tfjs must be ready.
 */
export async function trainNcf(problem: Problem, options: NcfOptions): Promise<{ score: ScoreRows; bytes: number; epochs: number }> {
  const items = problem.itemIds.length;
  const random = createRandom(options.seed);
  const positives = everyPosition(problem.train);
  const variables = createVariables(items, random);
  const adam = tf.train.adam(RATE);
  const steps = Math.max(1, Math.ceil(positives.target.length / POSITIVES));
  let best = { reached: -1, epochs: 0, values: readValues(variables) };
  try {
    for (let epoch = 1, worse = 0; epoch <= EPOCHS && worse < PATIENCE; epoch++) {
      if (epoch > 1 && options.deadline?.()) break;
      const order = shuffle(Int32Array.from(positives.target.keys()), random);
      let sum = 0;
      for (let step = 0; step < steps; step++) {
        await setImmediate(); // lets Ctrl-C through
        if (options.signal?.aborted) throw new VitrineError('cancelled', 'Evaluation stopped.');
        const loss = takeStep(variables, adam, positives, order.subarray(step * POSITIVES, (step + 1) * POSITIVES), items, random);
        if (!Number.isFinite(loss)) throw new VitrineError('internal', `NCF diverged in epoch ${epoch}. Try another --seed, or leave it out with --model.`);
        sum += loss;
        options.onProgress?.({ epoch, epochs: EPOCHS, step: step + 1, steps, loss: sum / (step + 1) });
      }
      const values = readValues(variables);
      const reached = await options.validate(ncfScores(values, items));
      if (reached > best.reached) {
        best = { reached, epochs: epoch, values };
        worse = 0;
      } else worse++;
    }
  } finally {
    for (const variable of variables.values()) variable.dispose();
    adam.dispose();
  }
  const bytes = [...best.values.values()].reduce((size, data) => size + data.byteLength, 0);
  return { score: ncfScores(best.values, items), bytes, epochs: best.epochs };
}

type Variables = ReadonlyMap<string, tf.Variable>;
type Values = ReadonlyMap<string, Float32Array>;

let created = 0;

function createVariables(items: number, random: () => number): Variables {
  const gaussian = (size: number, deviation: number) =>
    Float32Array.from({ length: size }, () => deviation * Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()));
  const shapes: [name: string, shape: number[], deviation: number][] = [
    ['P', [items, WIDTH], 0.1], ['Q', [items, WIDTH], 0.1], ['P2', [items, WIDTH], 0.1], ['B', [items, HIDDEN], 0.1],
    ['A', [WIDTH, HIDDEN], 1 / Math.sqrt(WIDTH)], ['b', [HIDDEN], 0], ['v', [HIDDEN, 1], 1 / Math.sqrt(HIDDEN)],
  ];
  const variables = shapes.map(([name, shape, deviation]): [string, tf.Variable] =>
    [name, tf.variable(tf.tensor(gaussian(shape.reduce((a, b) => a * b), deviation), shape), true, `ncf ${name} ${created++}`)]);
  return new Map([...variables, ['h', tf.variable(tf.ones([WIDTH, 1]), true, `ncf h ${created++}`)]]);
}

function readValues(variables: Variables): Values {
  return new Map([...variables].map(([name, variable]) => [name, variable.dataSync().slice() as Float32Array]));
}

/** One step of Adam on a batch of positives with their negatives; returns the mean loss. */
function takeStep(variables: Variables, adam: tf.AdamOptimizer, positives: Predictions, chosen: Int32Array, items: number, random: () => number): number {
  const { item, from, to, target } = positives;
  const b = chosen.length;
  const t = Math.max(...Array.from(chosen, (p) => Math.min(NEWEST, to[p] - from[p])));
  const seen = new Int32Array(b * t);
  const share = new Float32Array(b * t);
  const candidates = new Int32Array(b * (1 + NEGATIVES));
  const right = new Float32Array(b * (1 + NEGATIVES));
  chosen.forEach((p, i) => {
    const rows = item.subarray(from[p], to[p]).subarray(-NEWEST);
    rows.forEach((row, at) => {
      seen[i * t + at] = row;
      share[i * t + at] = 1 / rows.length;
    });
    for (let c = 0; c <= NEGATIVES; c++) candidates[i * (1 + NEGATIVES) + c] = c === 0 ? target[p] : Math.floor(random() * items);
    right[i * (1 + NEGATIVES)] = 1;
  });
  const { value, grads } = tf.tidy(() => {
    const seenRows = tf.tensor1d(seen, 'int32');
    const shares = tf.tensor3d(share, [b, t, 1]);
    const candidateRows = tf.tensor1d(candidates, 'int32');
    const rightness = tf.tensor2d(right, [b, 1 + NEGATIVES]);
    const of = (name: string) => variables.get(name)!;
    return tf.variableGrads(() => {
      const mean = (name: string) => tf.sum(tf.mul(tf.reshape(tf.gather(of(name), seenRows), [b, t, WIDTH]), shares), 1); // [b, WIDTH]
      const product = tf.mul(tf.reshape(mean('P'), [b, 1, WIDTH]), tf.reshape(tf.gather(of('Q'), candidateRows), [b, 1 + NEGATIVES, WIDTH]));
      const left = tf.add(tf.matMul(mean('P2') as tf.Tensor2D, of('A') as unknown as tf.Tensor2D), of('b'));
      const hidden = tf.relu(tf.add(tf.reshape(left, [b, 1, HIDDEN]), tf.reshape(tf.gather(of('B'), candidateRows), [b, 1 + NEGATIVES, HIDDEN])));
      const logits = tf.add(
        tf.matMul(tf.reshape(product, [-1, WIDTH]) as tf.Tensor2D, of('h') as unknown as tf.Tensor2D),
        tf.matMul(tf.reshape(hidden, [-1, HIDDEN]) as tf.Tensor2D, of('v') as unknown as tf.Tensor2D));
      const chance = tf.reshape(tf.sigmoid(logits), [b, 1 + NEGATIVES]);
      const hit = tf.add(tf.mul(chance, rightness), tf.mul(tf.sub(1, chance), tf.sub(1, rightness))); // chance given to what is so
      return tf.neg(tf.mean(tf.log(tf.add(hit, 1e-7)))) as tf.Scalar;
    }, [...variables.values()]);
  });
  const loss = value.dataSync()[0];
  value.dispose();
  adam.applyGradients(grads as Record<string, tf.Variable>); // tensors by the variables' names; the type asks for more than it uses
  for (const gradient of Object.values(grads)) gradient.dispose();
  return loss;
}

/** The same equations over all items, in plain JavaScript. */
export function ncfScores(values: Values, items: number): ScoreRows {
  const [P, Q, P2, B, A, b, v, h] = ['P', 'Q', 'P2', 'B', 'A', 'b', 'v', 'h'].map((name) => values.get(name)!);
  const user = new Float64Array(WIDTH);
  const left = new Float64Array(HIDDEN);
  return (seen, best) => {
    const newest = seen.subarray(-NEWEST);
    user.fill(0);
    left.set(b);
    for (const row of newest) {
      for (let k = 0; k < WIDTH; k++) {
        user[k] += (P[row * WIDTH + k] * h[k]) / newest.length;
        const own = P2[row * WIDTH + k] / newest.length;
        for (let j = 0; j < HIDDEN; j++) left[j] += own * A[k * HIDDEN + j];
      }
    }
    for (let row = 0; row < items; row++) {
      let score = 0;
      for (let k = 0, at = row * WIDTH; k < WIDTH; k++, at++) score += user[k] * Q[at];
      for (let j = 0, at = row * HIDDEN; j < HIDDEN; j++, at++) {
        const sum = left[j] + B[at];
        if (sum > 0) score += v[j] * sum;
      }
      best.add(row, score);
    }
  };
}
