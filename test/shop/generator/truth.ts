import { TYPES } from './catalogue.ts';
import type { Choice } from './choice.ts';
import { EXTRA_PIECE, FURTHER } from './choice.ts';
import type { CustomerTraits } from './customers.ts';
import type { ProductTraits } from './products.ts';
import type { Random } from './random.ts';
import type { Simulation } from './simulate.ts';
import { intentPrior } from './visits.ts';

/** Shoppers over which expected demand is averaged. */
const SAMPLE = 300;

/**
 * Expected units of every product on a day, stock left aside:
 *
 *   orders(day) · (first · s + further · (c · sC + r · s + p · popular)) · pieces
 *
 * where s is the choice share averaged over shoppers who visit, sC the share carried over to what goes with it, and the
 * three factors are those of FURTHER. Launch days count; stock-outs do not.
 */
export function createDemand(
  input: { choice: Choice; products: readonly ProductTraits[]; sellable: readonly boolean[]; customers: readonly CustomerTraits[]; simulation: Simulation }, random: Random,
): (product: number, day: number) => number {
  const { choice, products, customers, simulation } = input;
  const byDay = new Map<number, Float64Array>();
  let sample: CustomerTraits[] | undefined;
  const popularSum = choice.popularity.reduce((a, b) => a + b, 0);

  const compute = (day: number): Float64Array => {
    sample ??= drawSample(customers, random);
    const share = new Float64Array(products.length);
    let weights = 0;
    for (const shopper of sample) {
      if (shopper.joined > day) continue;
      weights++;
      let types = 0;
      for (let t = 0; t < TYPES.length; t++) if (choice.byType[t].length > 0) types += shopper.types[t] * choice.season(t, day);
      for (let t = 0; t < TYPES.length; t++) {
        const members = choice.byType[t].filter((product) => products[product].launched <= day);
        const inclination = (shopper.types[t] * choice.season(t, day)) / types;
        const each = members.map((product) => choice.weight(product, shopper, day));
        const sum = each.reduce((a, b) => a + b, 0);
        members.forEach((product, i) => { share[product] += (inclination * each[i]) / sum; });
      }
    }
    if (weights > 0) for (let i = 0; i < share.length; i++) share[i] /= weights;
    const further = new Float64Array(products.length);
    for (let i = 0; i < share.length; i++) {
      further[i] += (FURTHER.sameType + FURTHER.otherType) * share[i] + (FURTHER.popular * choice.popularity[i]) / popularSum;
      for (const { product, weight } of choice.complements[i]) further[product] += FURTHER.complement * weight * share[i];
    }
    return share.map((s, i) => {
      if (!input.sellable[i] || products[i].launched > day) return 0;
      const pieces = 1 + (TYPES[products[i].type].consumable ? EXTRA_PIECE.consumable : EXTRA_PIECE.durable);
      return simulation.quotas[day] * (simulation.firstAdds * s + simulation.furtherAdds * further[i]) * pieces;
    });
  };
  return (product, day) => {
    if (!(day >= 0 && day < simulation.quotas.length)) return 0;
    let demand = byDay.get(day);
    if (!demand) byDay.set(day, (demand = compute(day)));
    return demand[product];
  };
}

/** Shoppers in proportion to how often they visit and mean to buy. */
function drawSample(customers: readonly CustomerTraits[], random: Random): CustomerTraits[] {
  const weights = customers.map((shopper) => {
    const [, compare, buy] = intentPrior(shopper.eagerness);
    return shopper.activity * (0.02 + 0.3 * compare + 0.8 * buy);
  });
  return Array.from({ length: SAMPLE }, () => customers[random.weighted(weights)]);
}
