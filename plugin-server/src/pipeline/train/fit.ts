import { VitrineError } from '@vitrine/sdk/core';
import type { TrainProgress } from '../types.ts';
import type { Arrays, Learner } from './learner.ts';

export interface FitOptions {
  readonly learner: Learner;
  readonly epochs: number;
  /** An epoch may end before; the time left is reckoned with it. */
  readonly stepsPerEpoch: number;
  /** Called with the values after each epoch; larger is better. Without it the last epoch is the best. */
  readonly validate?: (values: Arrays) => { name: string; value: number };
  /** Epochs without improvement before training stops. */
  readonly patience: number;
  /** Seconds after which training ends; what the epoch under way has reached is validated like an epoch's end. */
  readonly seconds?: number;
  readonly clock: () => number;
  readonly onProgress: (progress: TrainProgress) => void;
  readonly cancelled: () => boolean;
  /** Where an earlier training with the same options stood. */
  readonly resume?: FitState;
  /** Keeps the state, now and then and at the end of training. */
  readonly save?: (state: FitState) => void;
  /** Milliseconds between two calls of `save`. */
  readonly saveEvery?: number;
}

/** Steps between two states that a learner that settles can give. */
const SETTLE_EVERY = 250;

/** Everything a training needs to go on from where it stands. */
export interface FitState {
  /** Epochs done. */
  readonly epoch: number;
  /** Steps done of the next one, and the sum of their losses. */
  readonly step: number;
  readonly lossSum: number;
  readonly secondsElapsed: number;
  /** Report at the end of each epoch. */
  readonly history: readonly TrainProgress[];
  readonly values: Arrays;
  readonly memory: Arrays;
  /** The best epoch so far, and how many have come after it. */
  readonly best?: { readonly value: number; readonly values: Arrays };
  readonly worse: number;
}

/**
 * Trains any model by its learner: epochs, validation after each, early stopping, progress, cancelling, and states to go
 * on from after a crash.
 *
 * @returns the values of the best epoch, which that was (from 1), and the progress at the end of each
 * @throws VitrineError `cancelled`; `internal` when the loss is no longer a number
 */
export async function fit(options: FitOptions): Promise<{ readonly values: Arrays; readonly epochs: number; readonly history: readonly TrainProgress[] }> {
  const { learner, epochs, stepsPerEpoch, patience, clock, resume, save, saveEvery = 10_000, seconds = Infinity } = options;
  const started = clock() - (resume?.secondsElapsed ?? 0) * 1000;
  const history = [...(resume?.history ?? [])];
  let { epoch = 0, step = 0, lossSum = 0, best, worse = 0 } = resume ?? {};
  let saved = clock();
  if (resume) learner.restore(resume.values, resume.memory);

  const elapsed = () => (clock() - started) / 1000;
  const progress = (at: number, validation: TrainProgress['validation']): TrainProgress => {
    const secondsElapsed = elapsed();
    const done = epoch * stepsPerEpoch + at;
    return {
      epoch: epoch + 1, epochs, step: at, steps: stepsPerEpoch, loss: lossSum / Math.max(1, step), validation, secondsElapsed,
      secondsLeft: Math.max(0, (secondsElapsed / Math.max(1, done)) * (epochs * stepsPerEpoch - done)),
    };
  };
  const keep = async () => {
    save?.({ epoch, step, lossSum, secondsElapsed: elapsed(), history, values: await learner.values(), memory: await learner.memory(), best, worse });
    saved = clock();
  };
  const stopIfCancelled = () => {
    if (options.cancelled()) throw new VitrineError('cancelled', 'Training was cancelled. The published release is unchanged.');
  };

  while (epoch < epochs && worse < patience && (elapsed() < seconds || !best)) {
    stopIfCancelled();
    for await (const report of learner.steps(epoch, step)) {
      if (!Number.isFinite(report.loss)) throw new VitrineError('internal', `Training diverged in epoch ${epoch + 1}: the loss is ${report.loss}. Train again with a lower learning rate.`);
      step += report.steps;
      lossSum += report.loss * report.steps;
      stopIfCancelled();
      if (step < stepsPerEpoch) options.onProgress(progress(step, history.at(-1)?.validation));
      // Settling moves last bits, so it is done at steps that do not depend on the clock.
      const restful = !learner.settle || Math.floor(step / SETTLE_EVERY) > Math.floor((step - report.steps) / SETTLE_EVERY);
      if (restful) learner.settle?.();
      if (save && restful && clock() - saved >= saveEvery) await keep();
      if (elapsed() >= seconds) break;
    }
    const values = await learner.values();
    const validation = options.validate?.(values);
    const end = progress(stepsPerEpoch, validation);
    history.push(end);
    options.onProgress(end);
    worse++;
    const value = validation?.value ?? epoch;
    if (!best || value > best.value) {
      best = { value, values };
      worse = 0;
    }
    epoch++;
    step = lossSum = 0;
    const over = epoch === epochs || worse >= patience || elapsed() >= seconds;
    if (save && (over || clock() - saved >= saveEvery)) await keep();
  }
  return { values: best?.values ?? (await learner.values()), epochs: epoch - worse, history };
}
