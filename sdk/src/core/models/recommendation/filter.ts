import { join, plain } from '../../check.ts';
import { VitrineError } from '../../errors.ts';
import { FACET, STOCK } from './attributes.ts';
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
  /** How much was left when the artifact was made: `low` 1 to 5 pieces, `some` up to 50, `plenty` more, or not counted. */
  readonly stock?: readonly (typeof STOCK)[number][];
}

/** Does this facet satisfy the clause? */
type Matches = (facet: string) => boolean;

const valueOf = (facet: string, letter: string): string | undefined => (facet[0] === letter ? facet.slice(1) : undefined);

const among = (letter: string, known?: readonly string[]) => (values: unknown): Matches | undefined => {
  if (!Array.isArray(values) || !values.every((value) => typeof value === 'string' && (known?.includes(value) ?? true))) return undefined;
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
  stock: among(FACET.stock, STOCK),
};

const MUST: Readonly<Record<string, string>> = { p: 'a number', s: `a list of ${STOCK.join(', ')}` };

interface Clause { readonly path: string; readonly matches: Matches }

function clausesOf(filter: unknown, path: string): Clause[] {
  const parts = Object.entries(plain(filter, path)).flatMap(([name, value]): [string, unknown][] =>
    typeof value === 'object' && value && !Array.isArray(value) ? Object.entries(value).map(([key, inner]) => [`${name}.${key}`, inner]) : [[name, value]]);
  return parts.filter(([, value]) => value !== undefined).map(([part, value]) => {
    if (!Object.hasOwn(CLAUSES, part)) throw new VitrineError('bad_input', `${join(path, part)}: unknown filter; there is ${Object.keys(CLAUSES).join(', ')}.`);
    const matches = CLAUSES[part](value);
    if (!matches) throw new VitrineError('bad_input', `${join(path, part)}: must be ${MUST[part[0]] ?? 'a list of texts'}.`);
    return { path: part, matches };
  });
}

/** The filter, if it is one. @throws VitrineError `bad_input` */
export function checkFilter(value: unknown, path: string): ItemFilter {
  clausesOf(value, path);
  return value as ItemFilter;
}

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
export function compileFilter({ attributes }: Pick<RecommendationModel, 'attributes'>, filter: ItemFilter, path = 'filter'): (row: number) => boolean {
  const clauses = clausesOf(filter, path).map((clause) => {
    if (!attributes) throw new VitrineError('bad_input', `${join(path, clause.path)}: this model was published without product attributes. Train and publish again.`);
    return { has: Uint8Array.from(attributes.facets, (facet) => Number(clause.matches(facet))), wanted: clause.path === 'tags.none' ? 0 : 1 };
  });
  return (row) => clauses.every(({ has, wanted }) => {
    const { start, facet } = attributes!;
    let found = 0;
    for (let at = start[row]; at < start[row + 1]; at++) found |= has[facet[at]];
    return found === wanted;
  });
}
