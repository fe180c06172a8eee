import * as tf from '@tensorflow/tfjs-core';

const BETA1 = 0.9;
const BETA2 = 0.999;
const EPSILON = 1e-8;

/** Adam (Kingma and Ba, 2015) over named variables. Its state can be read, for checkpoints. */
export class Adam {
  readonly moments = new Map<string, { readonly first: tf.Variable; readonly second: tf.Variable }>();
  steps = 0;
  readonly #factors: Readonly<Record<string, number>>;

  /** @param factors multiply the learning rate of the variables they name */
  constructor(factors: Readonly<Record<string, number>> = {}) {
    this.#factors = factors;
  }

  /** Applies one step and disposes the gradients. */
  apply(variables: ReadonlyMap<string, tf.Variable>, gradients: Readonly<Record<string, tf.Tensor>>, learningRate: number): void {
    this.steps++;
    const step = (learningRate * Math.sqrt(1 - BETA2 ** this.steps)) / (1 - BETA1 ** this.steps);
    for (const [name, variable] of variables) {
      const gradient = gradients[name];
      if (!gradient) continue;
      const rate = step * (this.#factors[name] ?? 1);
      const { first, second } = this.#momentsOf(name, variable);
      tf.tidy(() => {
        first.assign(tf.add(tf.mul(first, BETA1), tf.mul(gradient, 1 - BETA1)));
        second.assign(tf.add(tf.mul(second, BETA2), tf.mul(tf.square(gradient), 1 - BETA2)));
        variable.assign(tf.sub(variable, tf.mul(tf.div(first, tf.add(tf.sqrt(second), EPSILON)), rate)));
      });
      gradient.dispose();
    }
  }

  #momentsOf(name: string, variable: tf.Variable) {
    let moments = this.moments.get(name);
    if (!moments) {
      moments = { first: tf.variable(tf.zerosLike(variable), false), second: tf.variable(tf.zerosLike(variable), false) };
      this.moments.set(name, moments);
    }
    return moments;
  }

  dispose(): void {
    for (const { first, second } of this.moments.values()) {
      first.dispose();
      second.dispose();
    }
  }
}

/** Learning rate with a linear warm-up and a cosine decay to a tenth. `progress` from 0 to 1 over the whole training. */
export function cosineSchedule(peak: number, progress: number, warmUp = 0.03): number {
  if (progress < warmUp) return (peak * (progress + 1e-3)) / warmUp;
  const rest = (progress - warmUp) / (1 - warmUp);
  return peak * (0.1 + 0.9 * 0.5 * (1 + Math.cos(Math.PI * Math.min(1, rest))));
}
