import type { Baseline } from './baseline.ts';

/** The most popular items, whatever was seen: rows are numbered by popularity, so nothing needs a score. */
export const popularity: Baseline<object> = {
  name: 'popularity',
  choices: {},
  prepare: (_, items) => () => ({ score: () => {}, bytes: 4 * items }),
};
