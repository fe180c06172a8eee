import * as tf from '@tensorflow/tfjs-core';
import { Adam, type AdamOptions } from './adam.ts';
import type { Arrays, Learner } from './learner.ts';

export interface TfjsProblem<Source, Batch> extends AdamOptions {
  /** Where the trainable values start. */
  readonly start: ReadonlyMap<string, { readonly shape: readonly number[]; readonly data: Float32Array }>;
  /** What the batches of an epoch are made of. */
  readonly sources: (epoch: number) => Iterable<Source>;
  /** Makes the tensors of one batch. */
  readonly batch: (source: Source, epoch: number, step: number) => Batch;
  /** Mean loss of a batch. */
  readonly loss: (params: Readonly<Record<string, tf.Tensor>>, batch: Batch) => tf.Scalar;
  readonly learningRate: (epoch: number, step: number) => number;
}

/** Steps between two reports. Reading a loss waits for all work in hand, so it is not done at each step. */
const REPORT_EVERY = 5;
/** Milliseconds after which a report comes even so: a slow machine must notice that it is asked to stop. */
const REPORT_WITHIN = 500;

/** The learner of the paths that run on TensorFlow.js, whatever its backend: `reference`, `wasm`, `gpu`. */
export function createTfjsLearner<Source, Batch>(problem: TfjsProblem<Source, Batch>): Learner {
  const variables = new Map([...problem.start].map(([name, { shape, data }]) => [name, tf.tidy(() => tf.variable(tf.tensor(data, [...shape], 'float32')))]));
  const params = Object.fromEntries(variables);
  const list = [...variables.values()];
  const adam = new Adam(problem);

  const step = (source: Source, epoch: number, at: number): tf.Scalar => tf.tidy(() => {
    const batch = problem.batch(source, epoch, at);
    const { value, grads } = tf.variableGrads(() => problem.loss(params, batch), list);
    adam.apply(variables, Object.fromEntries([...variables].map(([name, variable]) => [name, grads[variable.name]])), problem.learningRate(epoch, at));
    return value;
  });

  return {
    async* steps(epoch, from) {
      let at = 0;
      let losses: tf.Scalar[] = [];
      let reported = performance.now();
      const report = async () => {
        const values = await Promise.all(losses.map((loss) => loss.data()));
        tf.dispose(losses);
        losses = [];
        reported = performance.now();
        return { steps: values.length, loss: values.reduce((sum, [value]) => sum + value, 0) / values.length };
      };
      for (const source of problem.sources(epoch)) {
        if (at++ < from) continue;
        losses.push(step(source, epoch, at - 1));
        if (at % REPORT_EVERY === 0 || performance.now() - reported > REPORT_WITHIN) yield await report();
      }
      if (losses.length > 0) yield await report();
    },
    async values() {
      const values = new Map<string, Float32Array>();
      for (const [name, variable] of variables) values.set(name, (await variable.data<'float32'>()).slice());
      return values;
    },
    memory: () => adam.memory(),
    restore(values: Arrays, memory: Arrays) {
      for (const [name, variable] of variables) tf.tidy(() => variable.assign(tf.tensor(values.get(name)!, variable.shape)));
      adam.restore(variables, memory);
    },
    dispose() {
      tf.dispose(list);
      adam.dispose();
    },
  };
}
