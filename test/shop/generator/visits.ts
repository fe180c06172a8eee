/**
 * The shape of a visit: a Markov chain over kinds of events, one for each hidden intent. Which product is looked at does
 * not change the chain, so the probability that a visit ends in an order is known exactly at every point.
 */
import type { Random } from './random.ts';
import type { SessionEventType } from './types.ts';

/** States: with an empty cart 0–3, with something in it 4–9, then the two ends. */
const HOME = 0, LIST = 1, SEARCH = 2, VIEW = 3, LIST_CART = 4, SEARCH_CART = 5, VIEW_CART = 6, ADD = 7, CART = 8, CHECKOUT = 9;
const BOUGHT = 10, LEFT = 11;

export const STATE_EVENTS: readonly SessionEventType[] = [
  'page_viewed', 'collection_viewed', 'search_submitted', 'product_viewed', 'collection_viewed', 'search_submitted', 'product_viewed',
  'product_added_to_cart', 'cart_viewed', 'checkout_started', 'checkout_completed',
];
export const VISIT = { HOME, VIEW, VIEW_CART, ADD, CART, CHECKOUT, BOUGHT, LEFT, LIST, LIST_CART, SEARCH, SEARCH_CART } as const;

/** Rows: state; columns: next state. One matrix each for browsing, comparing and buying. */
const chain = (leave: number, add: number, on: number, finish: number): number[][] => {
  const row = (entries: readonly (readonly [number, number])[]): number[] => {
    const out = new Array<number>(12).fill(0);
    const sum = entries.reduce((total, [, p]) => total + p, 0);
    for (const [to, p] of entries) out[to] += p / sum;
    return out;
  };
  return [
    row([[LIST, 4], [SEARCH, 2], [VIEW, 3], [LEFT, 10 * leave]]),
    row([[VIEW, 7], [LIST, 1], [SEARCH, 0.5], [LEFT, 10 * leave]]),
    row([[VIEW, 7], [SEARCH, 1], [LIST, 0.5], [LEFT, 10 * leave]]),
    row([[VIEW, 3], [LIST, 2], [SEARCH, 1], [ADD, 10 * add], [LEFT, 10 * leave]]),
    row([[VIEW_CART, 7], [LIST_CART, 1], [CART, on], [LEFT, 6 * leave]]),
    row([[VIEW_CART, 7], [SEARCH_CART, 1], [CART, on], [LEFT, 6 * leave]]),
    row([[VIEW_CART, 2], [LIST_CART, 1], [SEARCH_CART, 0.6], [ADD, 22 * add], [CART, 0.7 * on], [LEFT, 6 * leave]]),
    row([[VIEW_CART, 5.5], [LIST_CART, 1.6], [SEARCH_CART, 0.8], [CART, 2.2 * on], [LEFT, 4 * leave]]),
    row([[CHECKOUT, 5 * on], [VIEW_CART, 1.5], [LIST_CART, 1], [LEFT, 8 * leave]]),
    row([[BOUGHT, 10 * finish], [CART, 0.6], [LEFT, 6 * leave]]),
    row([[BOUGHT, 1]]),
    row([[LEFT, 1]]),
  ];
};
const INTENTS = [chain(0.32, 0.06, 0.5, 0.35), chain(0.16, 0.2, 0.8, 0.6), chain(0.05, 0.45, 1.3, 1.2)];
const STARTS = [0.45, 0.2, 0.1, 0.25];

/** Probability of ending in an order from each state, for each intent: the chain's absorption, by iteration. */
const ENDS = INTENTS.map((matrix) => {
  let p: number[] = matrix.map((_, state) => (state === BOUGHT ? 1 : 0));
  for (let n = 0; n < 400; n++) p = matrix.map((row) => row.reduce((sum, q, to) => sum + q * p[to], 0));
  return p;
});

/** Prior over the three intents; eagerness shifts the log-odds of comparing and buying. */
export function intentPrior(eagerness: number): readonly number[] {
  const weights = [0.55, 0.27 * Math.exp(0.5 * eagerness), 0.18 * Math.exp(eagerness)];
  const sum = weights[0] + weights[1] + weights[2];
  return weights.map((weight) => weight / sum);
}

/** Draws the states of one visit, the final order included when there is one. */
export function drawVisit(eagerness: number, random: Random): number[] {
  const matrix = INTENTS[random.weighted(intentPrior(eagerness))];
  const states = [random.weighted(STARTS)];
  while (states.length < 60) {
    const next = random.weighted(matrix[states[states.length - 1]]);
    if (next === LEFT) break;
    states.push(next);
    if (next === BOUGHT) break;
  }
  return states;
}

/** Probability of an order after each state, given the states so far: the forward algorithm over the three intents. */
export function purchaseProbabilities(states: ArrayLike<number>, eagerness: number): number[] {
  let belief = intentPrior(eagerness).slice();
  const out: number[] = [];
  for (let i = 0; i < states.length; i++) {
    if (i > 0) {
      belief = belief.map((b, z) => b * INTENTS[z][states[i - 1]][states[i]]);
      const sum = belief[0] + belief[1] + belief[2];
      belief = belief.map((b) => b / sum);
    }
    out.push(belief.reduce((sum, b, z) => sum + b * ENDS[z][states[i]], 0));
  }
  return out;
}
