import { STYLES, TYPES } from './catalogue.ts';
import type { CustomerTraits } from './customers.ts';
import type { ProductTraits } from './products.ts';
import { TASTE } from './products.ts';
import type { Random } from './random.ts';

/**
 * How a shopper picks a product:
 *
 *   P(type | shopper, day)          ∝ inclination · season(day)
 *   P(product | type, shopper, day) ∝ exp(appeal + trend · day/365 + taste_shopper · taste_product), 0 when not for sale
 *
 * Further products of the same visit depend on the first: two fifths go with it, half are drawn afresh (half of those from
 * the same type), a tenth is simply popular.
 */
export const FURTHER = { complement: 0.4, sameType: 0.25, otherType: 0.25, popular: 0.1 } as const;

/** Mean pieces per added product; consumables are stocked up on. */
export const EXTRA_PIECE = { consumable: 0.35, durable: 0.08 } as const;

const WEEKDAYS = [1.1, 1.15, 1.0, 0.95, 0.95, 0.9, 0.95];

export interface Choice {
  /** Products of each type, as positions. */
  readonly byType: readonly (readonly number[])[];
  /** Demand for a type on a day against its yearly mean. */
  season(type: number, day: number): number;
  /** Share of the year's orders that falls on a day, before growth is normalised away. */
  traffic(day: number): number;
  forSale(product: number, day: number): boolean;
  /** Unnormalised weight of one product in the shopper's eyes, stock left aside. */
  weight(product: number, customer: CustomerTraits, day: number): number;
  pickType(customer: CustomerTraits, day: number, random: Random): number;
  /** A product of the type, or -1 when none is for sale. */
  pickProduct(type: number, customer: CustomerTraits, day: number, random: Random): number;
  pickPopular(random: Random): number;
  readonly popularity: Float64Array;
  /** For each product: what goes with it, with weights that add up to 1. */
  readonly complements: readonly (readonly { readonly product: number; readonly weight: number }[])[];
}

/** @param sellable false for products that were never on sale (drafts, hidden ones) */
export function createChoice(traits: readonly ProductTraits[], sellable: readonly boolean[], start: number, days: number, random: Random): Choice {
  const byType = TYPES.map((_, type) => traits.flatMap((t, product) => (t.type === type && sellable[product] ? [product] : [])));
  const typeOf = new Map(TYPES.map((facts, index) => [facts.name, index]));
  const dayOfYear = (day: number): number => {
    const date = new Date(start + day * 86_400_000);
    return (date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / 86_400_000;
  };
  const seasons = Float64Array.from({ length: TYPES.length * days }, (_, i) => {
    const [week, strength] = TYPES[i % TYPES.length].season;
    return Math.exp(strength * Math.cos((2 * Math.PI * (dayOfYear(Math.floor(i / TYPES.length)) - week * 7)) / 365.25));
  });
  const season = (type: number, day: number): number => seasons[day * TYPES.length + type];
  const traffic = (day: number): number => {
    const weekday = new Date(start + day * 86_400_000).getUTCDay();
    const beforeChristmas = Math.exp(-(((dayOfYear(day) - 344) / 12) ** 2));
    return WEEKDAYS[weekday] * (1 + 0.9 * beforeChristmas) * (1 + (0.35 * day) / days);
  };
  // The mask of one day at a time: visits come day by day.
  const mask = new Uint8Array(traits.length);
  let maskDay = -1;
  const forSale = (product: number, day: number): boolean => {
    if (day !== maskDay) {
      maskDay = day;
      for (let i = 0; i < traits.length; i++) mask[i] = Number(sellable[i] && day >= traits[i].launched && !traits[i].stockOuts.some(([from, to]) => day >= from && day < to));
    }
    return mask[product] === 1;
  };
  // One flat array, because this product is the generator's innermost loop.
  const tastes = new Float64Array(traits.length * TASTE);
  traits.forEach((t, product) => tastes.set(t.taste, product * TASTE));
  const weight = (product: number, customer: CustomerTraits, day: number): number => {
    const { taste } = customer;
    let dot = traits[product].appeal + (traits[product].trend * (day - days / 2)) / 365;
    for (let d = 0, at = product * TASTE; d < TASTE; d++, at++) dot += tastes[at] * taste[d];
    return Math.exp(dot);
  };
  const typeWeights = new Float64Array(TYPES.length);
  const pickType = (customer: CustomerTraits, day: number, draw: Random): number => {
    for (let t = 0; t < TYPES.length; t++) typeWeights[t] = byType[t].length === 0 ? 0 : customer.types[t] * season(t, day);
    return draw.weighted(typeWeights);
  };
  const buffer = new Float64Array(traits.length);
  const pickProduct = (type: number, customer: CustomerTraits, day: number, draw: Random): number => {
    const members = byType[type];
    let sum = 0;
    for (let i = 0; i < members.length; i++) sum += buffer[i] = forSale(members[i], day) ? weight(members[i], customer, day) : 0;
    if (sum === 0) return -1;
    let u = draw.next() * sum;
    for (let i = 0; i < members.length; i++) if ((u -= buffer[i]) < 0) return members[i];
    return -1;
  };
  const popularity = Float64Array.from(traits, (t, product) => (sellable[product] ? Math.exp(t.appeal) : 0));
  const cumulative = new Float64Array(traits.length);
  let total = 0;
  for (let i = 0; i < cumulative.length; i++) cumulative[i] = total += popularity[i];
  const pickPopular = (draw: Random): number => lowerBound(cumulative, draw.next() * total);

  const complements = traits.map((t) => {
    const out: { product: number; weight: number }[] = [];
    for (const name of TYPES[t.type].goesWith) {
      const scored = byType[typeOf.get(name)!].map((product) => {
        const other = traits[product];
        let near = 0;
        for (let d = STYLES.length; d < TASTE - 1; d++) near += t.taste[d] * other.taste[d];
        return { product, score: 0.5 * other.appeal + (other.style === t.style ? 1.6 : 0) + near + 0.8 * random.normal() };
      });
      scored.sort((a, b) => b.score - a.score || a.product - b.product);
      scored.slice(0, 4).forEach(({ product }, place) => out.push({ product, weight: 1 / (place + 1) }));
    }
    const sum = out.reduce((s, entry) => s + entry.weight, 0);
    return out.map((entry) => ({ product: entry.product, weight: entry.weight / sum })).sort((a, b) => b.weight - a.weight);
  });
  return { byType, season, traffic, forSale, weight, pickType, pickProduct, pickPopular, popularity, complements };
}

/** First position whose value is above `x` in an increasing list. */
export function lowerBound(values: Float64Array, x: number): number {
  let low = 0, high = values.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle] > x) high = middle; else low = middle + 1;
  }
  return low;
}
