import { createRandom } from '../dataset/random.ts';

/** What a search chooses; each is a setting that a training without one takes from its defaults. */
export interface SearchedSettings {
  readonly learningRate: number;
  readonly dropout: number;
  readonly batchSize: number;
  /** 1 / temperature at the start; it is learned from there. */
  readonly scale: number;
  /** Epochs as a multiple of the default. */
  readonly length: number;
}

/** More than any time allows. */
const MOST = 27;

/** The defaults first, then random settings around them. The same seed gives the same list. */
export function searchSpace(defaults: SearchedSettings, seed: number): SearchedSettings[] {
  const random = createRandom(seed);
  const between = (low: number, high: number) => low + random() * (high - low);
  const oneOf = (values: readonly number[]) => values[Math.floor(random() * values.length)];
  const round = (value: number) => Number(value.toPrecision(2));
  return [defaults, ...Array.from({ length: MOST - 1 }, () => ({
    learningRate: round(defaults.learningRate * Math.exp(between(-Math.log(4), Math.log(4)))),
    dropout: round(between(0.05, 0.65)),
    batchSize: oneOf([128, 256, 512]),
    scale: oneOf([8, 12, 16, 20]),
    length: oneOf([0.7, 1, 1.5]),
  }))];
}
