import { createChoice } from './choice.ts';
import type { CustomerTraits } from './customers.ts';
import { drawAddress, drawCustomers } from './customers.ts';
import type { PlantedOrder } from './fraud.ts';
import { drawIp, drawPayment, plantFraud } from './fraud.ts';
import { drawProducts } from './products.ts';
import type { Random } from './random.ts';
import { createRandom } from './random.ts';
import { eventOf, simulate } from './simulate.ts';
import { createDemand } from './truth.ts';
import type {
  Address, Customer, FraudKind, GeneratedShop, GeneratorOptions, Order, OrderLine, Payment, Product, Session, SessionEvent,
} from './types.ts';
import { purchaseProbabilities } from './visits.ts';

const DAY = 86_400_000;
const FREE_SHIPPING = 6_000;

/** An order before its id: ids grow with time, and planted orders come in between. */
interface Draft {
  readonly at: number;
  /** Position among the shoppers, or the name of a planted account. */
  readonly customer: number | string;
  /** Product positions with pieces. */
  readonly lines: readonly (readonly [number, number])[];
  readonly visit: number;
  readonly planted?: PlantedOrder;
}

/**
 * Draws a whole shop: products, shoppers, visits, orders, and the truth behind them. Pure: the same options give the same
 * shop.
 *
 * @example
 * const shop = generateShop({ seed: 1, products: 200, orders: 1000, end: new Date('2026-11-01') });
 * shop.truth.expectedDemand(shop.products[0].id, 100); // units a day
 */
