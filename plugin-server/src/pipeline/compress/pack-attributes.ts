import { FACET, rowBytes } from '@vitrine/sdk/core';
import type { PackedTensor } from './compress-recommendation.ts';
import { toPlanes } from './planes.ts';

/** What the shop says about a product, as far as filters ask. */
export interface ProductAttributes {
  readonly id: string;
  readonly productType: string;
  readonly vendor: string;
  readonly tags: readonly string[];
  readonly price: number | null;
  /** How much is left, where that is known. */
  readonly stock?: string;
}

/** A facet count is one byte. Shopify allows 250 tags; type, vendor, price and stock make 254. */
const MOST_FACETS = 255;

/**
 * The artifact's attribute tensors (`attributes.ts` of the model says how they lie); none when no product has any.
 * An item the shop no longer knows has no facets.
 *
 * @param itemIds product ids by row
 */
export function packAttributes(itemIds: readonly string[], products: Iterable<ProductAttributes>): Map<string, PackedTensor> {
  const byId = new Map<string, ProductAttributes>();
  for (const product of products) byId.set(product.id, product);
  const lists = itemIds.map((id) => facetsOf(byId.get(id)));

  const uses = new Map<string, number>();
  for (const facet of lists.flat()) uses.set(facet, (uses.get(facet) ?? 0) + 1);
  if (uses.size === 0) return new Map();
  // The most used first: the higher bytes of their positions are then mostly zero.
  const facets = [...uses.keys()].sort((a, b) => uses.get(b)! - uses.get(a)! || (a < b ? -1 : 1));
  const position = new Map(facets.map((facet, index) => [facet, index]));

  const slots: number[] = [];
  for (let slot = 0; slot < MOST_FACETS; slot++) {
    for (const list of lists) if (list.length > slot) slots.push(position.get(list[slot])!);
  }
  return new Map<string, PackedTensor>([
    ['facets', { type: 'utf8', shape: [facets.length], data: facets }],
    ['facet_count', { type: 'uint8', shape: [itemIds.length], data: Uint8Array.from(lists, (list) => list.length) }],
    ['item_facets', { type: 'uint8', shape: [rowBytes(facets.length), slots.length], data: toPlanes(slots, facets.length) }],
  ]);
}

function facetsOf(product: ProductAttributes | undefined): string[] {
  if (!product) return [];
  const { productType, vendor, price, stock, tags } = product;
  const facets = new Set<string>();
  const add = (letter: string, value: string) => {
    // One line of well-formed text: anything else could not be stored.
    if (value !== '') facets.add(letter + value.toWellFormed().replaceAll('\n', ' '));
  };
  add(FACET.type, productType);
  add(FACET.vendor, vendor);
  if (price !== null && Number.isFinite(price)) add(FACET.price, String(price));
  add(FACET.stock, stock ?? '');
  for (const tag of tags) add(FACET.tag, tag);
  return [...facets].slice(0, MOST_FACETS);
}
