import type { Context } from '../context.ts';
import { numericId } from '../shopify/ids.ts';
import type { Person } from '../store/customer-data.ts';
import { customerKey, identityKey } from '../store/sealing.ts';
import type { ShopRow } from '../store/shops.ts';

/** Days in which a request must be done. */
export const DUE = 30 * 86_400_000;

/** Whom a compliance request is about: ids of the shop's, nothing else of what it sends. */
export interface Subject {
  readonly customerId: string | null;
  readonly orderIds: readonly string[];
}

/** @param orders the name of the list of orders in the body */
export function readSubject(body: Readonly<Record<string, unknown>>, orders: 'orders_requested' | 'orders_to_redact'): Subject {
  const customer = body.customer as Readonly<Record<string, unknown>> | null | undefined;
  const named = body[orders];
  return { customerId: numericId(customer?.id), orderIds: Array.isArray(named) ? named.flatMap((id) => numericId(id) ?? []) : [] };
}

/** The same as it is stored. */
export function toPerson({ config }: Pick<Context, 'config'>, shop: ShopRow, { customerId, orderIds }: Subject): Person {
  return { customerKey: customerId === null ? null : customerKey(identityKey(config, shop), shop.id, customerId), orderIds };
}