export function generateShop(options: GeneratorOptions = {}): GeneratedShop {
  const { seed = 1, products: productCount = 2_000, orders: orderCount = 20_000, customers: customerCount = 6_000, days = 365 } = options;
  const end = (options.end?.getTime() ?? Date.now()) - ((options.end?.getTime() ?? Date.now()) % DAY);
  const start = end - days * DAY;
  const random = createRandom(seed);

  // A hundredth more products than asked for: those are deleted in the end, and their order lines lose their product.
  const deletedCount = Math.round(productCount / 100);
  const drawn = drawProducts(productCount + deletedCount, days, start, random.fork('products'));
  const shoppers = drawCustomers(Math.max(1, customerCount), days, start, random.fork('customers'));
  const sellable = drawn.products.map((product) => product.publishedAt !== null && product.status === 'active');
  const choice = createChoice(drawn.traits, sellable, start, days, random.fork('choice'));
  const sells = sellable.includes(true);
  const planted = sells && orderCount >= 200 ? plantFraud(orderCount, start, days, random.fork('fraud')) : [];
  const simulation = simulate(
    { choice, products: drawn.traits, customers: shoppers.traits, orders: sells ? orderCount - planted.length : 0, days, start },
    random.fork('visits'),
  );

  const drafts: Draft[] = [];
  simulation.visits.forEach((visit, index) => {
    if (!visit.ordered) return;
    const pieces = new Map<number, number>();
    for (const event of visit.events) if (event.quantity > 0) pieces.set(event.product, (pieces.get(event.product) ?? 0) + event.quantity);
    drafts.push({ at: visit.events[visit.events.length - 1].at, customer: visit.customer, lines: [...pieces], visit: index });
  });
  const baskets = random.fork('planted baskets');
  const byPrice = drawn.products.flatMap((product, i) => (sellable[i] ? [i] : [])).sort((a, b) => drawn.products[a].variants[0].price - drawn.products[b].variants[0].price);
  for (const order of planted) drafts.push({ at: Math.round(order.at), customer: order.account, visit: -1, planted: order, lines: plantedBasket(order, byPrice, baskets) });
  drafts.sort((a, b) => a.at - b.at);

  const gone = pickDeleted(drawn.products.length, deletedCount, random.fork('deleted'));
  const people = numberCustomers(shoppers.customers, drafts, random.fork('accounts'));
  const fraud = new Map<string, FraudKind>();
  const orderOfVisit = new Map<number, string>();
  const details = random.fork('details');
  const orders = drafts.map((draft, index) => {
    const order = writeOrder(draft, index, drawn.products, gone, people.of(draft.customer), end, details);
    if (draft.planted) fraud.set(order.id, draft.planted.kind);
    if (draft.visit !== -1) orderOfVisit.set(draft.visit, order.id);
    return order;
  });

  const sessions = simulation.visits.map((visit, index): Session => ({
    id: `visit-${index + 1}`,
    customerId: people.of(visit.customer).id,
    orderId: orderOfVisit.get(index) ?? null,
    events: visit.events.map((event): SessionEvent => {
      const type = eventOf(event.state);
      if (type === 'collection_viewed') return { type, at: event.at, collection: drawnType(drawn.traits, choice.byType, event.type, drawn.products) };
      if (type === 'search_submitted') return { type, at: event.at, query: drawnType(drawn.traits, choice.byType, event.type, drawn.products).toLowerCase() };
      if (type === 'product_viewed') return { type, at: event.at, productId: drawn.products[event.product].id };
      if (type === 'product_added_to_cart') return { type, at: event.at, productId: drawn.products[event.product].id, quantity: event.quantity };
      return { type, at: event.at };
    }),
  }));

  const products = drawn.products.filter((_, i) => !gone.has(i));
  const place = new Map(drawn.products.map((product, i) => [product.id, i]));
  const traitsOfCustomer = new Map<string, CustomerTraits>(shoppers.traits.map((traits, i) => [people.of(i).id, traits]));
  const visitOf = new Map(sessions.map((session, i) => [session.id, i]));
  const demand = createDemand({ choice, products: drawn.traits, sellable, customers: shoppers.traits, simulation }, random.fork('demand'));
  const known = (productId: string): number => {
    const i = place.get(productId);
    if (i === undefined) throw new RangeError(`The simulated shop never had a product ${productId}.`);
    return i;
  };
  return {
    name: 'Kiln & Clover', currency: 'EUR', timezone: 'Europe/Berlin', start, end, days, products, customers: people.list, orders, sessions,
    truth: {
      expectedDemand: (productId, day) => demand(known(productId), day),
      stockOuts: (productId) => drawn.traits[known(productId)].stockOuts,
      productTaste: (productId) => [...drawn.traits[known(productId)].taste],
      customerTaste: (customerId) => [...(traitsOfCustomer.get(customerId)?.taste ?? [])],
      complements: (productId) => choice.complements[known(productId)].map(({ product, weight }) => ({ productId: drawn.products[product].id, weight })),
      purchaseProbability: (sessionId) => {
        const i = visitOf.get(sessionId);
        if (i === undefined) throw new RangeError(`The simulated shop never had a visit ${sessionId}.`);
        const visit = simulation.visits[i];
        return purchaseProbabilities(visit.events.map((event) => event.state), shoppers.traits[visit.customer].eagerness);
      },
      fraudKind: (orderId) => fraud.get(orderId) ?? null,
    },
  };
}

function drawnType(traits: readonly { readonly type: number }[], byType: readonly (readonly number[])[], type: number, products: readonly Product[]): string {
  const first = byType[type][0] ?? traits.findIndex((t) => t.type === type);
  return products[first].type;
}

function plantedBasket(order: PlantedOrder, byPrice: readonly number[], random: Random): [number, number][] {
  if (byPrice.length === 0) return [];
  const at = (share: number): number => byPrice[Math.min(byPrice.length - 1, Math.floor(share * byPrice.length))];
  if (order.basket === 'small') return [[at(0.08 * random.next()), 1]];
  const count = 1 + random.below(3);
  const lines = new Map<number, number>();
  for (let n = 0; n < count; n++) lines.set(order.basket === 'large' ? at(0.93 + 0.07 * random.next()) : at(random.next()), order.basket === 'large' ? 1 + random.below(3) : 1);
  return [...lines];
}

function pickDeleted(count: number, wanted: number, random: Random): ReadonlySet<number> {
  const gone = new Set<number>();
  while (gone.size < wanted) gone.add(random.below(count));
  return gone;
}

