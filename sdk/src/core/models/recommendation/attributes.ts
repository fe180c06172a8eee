import type { Artifact, TensorData } from '../../artifact/types.ts';
import { rowBytes } from './config.ts';

/**
 * What a filter can ask of an item, as facets: texts of one letter, for what it is, and the value. An item has any
 * number of them. A price is a facet like the others, as the decimal number the shop wrote, so that it is exact.
 */
export const FACET = { type: 't', vendor: 'v', tag: 'g', price: 'p' } as const;

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
 * Positions are stored as planes of bytes, lowest first, and within a plane the first facet of every item that has one,
 * then the second of every item that has two, and so on: equal things stand beside each other and compress well.
 *
 * @throws RangeError when the three do not fit each other
 */
export function readAttributes({ tensors }: Pick<Artifact, 'tensors'>, items: number): Attributes | undefined {
  const facets = tensors.get('facets') as readonly string[] | undefined;
  if (!facets) return undefined;
  const count = tensors.get('facet_count');
  if (!(count instanceof Uint8Array) || count.length !== items) throw new RangeError(`${items} facet counts wanted`);
  const start = new Int32Array(items + 1);
  for (let row = 0; row < items; row++) start[row + 1] = start[row] + count[row];
  const size = start[items];
  const stored = readPlanes(tensors.get('item_facets'), size, facets.length);
  const facet = new Int32Array(size);
  for (let slot = 0, at = 0; at < size; slot++) {
    for (let row = 0; row < items; row++) if (count[row] > slot) facet[start[row] + slot] = stored[at++];
  }
  return { facets, start, facet };
}

/**
 * Whole numbers stored as planes of bytes, lowest first, as many as hold `limit` - 1.
 * @throws RangeError for a wrong number of bytes or a number not below `limit`
 */
export function readPlanes(bytes: TensorData | undefined, size: number, limit: number): Int32Array {
  const values = new Int32Array(size);
  const planes = rowBytes(limit);
  if (!(bytes instanceof Uint8Array) || bytes.length !== planes * size) throw new RangeError(`${planes * size} bytes wanted`);
  for (let plane = 0; plane < planes; plane++) {
    for (let i = 0; i < size; i++) values[i] += bytes[plane * size + i] * 256 ** plane;
  }
  if (values.some((value) => value < 0 || value >= limit)) throw new RangeError(`numbers below ${limit} wanted`);
  return values;
}
