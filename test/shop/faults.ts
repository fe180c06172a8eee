/**
 * Faults that can be switched on while the shop runs. Numbers are probabilities from 0 to 1; what they hit is drawn from
 * the shop's seed.
 */
export interface Faults {
  /** Deliveries that never reach the app (nor are they tried again). */
  dropWebhooks: number;
  /** Deliveries that arrive twice, with the same webhook id. */
  duplicateWebhooks: number;
  /** Deliveries held back until a later one has passed. */
  reorderWebhooks: number;
  /** Wait before each delivery, milliseconds. */
  delayMs: number;
  /** Admin API calls answered with THROTTLED (HTTP 200). */
  throttle: number;
  /** Admin API calls answered with 401. */
  unauthorized: number;
  /** Bulk results are cut off in the middle of a line. */
  truncateBulk: boolean;
  /** Every access token counts as expired until it is refreshed. */
  expireToken: boolean;
}

export function noFaults(): Faults {
  return { dropWebhooks: 0, duplicateWebhooks: 0, reorderWebhooks: 0, delayMs: 0, throttle: 0, unauthorized: 0, truncateBulk: false, expireToken: false };
}

/** Sets the named faults; an unknown name or a value out of range is an error, so that a test cannot switch on nothing. */
export function setFaults(faults: Faults, change: Readonly<Record<string, unknown>>): void {
  const next: Record<string, number | boolean> = {};
  for (const [name, value] of Object.entries(change)) {
    if (!Object.hasOwn(faults, name)) throw new RangeError(`There is no fault "${name}". Known: ${Object.keys(faults).join(', ')}.`);
    if (name === 'truncateBulk' || name === 'expireToken') {
      if (typeof value !== 'boolean') throw new RangeError(`The fault "${name}" is true or false.`);
      next[name] = value;
    } else {
      const top = name === 'delayMs' ? 600_000 : 1;
      if (typeof value !== 'number' || !(value >= 0 && value <= top)) throw new RangeError(`The fault "${name}" is a number from 0 to ${top}.`);
      next[name] = value;
    }
  }
  Object.assign(faults, next);
}
