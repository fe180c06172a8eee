/** Numbers by name. */
export type Arrays = ReadonlyMap<string, Float32Array>;

/** Some steps of an epoch that are done. */
export interface StepReport {
  /** Steps since the last report. */
  readonly steps: number;
  /** Their mean loss, nats. */
  readonly loss: number;
}

/**
 * One way to run a training: what the trainer (`fit`) needs to know of a model and of the machine it runs on. It holds
 * the trainable values and the optimiser, and makes its own batches.
 *
 * Its random numbers are a function of seed, epoch and step (`streamSeed`), so that values and memory say all there is
 * to know in the middle of a training.
 */
export interface Learner {
  /**
   * Carries out the steps of an epoch from step `from` on (not 0 where a training is resumed) and reports a few times a
   * second. Between two reports nothing runs; to leave the iteration is to stop.
   */
  steps(epoch: number, from: number): AsyncIterable<StepReport>;
  /** Copies of the trainable values. */
  values(): Promise<Arrays>;
  /** Copies of what the optimiser remembers from one step to the next. */
  memory(): Promise<Arrays>;
  /**
   * Works off what the learner has put off, where it does: `values` and `memory` do it too. The trainer asks for it at
   * the same steps whether it keeps a state there or not, so that the clock has no part in the result.
   */
  settle?(): void;
  /** Goes on from what `values` and `memory` gave. */
  restore(values: Arrays, memory: Arrays): void;
  /** Settles when its threads have ended: until then they hold its memory. */
  dispose(): void | Promise<void>;
}
