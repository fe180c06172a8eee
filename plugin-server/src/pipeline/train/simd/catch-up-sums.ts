const BETA1 = 0.9;
const BETA2 = 0.999;
/** After so many steps without a gradient, momentum has fallen below 2e-12 of what it was. */
const WINDOW = 256;

/**
 * Keeps S₀ and S₁ of kernels/rows.ts for each step t at which a row may have been settled: the learning rates of the
 * steps after t, each times β₁ or β₁/√β₂ to the power of its distance from t.
 */
export class CatchUpSums {
  readonly #sums0: Float32Array;
  readonly #sums1: Float32Array;
  readonly #first: number;
  readonly #powers0: Float64Array;
  readonly #powers1: Float64Array;

  /**
   * @param sums0 one entry a step; written here, read by the kernels
   * @param first step at which every row is settled now
   */
  constructor(sums0: Float32Array, sums1: Float32Array, first: number) {
    this.#sums0 = sums0.fill(0);
    this.#sums1 = sums1.fill(0);
    this.#first = first;
    this.#powers0 = Float64Array.from({ length: WINDOW + 1 }, (_, distance) => BETA1 ** distance);
    this.#powers1 = Float64Array.from({ length: WINDOW + 1 }, (_, distance) => (BETA1 / Math.sqrt(BETA2)) ** distance);
  }

  /** Step `step` has been taken at `rate`. */
  add(step: number, rate: number): void {
    for (let distance = 1; distance <= WINDOW && step - distance >= this.#first; distance++) {
      this.#sums0[step - distance] += rate * this.#powers0[distance];
      this.#sums1[step - distance] += rate * this.#powers1[distance];
    }
  }
}

/** Learning rate times Adam's correction for moments that start at zero. */
export function correctedRate(rate: number, step: number): number {
  return (rate * Math.sqrt(1 - BETA2 ** step)) / (1 - BETA1 ** step);
}
