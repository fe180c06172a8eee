import { type Field, FIELDS, hashFeatures } from './hash-features.ts';
import type { ProductContent } from '../../types.ts';

/** Features of a catalogue as compressed rows, each of about unit length. */
export interface ContentMatrix {
  readonly rows: number;
  readonly columns: number;
  /** Row i holds entries start[i] … start[i + 1] - 1. [rows + 1] */
  readonly start: Int32Array;
  readonly column: Int32Array;
  readonly value: Float32Array;
}

/** How much a field counts beside the others: the length of its part of a row. */
const WEIGHTS: Readonly<Record<Field, number>> = { word: 1, pair: 0.7, gram: 0.7, type: 0.7, vendor: 0.5, tag: 1, price: 0.4 };
const PICTURE_WEIGHT = 1;

/**
 * Products → matrix. A feature that only one product has says nothing about another and is left out; the rarer a feature,
 * the more it counts (log of the inverse share of products that have it). Within a field the entries have the length of
 * its weight. A picture's numbers become columns of their own, each with mean 0 and deviation 1 over the catalogue.
 */
export function buildContentMatrix(products: readonly ProductContent[]): ContentMatrix {
  const features = products.map(hashFeatures);
  const uses = new Map<number, number>();
  for (const fields of features) for (const list of fields.values()) for (const { bucket } of list) uses.set(bucket, (uses.get(bucket) ?? 0) + 1);
  const columnOf = new Map<number, number>();
  for (const [bucket, count] of uses) if (count > 1) columnOf.set(bucket, columnOf.size);
  const pictures = standardise(products);

  const start = new Int32Array(products.length + 1);
  const column: number[] = [];
  const value: number[] = [];
  features.forEach((fields, row) => {
    for (const field of FIELDS) {
      const own = fields.get(field)!.flatMap(({ bucket, value: amount }) => {
        const at = columnOf.get(bucket);
        return at === undefined ? [] : [{ at, amount: amount * Math.log((products.length + 1) / uses.get(bucket)!) }];
      });
      const length = Math.hypot(...own.map(({ amount }) => amount));
      for (const { at, amount } of length > 0 ? own : []) {
        column.push(at);
        value.push((WEIGHTS[field] * amount) / length);
      }
    }
    pictures?.[row]?.forEach((amount, k) => {
      column.push(columnOf.size + k);
      value.push((PICTURE_WEIGHT * amount) / Math.sqrt(pictures[row]!.length));
    });
    start[row + 1] = column.length;
  });
  const width = pictures?.find((picture) => picture)?.length ?? 0;
  return { rows: products.length, columns: columnOf.size + width, start, column: Int32Array.from(column), value: Float32Array.from(value) };
}

/** Pictures with mean 0 and deviation 1 in each place, by product; a picture of another length than the first is left out. */
function standardise(products: readonly ProductContent[]): (number[] | undefined)[] | undefined {
  const width = products.find(({ picture }) => picture)?.picture!.length;
  if (!width) return undefined;
  const usable = products.map(({ picture }) => (picture?.length === width && picture.every(Number.isFinite) ? picture : undefined));
  const known = usable.filter((picture) => picture !== undefined);
  const mean = Array.from({ length: width }, (_, k) => known.reduce((sum, picture) => sum + picture[k], 0) / known.length);
  const deviation = mean.map((middle, k) => Math.sqrt(known.reduce((sum, picture) => sum + (picture[k] - middle) ** 2, 0) / known.length) || 1);
  return usable.map((picture) => picture?.map((amount, k) => (amount - mean[k]) / deviation[k]));
}
