import type { Artifact, TensorData } from '../../artifact/types.ts';

/**
 * What a filter can ask of an item, as facets: texts of one letter, for what it is, and the value. An item has any
 * number of them. A price is a facet like the others, as the decimal number the shop wrote, so that it is exact.
 */
export const FACET = { type: 't', vendor: 'v', tag: 'g', price: 'p', stock: 's' } as const;

/** How much is left of an item: 1 to 5 pieces, up to 50, more (or not counted). What the shop has exactly is nobody's business. */
export const STOCK = ['low', 'some', 'plenty'] as const;

/** Facets of every item: those of row r are `facet[start[r]] … facet[start[r + 1] - 1]`. */
export interface Attributes {
  /** Each facet once, e.g. "tShoes", "p19.99". */
  readonly facets: readonly string[];
  /** [items + 1] */
  readonly start: Int32Array;
  /** Positions in `facets`. */
  readonly facet: Int32Array;
}

/**
 * Reads the optional tensors `facets`, `facet_count` and `item_facets`; undefined when the artifact has none.
 *
 * Positions stand in this order: the first facet of every item that has one, then the second of every item that has
 * two, and so on. Equal things stand beside each other and compress well.
 */
export function readAttributes(items: number, tensors: Artifact['tensors']): Attributes | undefined {
  const facets = tensors.get('facets') as readonly string[] | undefined;
  if (!facets) return undefined;
  const count = tensors.get('facet_count') as Uint8Array;
  const start = new Int32Array(items + 1);
  for (let row = 0; row < items; row++) start[row + 1] = start[row] + count[row];
  const size = start[items];
  const stored = readPlanes(tensors.get('item_facets')!, size);
  const facet = new Int32Array(size);
  for (let slot = 0, at = 0; at < size; slot++) {
    for (let row = 0; row < items; row++) if (count[row] > slot) facet[start[row] + slot] = stored[at++];
  }
  return { facets, start, facet };
}

/** Whole numbers stored as planes of `size` bytes, the lowest first: the higher ones are nearly constant and compress away. */
export function readPlanes(bytes: TensorData, size: number): Int32Array {
  const values = new Int32Array(size);
  for (let at = 0, unit = 1; at < bytes.length && unit < 2 ** 32; unit *= 256) {
    for (let i = 0; i < size; i++) values[i] += (bytes as Uint8Array)[at++] * unit;
  }
  return values;
}
