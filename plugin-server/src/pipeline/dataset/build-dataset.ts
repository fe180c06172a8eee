import type { Interactions } from '../types.ts';
import { type Cooccurrence, countCooccurrence } from './cooccurrence.ts';
import { buildSequences, type SequenceOptions, type Sequences, type SplitTimes, withoutSplit } from './sequences.ts';

/** What training and evaluation start from. */
export interface Dataset {
  readonly sequences: Sequences;
  /** Pairs in the training groups. */
  readonly counts: Cooccurrence;
}

export interface DatasetOptions extends SequenceOptions {
  /** Frees the interactions' columns as soon as they are not needed; the caller must not use them again. */
  readonly consume?: boolean;
}

/** Interactions → dataset. */
export function buildDataset(interactions: Interactions, split?: SplitTimes, options: DatasetOptions = {}): Dataset {
  const sequences = buildSequences(interactions, split, options);
  if (options.consume) free(interactions);
  return { sequences, counts: countCooccurrence(sequences) };
}

/** A dataset without a split, to train once more on everything; the interactions are not needed for it. */
export function buildWholeDataset(split: Sequences): Dataset {
  const sequences = withoutSplit(split);
  return { sequences, counts: countCooccurrence(sequences) };
}

/**
 * Gives the columns' memory back now. Forgetting them would not do: whoever handed them over may still hold them, and the
 * collector is in no hurry where the JavaScript heap itself is small.
 */
function free({ item, kind, group, actor, time }: Interactions): void {
  for (const { buffer } of [item, kind, group, actor, time]) (buffer as ArrayBuffer).transfer(0);
}
