import type { Interactions } from '../types.ts';
import { type Cooccurrence, countCooccurrence } from './cooccurrence.ts';
import { buildSequences, type SequenceOptions, type Sequences, type SplitTimes } from './sequences.ts';

/** What training and evaluation start from. */
export interface Dataset {
  readonly sequences: Sequences;
  /** Pairs in the training groups. */
  readonly counts: Cooccurrence;
}

/** Interactions → dataset. */
export function buildDataset(interactions: Interactions, split?: SplitTimes, options?: SequenceOptions): Dataset {
  const sequences = buildSequences(interactions, split, options);
  return { sequences, counts: countCooccurrence(sequences) };
}
