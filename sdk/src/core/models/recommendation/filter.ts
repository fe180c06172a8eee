import { VitrineError } from '../../errors.ts';
import { FACET } from './attributes.ts';
import type { RecommendationModel } from './load.ts';

/**
 * Which items may be recommended. Every part that is given must hold; within a list one match is enough, so an empty
 * list lets nothing through (but an empty `none` everything). Values are compared exactly as the shop writes them; a
 * value no item has is no error, it matches nothing.
 */
export interface ItemFilter {
  readonly tags?: { readonly any?: readonly string[]; readonly none?: readonly string[] };
  readonly types?: readonly string[];
  readonly vendors?: readonly string[];
  /** Lowest variant price in the shop's currency, bounds included. An item without a price is outside every band. */
  readonly price?: { readonly min?: number; readonly max?: number };
}

/** Does this facet satisfy the clause? */
type Matches = (facet: string) => boolean;

const valueOf = (facet: string, letter: string): string | undefined => (facet[0] === letter ? facet.slice(1) : undefined);

const among = (letter: string) => (values: unknown): Matches | undefined => {
  if (!Array.isArray(values)) return undefined;
  const wanted = new Set(values.map((value) => letter + value));
  return (facet) => wanted.has(facet);
};

const priced = (within: (price: number, bound: number) => boolean) => (bound: unknown): Matches | undefined => {
  if (typeof bound !== 'number' || Number.isNaN(bound)) return undefined;
  return (facet) => {
    const price = valueOf(facet, FACET.price);
    return price !== undefined && within(Number(price), bound);
  };
};

/** Every filter there is, by its path; the value's check gives undefined for a value of the wrong type. */
const CLAUSES: Readonly<Record<string, (value: unknown) => Matches | undefined>> = {
  types: among(FACET.type),
  vendors: among(FACET.vendor),
  'tags.any': among(FACET.tag),
  'tags.none': among(FACET.tag),
  'price.min': priced((price, bound) => price >= bound),
  'price.max': priced((price, bound) => price <= bound),
};

/**
 * Turns a filter into a test of rows: one look-up a facet, so that it may be asked for every row of a catalogue.
 *
 * @throws VitrineError `bad_input` for a filter this version does not know, a value of the wrong type, or a model
 *   published without product attributes
 *
 * @example
 * const allowed = compileFilter(model, { types: ['Shoes'], price: { max: 50 } });
 * const rows = model.itemIds.map((_, row) => row).filter(allowed);
 */
export function compileFilter({ attributes }: Pick<RecommendationModel, 'attributes'>, filter: ItemFilter): (row: number) => boolean {
  const parts = Object.entries(filter).flatMap(([name, value]): [string, unknown][] =>
    typeof value === 'object' && value && !Array.isArray(value) ? Object.entries(value).map(([key, inner]) => [`${name}.${key}`, inner]) : [[name, value]]);
  const clauses = parts.filter(([, value]) => value !== undefined).map(([path, value]) => {
    if (!Object.hasOwn(CLAUSES, path)) throw new VitrineError('bad_input', `filter.${path}: unknown filter; there is ${Object.keys(CLAUSES).join(', ')}.`);
    const matches = CLAUSES[path](value);
    if (!matches) throw new VitrineError('bad_input', `filter.${path}: must be a ${path[0] === 'p' ? 'number' : 'list of texts'}.`);
    if (!attributes) throw new VitrineError('bad_input', `filter.${path}: this model was published without product attributes. Train and publish again.`);
    return { has: Uint8Array.from(attributes.facets, (facet) => Number(matches(facet))), wanted: path === 'tags.none' ? 0 : 1 };
  });
  return (row) => clauses.every(({ has, wanted }) => {
    const { start, facet } = attributes!;
    let found = 0;
    for (let at = start[row]; at < start[row + 1]; at++) found |= has[facet[at]];
    return found === wanted;
  });
}
