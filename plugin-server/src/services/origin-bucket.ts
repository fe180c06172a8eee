import { createHmac } from 'node:crypto';
import type { Config } from '../config.ts';

/** Few enough that many addresses share each, so that none can be told from a bucket by trying all addresses. */
const BUCKETS = 65_536;
const DAY = 86_400_000;

/**
 * The bucket that an address falls into, at one shop and for one day (UTC): a keyed hash, cut to 16 bits. All that is
 * kept of an address. The next day, and at another shop, the same address falls into another bucket.
 *
 * @param now milliseconds since 1970
 * @returns null when there is no address
 */
export function originBucket(config: Pick<Config, 'secret'>, input: { readonly shop: string; readonly address: string; readonly now: number }): number | null {
  const { shop, address, now } = input;
  if (address === '') return null;
  return createHmac('sha256', config.secret).update(`origin\0${Math.floor(now / DAY)}\0${shop}\0${address}`).digest().readUInt32BE(0) % BUCKETS;
}
