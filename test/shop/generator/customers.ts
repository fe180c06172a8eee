import { STYLES, TYPES } from './catalogue.ts';
import { TASTE } from './products.ts';
import type { Random } from './random.ts';
import type { Address, Customer } from './types.ts';

/** What drives a shopper; never shown to the app. */
export interface CustomerTraits {
  /** Weight of each look, hidden dimension and price in the shopper's eyes. */
  readonly taste: Float64Array;
  /** Inclination to each type; multiplied by the season when a visit begins. */
  readonly types: Float64Array;
  /** Relative number of visits. */
  readonly activity: number;
  /** First day on which the shopper visits. */
  readonly joined: number;
  /** Shift of the log-odds that a visit is meant to buy. */
  readonly eagerness: number;
}

const COUNTRIES = [
  ['DE', 'Germany', ['Berlin', 'Hamburg', 'Leipzig', 'Köln', 'Freiburg']], ['AT', 'Austria', ['Wien', 'Graz', 'Linz']],
  ['NL', 'Netherlands', ['Utrecht', 'Rotterdam', 'Delft']], ['FR', 'France', ['Lyon', 'Lille', 'Nantes']],
  ['DK', 'Denmark', ['Aarhus', 'Odense']], ['GB', 'United Kingdom', ['Leeds', 'Bristol', 'York']],
] as const;
const STREETS = ['Mill Lane', 'Station Road', 'Gartenweg', 'Lindenstraße', 'Rue des Tilleuls', 'Kerkstraat', 'Havnegade', 'Schulgasse'];

/** An address that belongs to no one. */
export function drawAddress(random: Random, country?: string): Address {
  const index = country === undefined ? random.weighted([10, 3, 3, 3, 2, 2]) : COUNTRIES.findIndex(([code]) => code === country);
  const [countryCode, name, cities] = COUNTRIES[index];
  return {
    address1: `${1 + random.below(140)} ${random.pick(STREETS)}`,
    city: random.pick(cities),
    zip: String(10_000 + random.below(89_000)),
    countryCode,
    country: name,
  };
}

/** Draws shoppers by the day they first come. Names and mails are numbered, so that they can belong to nobody. */
export function drawCustomers(count: number, days: number, start: number, random: Random): { customers: Customer[]; traits: CustomerTraits[] } {
  // Half were there before; the others arrive evenly.
  const joined = Array.from({ length: count }, () => (random.chance(0.5) ? 0 : random.below(Math.max(1, days)))).sort((a, b) => a - b);
  const customers: Customer[] = [];
  const traits: CustomerTraits[] = [];
  for (let i = 0; i < count; i++) {
    const taste = new Float64Array(TASTE);
    const favourite = random.below(STYLES.length), second = random.below(STYLES.length);
    taste[favourite] += 1.1 + 0.5 * random.next();
    taste[second] += 0.5;
    for (let d = STYLES.length; d < TASTE - 1; d++) taste[d] = 0.6 * random.normal();
    taste[TASTE - 1] = 0.8 * random.normal();
    const types = new Float64Array(TYPES.length);
    for (let t = 0; t < TYPES.length; t++) types[t] = TYPES[t].weight * Math.exp(1.1 * random.normal());
    const day = joined[i];
    const number = String(i + 1).padStart(5, '0');
    customers.push({
      id: String(6_100_000_000_000 + i * 32_768 + random.below(32_768)),
      email: `shopper-${number}@example.com`,
      firstName: 'Shopper',
      lastName: number,
      createdAt: day === 0 ? start - random.below(600) * 86_400_000 : start + day * 86_400_000,
      address: drawAddress(random),
    });
    // A long tail of habits: most come now and then, a few often.
    traits.push({ taste, types, joined: day, activity: Math.exp(0.9 * random.normal()), eagerness: 0.5 * random.normal() });
  }
  return { customers, traits };
}
