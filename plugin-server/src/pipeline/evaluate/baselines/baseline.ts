import type { Lists } from '../files/lists.ts';
import type { BestRows } from './best-rows.ts';

/** Adds to the scores of rows for the items seen, oldest first, at least one. */
export type ScoreRows = (seen: Int32Array, best: BestRows) => void;

export interface Fitted {
  readonly score: ScoreRows;
  /** Size of what it needs to answer. */
  readonly bytes: number;
}

/**
 * A model to compare with. `prepare` learns from the lists, rows numbered by popularity; the function it returns applies
 * settings and shares what does not depend on them.
 */
export interface Baseline<Settings extends object> {
  readonly name: string;
  /** Values tried for each setting; the first is where the search begins. */
  readonly choices: { readonly [Name in keyof Settings]: readonly Settings[Name][] };
  prepare(lists: Lists, items: number): (settings: Settings) => Fitted;
}