/** Gives planted accounts their customers, then numbers everybody by the day the account was opened. */
function numberCustomers(shoppers: readonly Customer[], drafts: readonly Draft[], random: Random): { list: Customer[]; of(customer: number | string): Customer } {
  const accounts: { key: number | string; createdAt: number; address: Address }[] = shoppers.map(({ createdAt, address }, key) => ({ key, createdAt, address }));
  const seen = new Set<string>();
  for (const { planted } of drafts) {
    if (!planted || seen.has(planted.account)) continue;
    seen.add(planted.account);
    accounts.push({ key: planted.account, createdAt: planted.at - planted.accountAge, address: planted.shipping });
  }
  accounts.sort((a, b) => a.createdAt - b.createdAt);
  const byKey = new Map<number | string, Customer>();
  const list = accounts.map(({ key, createdAt, address }, i): Customer => {
    const number = String(i + 1).padStart(5, '0');
    const customer = {
      id: String(6_100_000_000_000 + i * 32_768 + random.below(32_768)), email: `shopper-${number}@example.com`, firstName: 'Shopper', lastName: number,
      createdAt: Math.round(createdAt), address,
    };
    byKey.set(key, customer);
    return customer;
  });
  return { list, of: (key) => byKey.get(key)! };
}

function writeOrder(draft: Draft, index: number, products: readonly Product[], gone: ReadonlySet<number>, customer: Customer, end: number, random: Random): Order {
  const id = String(5_800_000_000_000 + index * 32_768 + random.below(32_768));
  const test = !draft.planted && random.chance(0.002);
  const cancelled = draft.planted ? random.chance(0.3) : random.chance(0.015);
  const refund = !cancelled && random.chance(0.03);
  const lines = draft.lines.map(([place, quantity], n): OrderLine => {
    const product = products[place];
    const variant = product.variants[random.chance(0.7) ? 0 : random.below(product.variants.length)];
    const deleted = gone.has(place);
    return {
      id: String(14_200_000_000_000 + index * 65_536 + n * 997 + random.below(900)),
      productId: deleted ? null : product.id, variantId: deleted ? null : variant.id, title: product.title, variantTitle: variant.title,
      vendor: product.vendor, sku: variant.sku, quantity, price: variant.price, refunded: refund && (n === 0 || random.chance(0.2)) ? quantity : 0,
    };
  });
  const subtotal = lines.reduce((sum, line) => sum + line.price * line.quantity, 0);
  const abroad = !draft.planted && random.chance(0.03);
  const express = draft.planted ? draft.planted.express : random.chance(0.06);
  const shipping = express ? { title: 'Express', price: 1_290 } : { title: 'Standard', price: subtotal >= FREE_SHIPPING ? 0 : 490 };
  const billing = draft.planted?.billing ?? customer.address;
  const later = draft.at + Math.round((0.1 + 5 * random.next()) * DAY);
  const anonymous = !draft.planted && random.chance(0.02);
  return {
    id, name: `#${1001 + index}`, number: 1001 + index, token: random.fork(id).next().toString(36).slice(2, 12) + index.toString(36),
    customerId: anonymous ? null : customer.id, email: anonymous ? null : customer.email, createdAt: draft.at,
    updatedAt: cancelled || refund ? Math.min(end, Math.max(draft.at, later)) : draft.at,
    cancelledAt: cancelled ? Math.min(end, Math.max(draft.at, later)) : null,
    cancelReason: cancelled ? (draft.planted ? 'FRAUD' : random.pick(['CUSTOMER', 'INVENTORY'] as const)) : null,
    test, lines, shipping, billingAddress: billing,
    shippingAddress: draft.planted?.shipping ?? (abroad ? drawAddress(random) : customer.address),
    clientIp: draft.planted?.clientIp ?? homeIp(customer), payment: draft.planted?.payment ?? homeCard(customer, random),
    total: subtotal + shipping.price,
  };
}

/** Shoppers mostly come from one connection and pay with one card. */
function homeIp(customer: Customer): string {
  return drawIp(createRandom(`ip ${customer.id}`));
}

function homeCard(customer: Customer, random: Random): Payment {
  return random.chance(0.08) ? drawPayment(random) : drawPayment(createRandom(`card ${customer.id}`));
}
