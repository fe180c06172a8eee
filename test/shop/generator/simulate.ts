import { TYPES } from './catalogue.ts';
import type { Choice } from './choice.ts';
import { EXTRA_PIECE, FURTHER, lowerBound } from './choice.ts';
import type { CustomerTraits } from './customers.ts';
import type { ProductTraits } from './products.ts';
import type { Random } from './random.ts';
import { drawVisit, STATE_EVENTS, VISIT } from './visits.ts';

/** One event of a visit, with positions instead of ids. */
export interface VisitEvent { readonly state: number; readonly at: number; readonly product: number; readonly type: number; readonly quantity: number }
export interface Visit { readonly customer: number; readonly events: readonly VisitEvent[]; readonly ordered: boolean }
export interface Simulation {
  readonly visits: readonly Visit[];
  /** Orders wanted on each day. */
  readonly quotas: Int32Array;
  /** Per order, over the whole run: units of the visit's first product, and units of further ones (by added times, before stocking up). */
  readonly firstAdds: number;
  readonly furtherAdds: number;
}

/** Minutes after midnight are drawn around lunch and the evening. */
function timeOfDay(random: Random): number {
  const hour = random.chance(0.3) ? 12.5 + 2 * random.normal() : 19.5 + 2.4 * random.normal();
  return Math.min(23.2, Math.max(0.1, hour)) * 3_600_000;
}

/** Spreads `orders` over the days by their traffic, whole numbers that add up. */
export function quotasByDay(orders: number, days: number, choice: Choice): Int32Array {
  const weights = Float64Array.from({ length: days }, (_, day) => choice.traffic(day));
  const sum = weights.reduce((a, b) => a + b, 0);
  const quotas = new Int32Array(days);
  let before = 0, exact = 0;
  for (let day = 0; day < days; day++) {
    exact += (orders * weights[day]) / sum;
    quotas[day] = Math.round(exact) - before;
    before = Math.round(exact);
  }
  return quotas;
}

/**
 * Plays the shop's history: on each day visits come until the day's orders are reached. The visit that reaches them is
 * always a purchase, which raises the share of visits with an order by less than one order a day.
 */
export function simulate(
  input: { choice: Choice; products: readonly ProductTraits[]; customers: readonly CustomerTraits[]; orders: number; days: number; start: number }, random: Random,
): Simulation {
  const { choice, products, customers, days, start } = input;
  const quotas = quotasByDay(input.orders, days, choice);
  const activity = new Float64Array(customers.length);
  let total = 0;
  for (let i = 0; i < customers.length; i++) activity[i] = total += customers[i].activity;
  const bought = new Map<number, number[]>();
  const visits: Visit[] = [];
  let firstAdds = 0, furtherAdds = 0, known = 0;

  for (let day = 0; day < days; day++) {
    while (known < customers.length && customers[known].joined <= day) known++;
    for (let ordered = 0; ordered < quotas[day];) {
      const customer = lowerBound(activity, random.next() * activity[Math.max(0, known - 1)]);
      const shopper = customers[customer];
      const states = drawVisit(shopper.eagerness, random);
      const type = choice.pickType(shopper, day, random);
      const first = pickFirst(type, customer, day);
      // A tiny shop can be sold out of everything: then nobody comes for it.
      if (first === -1) { if (random.chance(0.01)) ordered++; continue; }
      let at = start + day * 86_400_000 + timeOfDay(random);
      let current = -1, previous = 0, firsts = 0, furthers = 0;
      const events: VisitEvent[] = [];
      const cart: number[] = [];
      for (const state of states) {
        const isView = state === VISIT.VIEW || state === VISIT.VIEW_CART;
        if (isView) current = current === -1 ? first : pickFurther(first, type, shopper, day);
        let quantity = 0;
        if (state === VISIT.ADD) {
          const consumable = TYPES[products[current].type].consumable;
          quantity = 1 + (random.chance(consumable ? EXTRA_PIECE.consumable : EXTRA_PIECE.durable) ? 1 : 0);
          cart.push(current);
          if (current === first) firsts++; else furthers++;
        }
        const place = isView || state === VISIT.ADD ? current : -1;
        events.push({ state, at: Math.round(at), product: place, type: current === -1 ? type : products[current].type, quantity });
        previous = state === VISIT.CHECKOUT ? 60_000 : 12_000;
        at += previous * (0.4 + 1.8 * random.next());
      }
      const isOrder = states[states.length - 1] === VISIT.BOUGHT;
      if (isOrder) {
        ordered++;
        firstAdds += firsts;
        furtherAdds += furthers;
        for (const product of cart) {
          if (!TYPES[products[product].type].consumable) continue;
          const list = bought.get(customer);
          if (list) list.push(product); else bought.set(customer, [product]);
        }
      }
      visits.push({ customer, events, ordered: isOrder });
    }
  }
  const orders = Math.max(1, input.orders);
  return { visits, quotas, firstAdds: firstAdds / orders, furtherAdds: furtherAdds / orders };

  function pickFirst(type: number, customer: number, day: number): number {
    // Consumables are bought again: a third of such visits return to an earlier choice.
    if (TYPES[type].consumable && random.chance(0.35)) {
      const again = bought.get(customer)?.filter((product) => products[product].type === type && choice.forSale(product, day));
      if (again && again.length > 0) return random.pick(again);
    }
    return choice.pickProduct(type, customers[customer], day, random);
  }

  function pickFurther(first: number, type: number, shopper: CustomerTraits, day: number): number {
    let u = random.next();
    if ((u -= FURTHER.complement) < 0) {
      const options = choice.complements[first];
      let v = random.next();
      for (const option of options) if ((v -= option.weight) < 0 && choice.forSale(option.product, day)) return option.product;
    } else if ((u -= FURTHER.popular) < 0) {
      const popular = choice.pickPopular(random);
      if (choice.forSale(popular, day)) return popular;
    } else if ((u -= FURTHER.otherType) < 0) {
      const other = choice.pickProduct(choice.pickType(shopper, day, random), shopper, day, random);
      if (other !== -1) return other;
    }
    const same = choice.pickProduct(type, shopper, day, random);
    return same === -1 ? first : same;
  }
}

/** Name of a state's event. */
export function eventOf(state: number): (typeof STATE_EVENTS)[number] {
  return STATE_EVENTS[state];
}
