import type { VitrineError } from '../core/errors.ts';
import { takeBatch } from '../core/events/take-batch.ts';
import type { VitrineEvent } from '../core/events/types.ts';
import { validateEvent } from '../core/events/validate.ts';

export interface QueueOptions {
  /** The collector's address. */
  readonly url: string;
  readonly key: string;
  readonly fetch: typeof globalThis.fetch;
  /** Hands a body to the browser while the page goes away; false when it will not take it. */
  readonly sendBeacon?: (url: string, body: string) => boolean;
  /** From 0 to 1; spreads retries. */
  readonly random?: () => number;
  /** Events that were given up: refused by the collector, too large, or crowded out. */
  readonly onDrop?: (count: number, why: 'refused' | 'too large' | 'full') => void;
  /** An event that is not well formed, and does not wait. */
  readonly onInvalid?: (error: VitrineError) => void;
}

export interface EventQueue {
  readonly size: number;
  push(event: VitrineEvent): void;
  /** Sends everything that waits, one batch after another. */
  flush(): Promise<void>;
  /** The page is going away: hands everything to the browser at once. */
  flushOnLeave(): void;
  /** Forgets everything that waits. */
  clear(): void;
}

/** Events that wait at most; beyond it the oldest go. */
export const MOST_WAITING = 500;
const FLUSH_MS = 4_000;
const FIRST_RETRY_MS = 2_000;
const LAST_RETRY_MS = 300_000;

/**
 * Collects events and sends them in batches that keep the collector's limits. A failed batch stays and is tried again,
 * later each time; the collector stores an id once, so sending twice does no harm.
 *
 * Bodies are text/plain: a cross-origin request that needs no preflight.
 *
 * @example
 * const queue = createEventQueue({ url: `${server}/v1/shops/${shop}/events`, key, fetch });
 */
export function createEventQueue(options: QueueOptions): EventQueue {
  const { url, key, fetch, sendBeacon, random = Math.random, onDrop, onInvalid } = options;
  let waiting: VitrineEvent[] = [];
  let sending: readonly VitrineEvent[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  let failures = 0;

  const schedule = (milliseconds: number) => {
    timer ??= setTimeout(() => {
      timer = undefined;
      void flush();
    }, milliseconds);
  };
  const remove = (batch: readonly VitrineEvent[]) => {
    const gone = new Set(batch);
    waiting = waiting.filter((event) => !gone.has(event));
  };

  const flush = async (): Promise<void> => {
    if (sending.length > 0) return;
    clearTimeout(timer);
    timer = undefined;
    while (waiting.length > 0) {
      const { batch, body } = takeBatch(waiting, key);
      if (batch.length === 0) {
        waiting.shift();
        onDrop?.(1, 'too large');
        continue;
      }
      sending = batch;
      const outcome = await post(fetch, url, body);
      sending = [];
      if (outcome === 'later') {
        const wait = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** failures++);
        schedule(wait * (0.5 + random() / 2));
        return;
      }
      failures = 0;
      remove(batch);
      if (outcome === 'refused') onDrop?.(batch.length, 'refused');
    }
  };

  return {
    get size() {
      return waiting.length;
    },
    push(event) {
      try {
        waiting.push(validateEvent(event));
      } catch (error) {
        return onInvalid?.(error as VitrineError);
      }
      const excess = waiting.length - MOST_WAITING;
      if (excess > 0) {
        waiting.splice(0, excess);
        onDrop?.(excess, 'full');
      }
      schedule(FLUSH_MS);
    },
    flush,
    flushOnLeave() {
      if (!sendBeacon) return void flush();
      // A batch under way is a keepalive request: it outlives the page by itself.
      const underWay = new Set(sending);
      let rest = waiting.filter((event) => !underWay.has(event));
      while (rest.length > 0) {
        const { batch, body } = takeBatch(rest, key);
        if (batch.length > 0 && !sendBeacon(url, body)) return; // they wait for the page to come back
        const done = batch.length > 0 ? batch : rest.slice(0, 1);
        remove(done);
        rest = rest.slice(done.length);
      }
    },
    clear() {
      waiting = [];
      clearTimeout(timer);
      timer = undefined;
    },
  };
}

/** `later`: the network, a busy or a failing server. `refused`: asking again would change nothing. */
async function post(fetch: QueueOptions['fetch'], url: string, body: string): Promise<'sent' | 'refused' | 'later'> {
  try {
    const response = await fetch(url, {
      method: 'POST', body, headers: { 'content-type': 'text/plain' }, credentials: 'omit', keepalive: true,
    });
    if (response.ok) return 'sent';
    return response.status === 429 || response.status === 408 || response.status >= 500 ? 'later' : 'refused';
  } catch {
    return 'later';
  }
}
