import { takeBatch } from '@vitrine/sdk/core/events/take-batch';
import type { VitrineEvent } from '@vitrine/sdk/core/events/types';
import { validateEvent } from '@vitrine/sdk/core/events/validate';
import type { PixelReport } from './map-event.ts';
import type { VisitIds } from './visit-ids.ts';

export type WaitingReport = PixelReport & { readonly id: string; readonly at: number };

export interface PixelQueue {
  /**
   * @param urgent the page may be about to go away
   * @returns of what is urgent: when it has been sent, or has to wait
   */
  push(report: WaitingReport, urgent: boolean): Promise<void> | undefined;
  clear(): void;
}

/** What happens at the same moment goes in one request; the sandbox ends with its page, so it is a short moment. */
const TOGETHER_MS = 250;
const FIRST_RETRY_MS = 2_000;
const LAST_RETRY_MS = 60_000;
const MOST_WAITING = 200;

/**
 * Sends reports in batches that keep the collector's limits. Which visit they belong to is looked up when they leave: by
 * then the SDK has named it. A failed batch stays and is tried again; the collector stores an id once.
 */
export function createPixelQueue(options: {
  url: string; key: string; fetch: typeof globalThis.fetch; sendBeacon: (url: string, body: string) => Promise<boolean>;
  identify: () => Promise<VisitIds>; random: () => number;
}): PixelQueue {
  const { url, key, fetch, sendBeacon, identify, random } = options;
  let waiting: WaitingReport[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  let sending: Promise<void> | undefined;
  let failures = 0;

  const schedule = (milliseconds: number) => {
    timer ??= setTimeout(() => {
      timer = undefined;
      void flush();
    }, milliseconds);
  };

  const flush = (): Promise<void> => (waiting.length === 0 ? Promise.resolve() : (sending ??= sendAll()));
  const sendAll = async (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    while (waiting.length > 0) {
      const reports = waiting;
      const ids = await identify();
      if (waiting.length === 0) break; // forgotten meanwhile
      const events: VitrineEvent[] = [];
      for (const report of reports) {
        try {
          events.push(validateEvent({ ...report, ...ids }));
        } catch {
          // The collector would refuse the whole batch for it.
        }
      }
      const { batch, body } = takeBatch(events, key);
      const outcome = batch.length === 0 ? 'done' : await send(body);
      if (outcome === 'later') {
        schedule(Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** failures++) * (0.5 + random() / 2));
        break;
      }
      failures = 0;
      const rest = new Set(events.slice(batch.length || 1).map(({ id }) => id));
      const seen = new Set(reports);
      waiting = waiting.filter((report) => !seen.has(report) || rest.has(report.id));
    }
    sending = undefined; // at once: what comes from now on begins anew
  };

  /** `done`: stored, or refused for good. */
  const send = async (body: string): Promise<'done' | 'later'> => {
    try {
      const { ok, status } = await fetch(url, { method: 'POST', body, headers: { 'content-type': 'text/plain' }, credentials: 'omit', keepalive: true });
      return ok || !(status === 429 || status === 408 || status >= 500) ? 'done' : 'later';
    } catch {
      // A sandbox that may not fetch may still hand a body to the page's browser.
      return (await sendBeacon(url, body).catch(() => false)) ? 'done' : 'later';
    }
  };

  return {
    push(report, urgent) {
      waiting = [...waiting, report].slice(-MOST_WAITING);
      if (urgent) return flush();
      schedule(TOGETHER_MS);
      return undefined;
    },
    clear() {
      waiting = [];
      clearTimeout(timer);
      timer = undefined;
    },
  };
}
