import * as tf from '@tensorflow/tfjs-core';
import type { Arrays } from './learner.ts';

const BETA1 = 0.9;
const BETA2 = 0.999;
const EPSILON = 1e-8;

export interface AdamOptions {
  /** Factors on the learning rate, by variable. */
  readonly factors?: Readonly<Record<string, number>>;
  /** Decoupled weight decay, by variable: each step takes rate × decay × value away (Loshchilov and Hutter, 2019). */
  readonly decay?: Readonly<Record<string, number>>;
}

/** Adam (Kingma and Ba, 2015) over named variables. */
export class Adam {
  readonly #moments = new Map<string, { readonly first: tf.Variable; readonly second: tf.Variable }>();
  readonly #options: AdamOptions;
  #steps = 0;

  constructor(options: AdamOptions = {}) {
    this.#options = options;
  }

  /** Applies one step and disposes the gradients. */
  apply(variables: ReadonlyMap<string, tf.Variable>, gradients: Readonly<Record<string, tf.Tensor>>, learningRate: number): void {
    this.#steps++;
    const correction = Math.sqrt(1 - BETA2 ** this.#steps) / (1 - BETA1 ** this.#steps);
    for (const [name, variable] of variables) {
      const gradient = gradients[name];
      if (!gradient) continue;
      const rate = learningRate * (this.#options.factors?.[name] ?? 1);
      const kept = 1 - rate * (this.#options.decay?.[name] ?? 0);
      const { first, second } = this.#momentsOf(name, variable);
      tf.tidy(() => {
        first.assign(tf.add(tf.mul(first, BETA1), tf.mul(gradient, 1 - BETA1)));
        second.assign(tf.add(tf.mul(second, BETA2), tf.mul(tf.square(gradient), 1 - BETA2)));
        const value = kept === 1 ? variable : tf.mul(variable, kept);
        variable.assign(tf.sub(value, tf.mul(tf.div(first, tf.add(tf.sqrt(second), EPSILON)), rate * correction)));
      });
      gradient.dispose();
    }
  }

  /** `first:NAME` and `second:NAME` of each variable, and the number of `steps`. */
  async memory(): Promise<Arrays> {
    const memory = new Map([['steps', Float32Array.of(this.#steps)]]);
    for (const [name, { first, second }] of this.#moments) {
      memory.set(`first:${name}`, (await first.data<'float32'>()).slice());
      memory.set(`second:${name}`, (await second.data<'float32'>()).slice());
    }
    return memory;
  }

  /** Goes on from what `memory` gave. */
  restore(variables: ReadonlyMap<string, tf.Variable>, memory: Arrays): void {
    this.#steps = memory.get('steps')![0];
    for (const [name, variable] of variables) {
      const [first, second] = [memory.get(`first:${name}`), memory.get(`second:${name}`)];
      if (!first || !second) continue;
      const moments = this.#momentsOf(name, variable);
      tf.tidy(() => {
        moments.first.assign(tf.tensor(first, variable.shape));
        moments.second.assign(tf.tensor(second, variable.shape));
      });
    }
  }

  #momentsOf(name: string, variable: tf.Variable) {
    let moments = this.#moments.get(name);
    if (!moments) {
      const zeros = () => tf.tidy(() => tf.variable(tf.zerosLike(variable), false));
      moments = { first: zeros(), second: zeros() };
      this.#moments.set(name, moments);
    }
    return moments;
  }

  dispose(): void {
    for (const { first, second } of this.#moments.values()) {
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
