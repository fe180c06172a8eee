import type { EventBatch, VitrineEvent } from '../core/events/types.ts';
import type { EventQueue, QueueOptions } from './event-queue.ts';

export interface Outbox {
  push(event: VitrineEvent): void;
  /** The page is going away: hands everything to the browser at once. */
  leave(): void;
  /** Forgets everything that waits. */
  clear(): void;
}

/** A page that has loaded by then loses nothing to the queue's code. */
const OPEN_MS = 2_000;
const MOST_WAITING = 50;
/** Events of one request while leaving: well within the collector's limits, whatever they are. */
const BATCH = 10;

/**
 * Where events wait until the queue's code is there. It comes with the first event, that is with consent, and not before
 * the page has had time to load; who leaves earlier leaves the events with the browser.
 *
 * @example
 * const outbox = createOutbox({ url: `${server}/v1/shops/${shop}/events`, key, fetch, sendBeacon });
 */
export function createOutbox(options: QueueOptions): Outbox {
  const { url, key, sendBeacon } = options;
  let waiting: VitrineEvent[] = [];
  let queue: EventQueue | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const open = async (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    try {
      const { createEventQueue } = await import('./event-queue.ts');
      queue ??= createEventQueue(options);
      for (const event of waiting.splice(0)) queue.push(event);
    } catch {
      // The code did not come: the next event asks again, and leaving needs none of it.
    }
  };

  return {
    push(event) {
      if (queue) return queue.push(event);
      waiting = [...waiting, event].slice(-MOST_WAITING);
      timer ??= setTimeout(() => void open(), OPEN_MS);
    },
    leave() {
      if (queue) return queue.flushOnLeave();
      clearTimeout(timer);
      timer = undefined;
      if (!sendBeacon) return void (waiting.length > 0 && open().then(() => queue?.flush()));
      while (waiting.length > 0) {
        const batch: EventBatch = { key, consent: true, events: waiting.slice(0, BATCH) };
        if (!sendBeacon(url, JSON.stringify(batch))) return; // they wait for the page to come back
        waiting.splice(0, BATCH);
      }
    },
    clear() {
      waiting = [];
      queue?.clear();
    },
  };
}
