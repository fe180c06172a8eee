/**
 * Faults that can be switched on while the shop runs. Rates are probabilities from 0 to 1; what they hit is drawn from
 * the shop's seed.
 */
export interface Faults {
  dropWebhooks: number;
  duplicateWebhooks: number;
  reorderWebhooks: number;
  /** Milliseconds. */
  delayMs: number;
  throttle: number;
  unauthorized: number;
  serverError: number;
  truncateBulk: boolean;
  bulkEnds: 'COMPLETED' | 'FAILED' | 'CANCELED' | 'EXPIRED';
  partialBulk: boolean;
  bulkBusy: number;
  bulkLimit: number;
  unknownEnums: boolean;
  expireToken: boolean;
  loseTokenAnswers: number;
  omitExpiresIn: boolean;
  refuseRefresh: boolean;
}

/** A fault as the page and the documentation show it. */
export interface FaultKind {
  readonly group: 'Webhooks' | 'Admin API' | 'Bulk operations' | 'Access tokens';
  /** Its range, or the words it may be; a switch without either. */
  readonly most?: number;
  readonly choices?: readonly string[];
  readonly label: string;
  readonly effect: string;
}

/** Every fault there is. */
export const FAULTS: Readonly<Record<keyof Faults, FaultKind>> = {
  dropWebhooks: { group: 'Webhooks', most: 1, label: 'Drop', effect: 'A delivery never reaches the app, nor is it tried again.' },
  duplicateWebhooks: { group: 'Webhooks', most: 1, label: 'Duplicate', effect: 'A delivery arrives twice, with one webhook id.' },
  reorderWebhooks: { group: 'Webhooks', most: 1, label: 'Reorder', effect: 'A delivery is held back until a later one has passed.' },
  delayMs: { group: 'Webhooks', most: 600_000, label: 'Delay in ms', effect: 'Each delivery waits so long.' },
  throttle: { group: 'Admin API', most: 1, label: 'Throttle', effect: 'A call is answered with THROTTLED, as HTTP 200.' },
  unauthorized: { group: 'Admin API', most: 1, label: 'Refuse the token', effect: 'A call is answered with 401.' },
  serverError: { group: 'Admin API', most: 1, label: 'Fail', effect: 'A call is answered with 502 and a page of HTML.' },
  unknownEnums: { group: 'Admin API', label: 'Unknown enum values', effect: 'Products carry a status and an inventory policy that no schema has yet.' },
  truncateBulk: { group: 'Bulk operations', label: 'Cut the file', effect: 'A result ends inside a line, after two thirds.' },
  bulkEnds: { group: 'Bulk operations', choices: ['COMPLETED', 'FAILED', 'CANCELED', 'EXPIRED'], label: 'End as', effect: 'An operation that is not COMPLETED stops half way; FAILED says TIMEOUT.' },
  partialBulk: { group: 'Bulk operations', label: 'Leave a partial result', effect: 'An operation that stops half way has a partialDataUrl.' },
  bulkBusy: { group: 'Bulk operations', most: 1, label: 'Busy', effect: 'A start is refused with OPERATION_IN_PROGRESS.' },
  bulkLimit: { group: 'Bulk operations', most: 1, label: 'Limit reached', effect: 'A start is refused with LIMIT_REACHED.' },
  expireToken: { group: 'Access tokens', label: 'Expire now', effect: 'Every access token counts as expired until the app refreshes it.' },
  loseTokenAnswers: { group: 'Access tokens', most: 1, label: 'Lose the answer', effect: 'A token is issued, and the connection breaks before the app has it.' },
  omitExpiresIn: { group: 'Access tokens', label: 'Leave out expires_in', effect: 'The answer says neither when the token ends nor when the refresh token does.' },
  refuseRefresh: { group: 'Access tokens', label: 'Refuse to refresh', effect: 'A refresh token is answered with invalid_grant: the owner must open the app.' },
};

export function noFaults(): Faults {
  return {
    dropWebhooks: 0, duplicateWebhooks: 0, reorderWebhooks: 0, delayMs: 0, throttle: 0, unauthorized: 0, serverError: 0, unknownEnums: false,
    truncateBulk: false, bulkEnds: 'COMPLETED', partialBulk: false, bulkBusy: 0, bulkLimit: 0,
    expireToken: false, loseTokenAnswers: 0, omitExpiresIn: false, refuseRefresh: false,
  };
}

/** Sets the named faults; an unknown name or a value out of range is an error, so that a test cannot switch on nothing. */
export function setFaults(faults: Faults, change: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(change)) {
    if (!Object.hasOwn(FAULTS, name)) throw new RangeError(`There is no fault "${name}". Known: ${Object.keys(FAULTS).join(', ')}.`);
    const { most, choices } = FAULTS[name as keyof Faults];
    if (choices) {
      if (!choices.includes(value as string)) throw new RangeError(`The fault "${name}" is one of ${choices.join(', ')}.`);
    } else if (most !== undefined) {
      if (typeof value !== 'number' || !(value >= 0 && value <= most)) throw new RangeError(`The fault "${name}" is a number from 0 to ${most}.`);
    } else if (typeof value !== 'boolean') throw new RangeError(`The fault "${name}" is true or false.`);
  }
  Object.assign(faults, change);
}
