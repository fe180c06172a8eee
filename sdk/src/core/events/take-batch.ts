import { LIMITS, type EventBatch, type VitrineEvent } from './types.ts';

/**
 * The longest run from the start that one request may carry; empty when the first event alone is too large.
 *
 * @example
 * const { batch, body } = takeBatch(waiting, 'pk_…');
 */
export function takeBatch(events: readonly VitrineEvent[], key: string): { batch: readonly VitrineEvent[]; body: string } {
  const empty: EventBatch = { key, consent: true, events: [] };
  let bytes = utf8Length(JSON.stringify(empty));
  let count = 0;
  for (const event of events) {
    bytes += utf8Length(JSON.stringify(event)) + (count > 0 ? 1 : 0);
    if (count === LIMITS.batchEvents || bytes > LIMITS.batchBytes) break;
    count++;
  }
  const batch = events.slice(0, count);
  return { batch, body: JSON.stringify({ ...empty, events: batch } satisfies EventBatch) };
}

/** Bytes of a text in UTF-8. */
function utf8Length(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const code = character.codePointAt(0)!;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes;
}
