import * as tf from '@tensorflow/tfjs-core';
import { VitrineError } from '@vitrine/sdk/core';
import type { TrainProgress } from '../types.ts';
import { Adam, cosineSchedule } from './adam.ts';

export interface FitOptions<Batch> {
  readonly variables: ReadonlyMap<string, tf.Variable>;
  readonly epochs: number;
  readonly stepsPerEpoch: number;
  /** Batches of one epoch; may end before `stepsPerEpoch`. */
  readonly batches: (epoch: number) => Iterable<Batch>;
  /** Mean loss of a batch; runs inside `tf.tidy`. */
  readonly loss: (batch: Batch) => tf.Scalar;
  readonly learningRate: number;
  /** Factors on it, by variable. */
  readonly learningRateFactors?: Readonly<Record<string, number>>;
  /** Called after each epoch; larger is better. */
  readonly validate: () => { name: string; value: number };
  /** Epochs without improvement before training stops. */
  readonly patience: number;
  readonly clock: () => number;
  readonly onProgress: (progress: TrainProgress) => void;
  readonly cancelled: () => boolean;
}

/** Steps between two progress reports; the last step of an epoch reports after validation. */
const REPORT_EVERY = 5;

/**
 * Trains any model: batches, Adam, schedule, validation after each epoch, early stopping. The variables end at the best
 * epoch's values.
 * @returns progress at the end of each epoch
 * @throws VitrineError `cancelled`; `internal` when the loss is no longer a number
 */
export function fit<Batch>(options: FitOptions<Batch>): TrainProgress[] {
  const { variables, epochs, stepsPerEpoch, clock } = options;
  const adam = new Adam(options.learningRateFactors);
  const history: TrainProgress[] = [];
  const started = clock();
  let validation: TrainProgress['validation'];
  let best = -Infinity;
  let bestValues: Map<string, tf.Tensor> | undefined;
  let worse = 0;
  let done = 0;

  const progress = (epoch: number, step: number, loss: number): TrainProgress => {
    const secondsElapsed = (clock() - started) / 1000;
    const total = epochs * stepsPerEpoch;
    return {
      epoch: epoch + 1, epochs, step, steps: stepsPerEpoch, loss, validation, secondsElapsed,
      secondsLeft: done > 0 ? Math.max(0, (secondsElapsed / done) * (total - done)) : 0,
    };
  };

  for (let epoch = 0; epoch < epochs; epoch++) {
    let sum = 0;
    let step = 0;
    for (const batch of options.batches(epoch)) {
      if (options.cancelled()) throw new VitrineError('cancelled', 'Training was cancelled. The published release is unchanged.');
      const rate = cosineSchedule(options.learningRate, (epoch + step / stepsPerEpoch) / epochs);
      const { value, grads } = tf.variableGrads(() => options.loss(batch), [...variables.values()]);
      const loss = value.dataSync()[0];
      value.dispose();
      if (!Number.isFinite(loss)) throw new VitrineError('internal', `Training diverged in epoch ${epoch + 1}: the loss is ${loss}. Train again with a lower learning rate.`);
      const named: Record<string, tf.Tensor> = {};
      for (const [name, variable] of variables) named[name] = grads[variable.name];
      adam.apply(variables, named, rate);
      sum += loss;
      step++;
      done++;
      if (step % REPORT_EVERY === 0 && step < stepsPerEpoch) options.onProgress(progress(epoch, step, sum / step));
    }
    done = (epoch + 1) * stepsPerEpoch;
    validation = options.validate();
    const end = progress(epoch, stepsPerEpoch, sum / Math.max(1, step));
    history.push(end);
    options.onProgress(end);
    if (validation.value > best) {
      best = validation.value;
      worse = 0;
      bestValues?.forEach((tensor) => tensor.dispose());
      bestValues = new Map([...variables].map(([name, variable]) => [name, variable.clone()]));
    } else if (++worse >= options.patience) {
      break;
    }
  }
  for (const [name, tensor] of bestValues ?? []) {
    variables.get(name)!.assign(tensor);
    tensor.dispose();
  }
  adam.dispose();
  return history;
}
