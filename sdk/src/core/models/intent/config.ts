/** Shape of the intent model. It travels in the artifact's manifest. */
export interface IntentConfig {
  /** Entries of an encoded row, d. */
  readonly width: number;
  /** Width of the two hidden layers, h. */
  readonly hidden: number;
  /** Networks that share their weights but for rank-one factors, k. */
  readonly members: number;
}

/** The shapes of all trainable tensors, by name. The one list that initialisation, packing and loading follow. */
export function intentShapes({ width: d, hidden: h, members: k }: IntentConfig): ReadonlyMap<string, readonly number[]> {
  return new Map<string, readonly number[]>([
    ['first', [d, h]],
    ['first_in', [k, d]],
    ['first_out', [k, h]],
    ['first_bias', [k, h]],
    ['second', [h, h]],
    ['second_in', [k, h]],
    ['second_out', [k, h]],
    ['second_bias', [k, h]],
    ['last', [k, h]],
    ['last_bias', [k]],
  ]);
}
