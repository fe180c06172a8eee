import { drawAddress } from './customers.ts';
import type { Random } from './random.ts';
import type { Address, FraudKind, Payment } from './types.ts';

/** What a planted order is made of; the caller chooses products to the wanted amount. */
export interface PlantedOrder {
  readonly kind: FraudKind;
  readonly at: number;
  /** Orders of one burst share the attacker. */
  readonly account: string;
  /** Account opened this long before the order, milliseconds. */
  readonly accountAge: number;
  /** Wanted value of the basket: a cheap thing, usual, or the dearest. */
  readonly basket: 'small' | 'usual' | 'large';
  readonly express: boolean;
  readonly billing: Address;
  readonly shipping: Address;
  readonly clientIp: string;
  readonly payment: Payment;
}

/** An address from the range reserved for documentation. */
export function drawIp(random: Random): string {
  return `2001:db8:${random.below(65_536).toString(16)}:${random.below(65_536).toString(16)}::${(1 + random.below(65_535)).toString(16)}`;
}

export function drawPayment(random: Random, doubtful = false): Payment {
  const [company, bin] = random.pick([['Visa', '400000'], ['Mastercard', '520000'], ['Maestro', '675900'], ['American Express', '370000']] as const);
  const u = random.next();
  return {
    company, bin, last4: String(random.below(10_000)).padStart(4, '0'),
    avs: doubtful ? (u < 0.55 ? 'N' : u < 0.8 ? 'U' : 'Y') : u < 0.04 ? 'N' : u < 0.12 ? 'U' : 'Y',
    cvv: doubtful && random.chance(0.4) ? 'N' : random.chance(0.02) ? 'U' : 'M',
  };
}

/**
 * Plants five patterns, about one order in 150. Each has honest look-alikes among the other orders (gifts sent abroad,
 * express orders of new customers, families at one address), so that no single field gives it away.
 */
export function plantFraud(orders: number, start: number, days: number, random: Random): PlantedOrder[] {
  const out: PlantedOrder[] = [];
  const bursts = Math.max(1, Math.round(orders / 7_000));
  const moment = (): number => start + (days * (0.1 + 0.9 * random.next())) * 86_400_000 - 7_200_000;
  let accounts = 0;
  const account = (): string => `fraud-${accounts++}`;

  for (let burst = 0; burst < bursts; burst++) {
    // Stolen cards tried one after the other: a small order each, one machine, few minutes.
    let at = moment();
    const tester = { ip: drawIp(random), address: drawAddress(random) };
    for (let n = 8 + random.below(8); n > 0; n--, at += 20_000 + random.below(100_000)) {
      out.push({ kind: 'card-testing', at, account: account(), accountAge: random.below(600_000), basket: 'small', express: false, billing: drawAddress(random), shipping: tester.address, clientIp: tester.ip, payment: drawPayment(random, true) });
    }
    // One card that works is emptied.
    at = moment();
    const spender = { ip: drawIp(random), address: drawAddress(random), account: account(), payment: drawPayment(random) };
    for (let n = 4 + random.below(4); n > 0; n--, at += 120_000 + random.below(600_000)) {
      out.push({ kind: 'large-payments', at, account: spender.account, accountAge: 86_400_000, basket: 'large', express: random.chance(0.5), billing: spender.address, shipping: spender.address, clientIp: spender.ip, payment: spender.payment });
    }
    // Many new accounts, one door.
    const door = drawAddress(random);
    at = moment() - 12 * 86_400_000;
    for (let n = 6 + random.below(5); n > 0; n--, at += (0.2 + 1.5 * random.next()) * 86_400_000) {
      out.push({ kind: 'shared-address', at: Math.max(start, at), account: account(), accountAge: random.below(3_600_000), basket: 'usual', express: random.chance(0.3), billing: door, shipping: door, clientIp: drawIp(random), payment: drawPayment(random, random.chance(0.3)) });
    }
  }
  for (let n = Math.max(1, Math.round(orders / 900)); n > 0; n--) {
    out.push({ kind: 'country-mismatch', at: moment(), account: account(), accountAge: random.below(86_400_000), basket: random.chance(0.5) ? 'large' : 'usual', express: random.chance(0.4), billing: drawAddress(random, 'DE'), shipping: drawAddress(random, random.pick(['GB', 'FR', 'NL'])), clientIp: drawIp(random), payment: drawPayment(random, true) });
    out.push({ kind: 'new-account-express', at: moment(), account: account(), accountAge: 60_000 + random.below(900_000), basket: 'large', express: true, ...same(drawAddress(random)), clientIp: drawIp(random), payment: drawPayment(random, random.chance(0.4)) });
  }
  return out;
}

function same(address: Address): { billing: Address; shipping: Address } {
  return { billing: address, shipping: address };
}
