import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { VitrineError } from '@vitrine/sdk/core';
import type { Context } from '../context.ts';
import type { Sleep } from '../shopify/admin-graphql.ts';
import { leaveRenewal, takeRenewal } from '../store/credentials.ts';

/** Waits by the real clock. */
export const sleep: Sleep = (milliseconds, signal) => delay(milliseconds, undefined, { signal });

/** How long a process that was killed meanwhile keeps others waiting, in milliseconds. */
const HELD = 30_000;
const LOOK_EVERY = 100;
/** Looks before one gives up: longer than any holder may take. */
const LOOKS = 450;

/**
 * Does what gets or renews a shop's token, one at a time in all processes: of two at once one would lose the refresh
 * token that the other is given. A lease rather than a transaction, which the embedded database could not keep open
 * while the shop is asked.
 *
 * @param work begins by looking whether another was faster
 */
export async function holdTokenLease<T>(ctx: Context, shop: string, work: () => Promise<T>, wait: Sleep = sleep): Promise<T> {
  const holder = randomUUID();
  for (let looks = 0; ; looks++) {
    const now = ctx.clock();
    if (await takeRenewal(ctx.db, shop, { holder, now, until: now + HELD })) break;
    if (looks === LOOKS) throw new VitrineError('upstream', `${shop}: another process has been renewing the access token for long. It is tried again.`);
    await wait(LOOK_EVERY);
  }
  try {
    return await work();
  } finally {
    await leaveRenewal(ctx.db, shop, holder);
  }
}
