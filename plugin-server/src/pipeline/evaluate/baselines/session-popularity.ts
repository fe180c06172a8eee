import type { Baseline } from './baseline.ts';

/** The items of the session by how often they stand in it, then by popularity; after them the most popular. */
export const sessionPopularity: Baseline<object> = {
  name: 'session popularity',
  choices: {},
  prepare: (_, items) => () => ({ score: (seen, best) => { for (const row of seen) best.add(row, 1); }, bytes: 4 * items }),
};
