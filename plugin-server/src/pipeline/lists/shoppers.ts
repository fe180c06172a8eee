import type { Sequences } from '../dataset/sequences.ts';

/** Who each group is of, numbered from 0: the groups of one customer or visitor share a number, a group of nobody has its own. */
export function shoppersOf({ previous }: Pick<Sequences, 'previous'>): Int32Array {
  const shopper = new Int32Array(previous.length);
  previous.forEach((before, group) => { shopper[group] = before < 0 ? group : shopper[before]; });
  return shopper;
}
