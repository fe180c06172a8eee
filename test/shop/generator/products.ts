import { COLOURS, STYLES, TYPES } from './catalogue.ts';
import type { Random } from './random.ts';
import { hash32 } from './random.ts';
import type { Product, Variant } from './types.ts';

/** Numbers per product that drive the simulation; never shown to the app. */
export interface ProductTraits {
  /** Position in TYPES. */
  readonly type: number;
  /** Position in STYLES. */
  readonly style: number;
  /** TASTE numbers; see `taste.ts`. */
  readonly taste: Float64Array;
  /** Natural logarithm of the base popularity within the type. */
  readonly appeal: number;
  /** Change of the log-demand over a year: rising above 0, falling below. */
  readonly trend: number;
  /** First day on which it could be bought. */
  readonly launched: number;
  /** Days without stock, [from, to). */
  readonly stockOuts: readonly (readonly [number, number])[];
}

/** Dimensions of the space of tastes: six for the looks, nine hidden ones, one for the price. */
export const TASTE = 16;
const PRICE = 15;
const DAY = 86_400_000;

/** Rounds to a price a shop would print: .00, .50 or .99. */
function printedPrice(units: number, random: Random): number {
  const whole = Math.max(2, Math.round(units));
  const ending = random.weighted([3, 2, 3]);
  return ending === 0 ? whole * 100 : ending === 1 ? whole * 100 + 50 : whole * 100 - 1;
}

function slug(text: string): string {
  return text.toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '');
}

/** URL part of a type's collection. */
export const collectionHandle = slug;

/** Id of a type's collection, numeric as in a shop. */
export function collectionId(type: string): string {
  return String(4_400_000_000_000 + hash32(type) % 1_000_000_000);
}

/** Draws the catalogue. Products keep their order; ids grow with it. */
export function drawProducts(count: number, days: number, start: number, random: Random): { products: Product[]; traits: ProductTraits[] } {
  const products: Product[] = [];
  const traits: ProductTraits[] = [];
  const handles = new Map<string, number>();
  const typeWeights = TYPES.map((facts) => 1 + facts.weight / 4);
  // Zipf's law over the whole shop: rank r has an appeal of r^-0.9, ranks dealt out at random.
  const ranks = Array.from({ length: count }, (_, i) => i + 1);
  for (let i = count - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [ranks[i], ranks[j]] = [ranks[j], ranks[i]];
  }
  for (let i = 0; i < count; i++) {
    // The first products cover every type once, so that even a tiny shop has all of them.
    const typeIndex = i < TYPES.length ? i : random.weighted(typeWeights);
    const facts = TYPES[typeIndex];
    const styleIndex = random.below(STYLES.length);
    const style = STYLES[styleIndex];
    const series = random.pick(style.series), colour = random.pick(style.colours);
    const material = random.pick(facts.materials), noun = random.pick(facts.nouns);
    const title = facts.consumable ? `${series} ${material} ${noun}` : `${series} ${material} ${noun}, ${colour}`;
    const seen = handles.get(title) ?? 0;
    handles.set(title, seen + 1);
    const [low, high] = facts.price;
    // Log-uniform between the usual bounds: many affordable things, a few dear ones.
    const level = random.next();
    const units = low * (high / low) ** (0.05 + 0.9 * level);
    const trends = random.next();
    const launched = random.chance(0.15) ? random.below(Math.max(1, Math.floor(days * 0.9))) : 0;
    const stockOuts: [number, number][] = [];
    for (let n = random.chance(0.12) ? 1 + random.below(2) : 0; n > 0; n--) {
      const from = random.below(days);
      stockOuts.push([from, Math.min(days, from + 5 + random.below(24))]);
    }
    stockOuts.sort((a, b) => a[0] - b[0]);
    const soldOutNow = stockOuts.some(([, to]) => to === days) || random.chance(0.02);
    if (soldOutNow && !stockOuts.some(([, to]) => to === days)) stockOuts.push([Math.max(0, days - 1 - random.below(14)), days]);

    const taste = new Float64Array(TASTE);
    for (let d = 0; d < STYLES.length; d++) taste[d] = 0.25 * random.normal();
    taste[styleIndex] += 1.2;
    for (let d = STYLES.length; d < PRICE; d++) taste[d] = 0.55 * random.normal();
    taste[PRICE] = 2 * level - 1;

    const id = String(7_300_000_000_000 + i * 32_768 + random.below(32_768));
    const createdAt = launched > 0 ? start + launched * DAY : start - (30 + random.below(900)) * DAY;
    const fate = random.next();
    const hidden = fate < 0.03;
    const handle = slug(title) + (seen > 0 ? `-${seen + 1}` : '');
    const [option, values] = facts.option;
    const single = random.chance(0.45);
    const variants = (single ? ['Default Title'] : values).map((value, v): Variant => ({
      id: String(41_000_000_000_000 + (i * 4 + v) * 32_768 + random.below(32_768)),
      inventoryItemId: String(43_000_000_000_000 + (i * 4 + v) * 32_768 + random.below(32_768)),
      title: value,
      sku: `${facts.name.slice(0, 3).toUpperCase()}-${String(i + 1).padStart(4, '0')}${v > 0 ? `-${v + 1}` : ''}`,
      price: printedPrice(units * (1 + 0.55 * v), random),
      tracked: true,
      quantity: soldOutNow ? 0 : 6 + random.below(180),
    }));
    products.push({
      id, handle, option: single ? 'Title' : option, variants, createdAt,
      title: seen > 0 ? `${title} No. ${seen + 1}` : title,
      type: facts.name,
      vendor: random.pick(style.vendors),
      tags: [style.name, slug(material), slug(colour), ...(launched > days * 0.8 ? ['new'] : []), ...(facts.consumable ? ['refill'] : [])],
      descriptionHtml: `<p>${describe(noun, material, colour, style.name, facts.consumable)} ${facts.use}</p><p>Goes well with our ${facts.goesWith.map((name) => name.toLowerCase()).join(' and ')}.</p>`,
      picture: { shape: facts.shape, colour: COLOURS[colour], pattern: style.pattern },
      updatedAt: createdAt,
      // A few are not for sale: drafts, archived ones, and active ones that no channel shows.
      status: fate < 0.01 ? 'draft' : fate < 0.02 ? 'archived' : 'active',
      publishedAt: hidden ? null : createdAt,
    });
    traits.push({
      type: typeIndex, style: styleIndex, taste, launched, stockOuts,
      appeal: -0.9 * Math.log(ranks[i]),
      trend: trends < 0.1 ? 1 + random.next() : trends < 0.2 ? -1 - random.next() : 0.2 * random.normal(),
    });
  }
  return { products, traits };
}

function describe(noun: string, material: string, colour: string, style: string, consumable: boolean): string {
  const what = `${material} ${noun.toLowerCase()}`;
  return consumable ? `${what} from our ${style} range.` : `${what} in ${colour.toLowerCase()}, from our ${style} range.`;
}
