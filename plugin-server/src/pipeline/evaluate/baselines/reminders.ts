import type { BestRows } from './best-rows.ts';

export interface ReminderSettings {
  /**
   * What the newest item of the session adds to itself, in units of the best score so far; 0 changes nothing. `null`:
   * items of the session are never recommended again.
   */
  readonly reminder: number | null;
  /** The item seen before the newest adds this factor less to itself, and so on. */
  readonly fading: number;
}

/** On some shops what was looked at comes again more often than anything else does; on others never. The data say. */
export const REMINDER_CHOICES: { readonly [Name in keyof ReminderSettings]: readonly ReminderSettings[Name][] } = {
  reminder: [0, null, 0.25, 0.5, 1, 2, 4, 8], fading: [0.9, 0.5, 0.7, 0.8, 1],
};

/** Adds the session's own items to the scores, or leaves them out. */
export function reminders({ reminder, fading }: ReminderSettings): (seen: Int32Array, best: BestRows) => void {
  if (reminder === null) return (seen, best) => { for (const row of seen) best.leaveOut(row); };
  if (reminder === 0) return () => {};
  return (seen, best) => {
    let strength = reminder * (best.largest() || 1);
    for (let t = seen.length - 1; t >= 0; t--, strength *= fading) best.add(seen[t], strength);
  };
}
